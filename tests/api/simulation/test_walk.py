"""One simulated collaboration, by the rules that decide a real one."""

from datetime import UTC, datetime, timedelta

import pytest

from api.simulation.library import stream
from api.simulation.people import candidates_of
from api.simulation.walk import Walk, walk
from domain.behaviour import DEFAULT, Answering, Behaviour
from domain.behaviour_fit import USUALLY_AGREED
from domain.brief import Asked, Brief, Policies
from domain.lifecycle import Stage
from domain.outcomes import Outcome
from tests.domain.given import DISCLOSED, a_brief

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SURE = {
    "passes_checks": 1.0,
    "interested": 1.0,
    "undisclosed": 0.0,
    "requests_changes": 0.0,
}
TASKS = (
    "report_performance",
    "answer_offer",
    "answer_counter_offer",
    "creator_signature",
    "brand_signature",
    "submit_draft",
    "review_draft",
    "publish",
    "report_metrics",
)


def all_answer_after(hours: float, **chances: float) -> Behaviour:
    """Everybody takes exactly so long for everything, likes the brand and asks for little."""
    takes = Answering(median_hours=hours, spread=0, never=0, source=DEFAULT.asks.source)
    sure = {name: getattr(DEFAULT, name).model_copy(update={"probability": p}) for name, p in (SURE | chances).items()}
    asks = DEFAULT.asks.model_copy(update={"median": 0.5, "spread": 0.0})
    return DEFAULT.with_({**dict.fromkeys(TASKS, takes), **sure, "asks": asks}, "a test")


def walked(behaviour: Behaviour, nth: int = 0, brief: Brief | None = None, at: datetime = NOW) -> Walk:
    return walk(candidates_of(brief or a_brief())[12], behaviour, DISCLOSED, stream(nth), at)


def test_prompt_people_complete_and_are_paid() -> None:
    """Offer, two signatures, drafts and reviews take an hour each; posts wait for the window, figures follow."""
    found = walked(all_answer_after(1))

    assert found.outcome is Outcome.COMPLETED
    assert found.engaged_at == 2 * 3_600
    opens = (a_brief().posting_window.starts_at - NOW).total_seconds()
    assert [result.at for result in found.results] == [opens + 2 * 3_600] * 2
    offered, accepted, upfront, balance = found.moves
    assert offered.reserved == -accepted.reserved == accepted.committed == upfront.paid + balance.paid > 0


def test_people_who_take_months_let_everything_expire() -> None:
    """The offer is extended once, and lapses; the money that it held goes back."""
    found = walked(all_answer_after(24 * 90))

    assert (found.outcome, found.stage, found.engaged_at) == (Outcome.EXPIRED, Stage.NEGOTIATION, None)
    assert found.ended_at == (72 + 24) * 3_600
    assert sum(move.reserved for move in found.moves) == 0


def test_an_answer_in_the_extension_counts() -> None:
    late = Answering(median_hours=80, spread=0, never=0, source=DEFAULT.asks.source)
    assert walked(all_answer_after(1).with_({"answer_offer": late}, "late")).outcome is Outcome.COMPLETED


def test_offers_expire_as_often_as_the_response_model_says() -> None:
    """Independently of the decider: who takes longer than deadline and extension, or never answers."""
    behaviour = all_answer_after(1).with_({"answer_offer": DEFAULT.answer_offer}, "usual answers")
    expired = sum(walked(behaviour, nth).stage is Stage.NEGOTIATION for nth in range(500)) / 500

    draw = stream("independent")
    model = sum(DEFAULT.answer_offer.seconds(draw) > 96 * 3_600 for _ in range(20_000)) / 20_000
    assert expired == pytest.approx(model, abs=0.06)


def test_counter_offers_within_policy_are_accepted_without_asking_the_brand() -> None:
    behaviour = all_answer_after(1, counters=1.0)
    asks = DEFAULT.asks.model_copy(update={"median": 0.9, "spread": 0.0})
    found = walked(behaviour.with_({"asks": asks}, "a little more"))

    assert found.outcome is Outcome.COMPLETED
    assert found.engaged_at == 2 * 3_600
    assert found.moves[1].committed > -found.moves[1].reserved


def test_a_creator_without_disclosure_has_another_round() -> None:
    once, twice = (walked(all_answer_after(1, undisclosed=share), at=NOW + timedelta(days=30)) for share in (0.0, 1.0))

    assert twice.outcome is Outcome.COMPLETED
    assert twice.ended_at == once.ended_at + 2 * 3_600


def test_doubtful_accounts_take_the_brands_time() -> None:
    behaviour = all_answer_after(1, passes_checks=0.0, doubtful=1.0, approves_doubtful=0.0)
    never = behaviour.verify_creator.model_copy(update={"never": 1.0})
    nobody_looks = behaviour.with_({"verify_creator": never}, "nobody looks")
    found = walked(nobody_looks, brief=a_brief(policies=Policies(performance_report_from=Asked.NOBODY)))

    assert (found.outcome, found.stage, found.moves) == (Outcome.REJECTED, Stage.VERIFICATION, ())
    assert found.stays == ((Stage.VERIFICATION, 72 * 3_600.0),)


@pytest.mark.parametrize(("clears", "stays"), [(0.0, 73), (1.0, 1)])
def test_a_doubtful_creator_reports_first_and_may_clear_the_doubt(clears: float, stays: int) -> None:
    """The report takes an hour here; what it does not clear waits for the brand's silence of three days."""
    behaviour = all_answer_after(1, passes_checks=0.0, doubtful=1.0, report_clears=clears)
    never = behaviour.verify_creator.model_copy(update={"never": 1.0})
    found = walked(behaviour.with_({"verify_creator": never}, "nobody looks"))

    assert found.stays[0] == (Stage.VERIFICATION, stays * 3_600.0)


def test_stays_add_up_to_the_whole() -> None:
    for nth in range(50):
        found = walked(DEFAULT, nth)
        assert sum(seconds for _, seconds in found.stays) == pytest.approx(found.ended_at)


def test_so_many_of_the_interested_agree_as_the_fit_takes_for_granted() -> None:
    """Four hundred negotiations of interested creators who answer, by the default policies."""
    behaviour = DEFAULT.with_(
        {
            "interested": DEFAULT.interested.model_copy(update={"probability": 1.0}),
            "passes_checks": DEFAULT.passes_checks.model_copy(update={"probability": 1.0}),
            "answer_offer": DEFAULT.answer_offer.model_copy(update={"never": 0.0, "median_hours": 1.0}),
        },
        "all interested",
    )
    ends = [walked(behaviour, nth).stage for nth in range(400)]

    agreed = sum(stage.order > Stage.NEGOTIATION.order for stage in ends) / len(ends)
    assert agreed == pytest.approx(USUALLY_AGREED, abs=0.06)
