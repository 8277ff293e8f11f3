"""The form for other terms: it begins with the contract, and reads what somebody has made of it."""

from datetime import date

import pytest
from pydantic import ValidationError

from activities.records import collaboration_after
from activities.starting import collaboration_stream
from api.console.amendment_form import begun, proposed, terms_of
from api.console.forms import FormMistake
from domain.durations import business_days
from domain.formats import Format
from domain.money import Money
from tests.api.conftest import Bench

PIECES = {"has.1": "reel", "has.2": "story"}


def test_what_is_entered_is_what_the_contract_is_to_say() -> None:
    form = {
        "fee": "250",
        "currency": "USD",
        "draft_within": "3",
        "metrics_within": "72h",
        "opens": "2026-04-01",
        "closes": "2026-04-20",
        "channels": "our own accounts, the shop",
        "months": "6",
        "paid": "yes",
        "raw_footage": "no",
        "reason": "more time, more use",
    }
    command = proposed(form)
    changes = command.changes
    assert changes.fee == Money(amount=250_00, currency="USD")
    assert changes.draft_within == business_days(3)
    assert changes.posting_window is not None
    assert changes.posting_window.closes == date(2026, 4, 20)
    assert changes.usage_rights is not None
    assert (changes.usage_rights.channels, changes.usage_rights.months) == (("our own accounts", "the shop"), 6)
    assert (changes.usage_rights.paid, changes.usage_rights.raw_footage) == (True, False)
    assert (changes.deliverables, changes.exclusivity_days) == (None, None)
    assert command.reason == "more time, more use"


def test_pieces_are_left_out_and_added_behind_the_last_one() -> None:
    changes = proposed({**PIECES, "drop.1": "yes", "add.reel": "2"}).changes
    assert changes.deliverables is not None
    listed = [(each.number, each.format) for each in changes.deliverables]
    assert listed == [(2, Format.STORY), (3, Format.REEL), (4, Format.REEL)]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"fee": "a lot"}, "The fee"),
        ({**PIECES, "add.reel": "many"}, "More pieces"),
        ({**PIECES, "drop.1": "yes", "drop.2": "yes"}, "Leave at least one piece"),
    ],
)
def test_a_slip_is_told(form: dict[str, str], told: str) -> None:
    with pytest.raises(FormMistake, match=told):
        proposed(form)


def test_what_no_contract_can_say_is_refused() -> None:
    with pytest.raises(ValidationError, match="closes before it opens"):
        proposed({"opens": "2026-04-20", "closes": "2026-04-01"})


async def test_it_is_there_while_a_contract_is_in_force(bench: Bench) -> None:
    """Not before, not beside an open amendment, and with less to change when every post is live."""
    waiting = collaboration_after(await bench.services.log.read(collaboration_stream(await bench.to_sign())))
    assert terms_of(waiting) is None
    state = collaboration_after(await bench.services.log.read(collaboration_stream(await bench.in_review("other", 2))))
    terms = terms_of(state)
    assert terms is not None
    assert terms.durations["draft_within"] == str(state.agreed.policies.draft.within)
    assert [each.number for each in terms.deliverables] == [1, 2]
    assert "fee" in terms.open
    assert begun(state) == {1}
