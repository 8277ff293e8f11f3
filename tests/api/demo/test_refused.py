import random
from datetime import UTC, datetime

import pytest

from api.client import Groundswell, models
from api.demo.brief import brief
from api.demo.cast import PROMPT
from api.demo.creators import Actor
from api.demo.notes import Notes
from api.demo.refused import NotRefused, try_again_with_other_content, try_as_brand, try_as_creators, try_to_renew
from tests.api.conftest import API_KEY, Bench

CHANCE = random.Random(1)  # noqa: S311 - a play, not a secret


def actor(bench: Bench, collaboration: str, notes: Notes) -> Actor:
    one = Actor(bench.client(), PROMPT, {"handle": "ada.makes", "name": "Ada", "followers": 5_000}, CHANCE, notes)
    one.collaboration_id, one.tokens = collaboration, [bench.services.links.token(collaboration, "answer_offer")]
    return one


async def test_what_the_brand_gets_wrong_is_refused(bench: Bench) -> None:
    """Each for its own reason."""
    notes, wanted = Notes(), brief(datetime.now(UTC).date())
    bench.engine.now = datetime.now(UTC)
    api = Groundswell("", API_KEY, session=bench.client())
    await try_as_brand(bench.client(), api, wanted, notes)
    await api.start_campaign(models.BriefInput.model_validate(wanted), idempotency_key="k1")
    await try_again_with_other_content(api, wanted, "k1", notes)
    assert {(status, code) for _, status, code in notes.refusals} == {
        (401, "link_invalid"),
        (422, "request_not_well_formed"),
        (409, "brief_refused"),
        (409, "idempotency_key_reused"),
    }


async def test_what_is_not_a_creators_is_refused(bench: Bench) -> None:
    """Another's collaboration is not even there."""
    notes = Notes()
    one, other = await bench.offered("a"), await bench.offered("b", 2)
    await try_as_creators(bench.client(), actor(bench, one, notes), actor(bench, other, notes), notes)
    answers = sorted((status, code) for _, status, code in notes.refusals)
    assert answers == [(403, "not_permitted"), (403, "not_this_link"), (404, "not_found"), (404, "not_found")]


async def test_a_campaign_that_goes_on_is_not_renewed(bench: Bench) -> None:
    """There is nothing learnt from it yet."""
    await bench.offered("a")
    notes = Notes()
    await try_to_renew(Groundswell("", API_KEY, session=bench.client()), "tea", notes)
    assert [(status, code) for _, status, code in notes.refusals] == [(409, "wrong_stage")]


async def test_a_request_that_goes_through_is_reported(bench: Bench) -> None:
    """The demo must fail then."""
    one = await bench.offered("a")
    same = actor(bench, one, Notes())
    with pytest.raises(NotRefused, match="another's collaboration"):
        await try_as_creators(bench.client(), same, same, Notes())
