"""Decisions that wait for a person, over and over, by whoever's turn it is."""

import pytest

from api.bench.decisions import TURNS, DecisionFigures, DecisionRound, Haggle
from tests.api.conftest import API_KEY, Bench


def a_decision_round(p50: float, p99: float) -> DecisionRound:
    """Two hundred decisions."""
    return DecisionRound(decisions=200, seconds=10, p50=p50, p99=p99)


def test_ratios_are_medians_over_rounds_not_ratios_of_medians() -> None:
    """A round is compared with the one beside it: what else the machine did then has slowed both."""
    found = DecisionFigures(
        ours=[a_decision_round(0.2, 0.3), a_decision_round(0.9, 5.0), a_decision_round(0.3, 0.2)],
        bare=[a_decision_round(0.1, 0.1), a_decision_round(0.5, 2.0), a_decision_round(0.1, 0.1)],
        refused=[],
        sent_again=0,
    )
    assert found.ours[0].rate == 20
    assert found.p50_ratio == pytest.approx(2.0)
    assert found.p99_ratio == pytest.approx(2.5)
    assert not found.met


async def test_every_turn_is_taken_by_the_other_side_and_waits_for_a_person_again(bench: Bench) -> None:
    """By the real rules, with the tokens that the requests carry; after the last turn the creator has no round left."""
    id_ = await bench.offered()
    offer = (await bench.services.log.read(f"collaboration/{id_}"))[-1].data["offer"]
    haggle = Haggle(id_, offer["fee"], creators_token=bench.services.links.token(id_), brands_key=API_KEY)
    waiting: list[str] = []
    for version in range(1, TURNS + 2):
        head, _, body = haggle.answer(version).partition(b"\r\n\r\n")
        call, *fields = head.decode().split("\r\n")
        async with bench.client(None) as client:
            answer = await client.post(
                call.split(" ")[1], content=body, headers=dict(field.split(": ", 1) for field in fields)
            )
        if answer.status_code != 200:
            break
        [task] = await bench.services.pool.fetch("select name from tasks where collaboration_id = $1", id_)
        waiting.append(task["name"])
    assert waiting == ["answer_counter_offer", "answer_offer"] * (TURNS // 2)
    assert answer.json()["code"] == "rounds_exhausted"
