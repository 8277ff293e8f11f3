import io

from rich.console import Console

from api.client import Groundswell
from api.demo.mailroom import Mailroom
from api.demo.screen import Screen
from domain.campaign import CancelCampaign
from domain.decider import Role
from tests.api.conftest import API_KEY, Bench


def screen(bench: Bench, tmp_path: object, *, terminal: bool) -> tuple[Screen, io.StringIO]:
    written = io.StringIO()
    console = Console(file=written, width=120, force_terminal=terminal)
    mailroom = Mailroom(tmp_path)  # type: ignore[arg-type]  # pytest's is a path
    api = Groundswell("", API_KEY, session=bench.client())
    return Screen(api, "tea", mailroom, console, {"creator-1": "ada.makes"}), written


async def test_without_a_terminal_it_writes_plain_lines(bench: Bench, tmp_path: object) -> None:
    """Until the campaign has ended, whose last state it returns."""
    await bench.offered()
    await bench.give("campaign/tea", CancelCampaign(reason="a test"), Role.BRAND)
    shown, written = screen(bench, tmp_path, terminal=False)
    assert (await shown.follow()).outcome == "cancelled"
    assert "1 negotiation" in written.getvalue()
    assert "\x1b" not in written.getvalue()


async def test_a_terminal_gets_a_board(bench: Bench, tmp_path: object) -> None:
    """With the creators by stage, the budget, and what happened last, to whom."""
    await bench.offered()
    await bench.give("campaign/tea", CancelCampaign(reason="a test"), Role.BRAND)
    shown, written = screen(bench, tmp_path, terminal=True)
    await shown.follow()
    board = written.getvalue()
    assert "Negotiation" in board
    assert "@ada.makes" in board
    assert "$212.50" in board
    assert "campaign cancelled" in board


async def test_events_are_taken_in_once(bench: Bench, tmp_path: object) -> None:
    """However often it looks."""
    await bench.offered()
    shown, _ = screen(bench, tmp_path, terminal=False)
    for _ in range(3):
        await shown.read_events()
    assert [event.type for event in shown.events] == [
        "CampaignStarted",
        "CollaborationOpened",
        "CreatorAssessed",
        "CreatorApproved",
        "OfferMade",
    ]
