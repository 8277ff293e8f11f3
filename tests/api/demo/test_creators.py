import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path

import pytest

from api.demo import cast
from api.demo.cast import Character
from api.demo.creators import Actor, Troupe
from api.demo.mailroom import Mailroom, Received
from api.demo.notes import Notes
from tests.api.conftest import Bench

ADA = {"handle": "ada.makes", "name": "Ada Makes", "followers": 5_000}
CHANCE = random.Random(1)  # noqa: S311 - a play, not a secret


def mail(bench: Bench, collaboration: str) -> Received:
    link = bench.services.links.url(collaboration)
    return Received("ada@example.com", "s", f"Here: {link}\n", "m", "e", "offer", "tea", collaboration, "f")


async def plays(
    bench: Bench, character: Character, id_: str, done: Callable[[], Awaitable[bool]], notes: Notes | None = None
) -> None:
    """Let somebody of this character live from one mail on, until it is done."""
    actor = Actor(bench.client(), character, ADA, CHANCE, notes or Notes())
    life = asyncio.create_task(actor.live(mail(bench, id_), asyncio.Event().wait))  # type: ignore[arg-type]  # no more mail
    give_up = datetime.now(UTC) + timedelta(seconds=30)
    while not await done():
        assert datetime.now(UTC) < give_up, "it took too long"
        await asyncio.sleep(0.05)
    life.cancel()
    await asyncio.wait([life])


async def has(bench: Bench, id_: str, type_: str) -> bool:
    return any(event.type == type_ for event in await bench.services.log.read(f"collaboration/{id_}"))


@pytest.mark.parametrize(
    ("character", "event"),
    [
        (cast.PROMPT, "OfferAccepted"),
        (cast.DECLINER, "OfferDeclined"),
        (cast.HAGGLER, "OfferCountered"),
        (cast.OVERREACHER, "OfferCountered"),
    ],
)
async def test_an_offer_is_answered_in_character(bench: Bench, character: Character, event: str) -> None:
    """By the link in the mail alone."""
    id_ = await bench.offered()
    await plays(bench, character, id_, lambda: has(bench, id_, event))


async def test_the_document_that_is_signed_is_the_one_that_was_read(bench: Bench) -> None:
    """Its hash is taken from the file."""
    id_ = await bench.to_sign()
    await plays(bench, cast.PROMPT, id_, lambda: has(bench, id_, "ContractSigned"))


async def test_both_drafts_are_sent(bench: Bench) -> None:
    """Each deliverable is a task of its own, and each draft comes with a picture."""
    id_ = await bench.signed()

    async def both() -> bool:
        events = await bench.services.log.read(f"collaboration/{id_}")
        drafts = [event for event in events if event.type == "DraftSubmitted"]
        return [draft.data["file"]["media_type"] for draft in drafts] == ["image/png"] * 2

    await plays(bench, cast.PROMPT, id_, both)


async def test_who_edits_the_caption_is_refused_and_mends_it(bench: Bench) -> None:
    """The refusal is remembered, and the figures follow the post."""
    id_, notes = await bench.approved(), Notes()
    await plays(bench, cast.EDITOR, id_, lambda: has(bench, id_, "MetricsRecorded"), notes)
    assert [code for _, _, code in notes.refusals] == ["disclosure_failed"]


async def test_a_ghost_does_nothing(bench: Bench) -> None:
    """However long we wait."""
    id_ = await bench.offered()
    before = len(await bench.services.log.read(f"collaboration/{id_}"))
    actor = Actor(bench.client(), cast.GHOST, ADA, CHANCE, Notes())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(actor.live(mail(bench, id_), asyncio.Event().wait), 1)  # type: ignore[arg-type]
    assert len(await bench.services.log.read(f"collaboration/{id_}")) == before


async def test_roles_are_given_to_whoever_is_written_to_first(bench: Bench, tmp_path: Path) -> None:
    """Those who get no mail have no role."""
    id_ = await bench.offered()
    mailroom = Mailroom(tmp_path)
    troupe = Troupe(bench.client(), mailroom, repeat(cast.PROMPT), Notes(), seed=1)
    playing = asyncio.create_task(troupe.play({"ada@example.com": ADA, "ben@example.com": ADA}))
    mailroom.put(mail(bench, id_))
    await asyncio.sleep(0.3)
    playing.cancel()
    await asyncio.wait([playing])
    assert list(troupe.actors) == ["ada@example.com"]
