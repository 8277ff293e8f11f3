"""What a process counts, also where several share it."""

import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from temporalio.exceptions import ApplicationError

from activities import metrics
from activities.metrics import counted_append, counted_mail, registry
from domain.decider import ENGINE, Actor, Context, Role
from domain.errors import BudgetExceeded, ConcurrencyConflict, GroundswellError
from domain.events import Metadata, Record, metadata
from domain.negotiation import AcceptOffer
from domain.notices import Template
from tests.domain.given import T0

ROOT = Path(__file__).parents[2]


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def some_metadata(by: Role = Role.BRAND) -> Metadata:
    context = Context(at=T0, actor=ENGINE if by is Role.ENGINE else Actor(role=by, id="somebody"), command_id="k")
    return metadata(AcceptOffer(version=1), context, correlation_id="tea")


def record(type_: str, **data: str) -> Record:
    return Record(type=type_, schema_version=1, data=data)


@pytest.mark.parametrize("new", [True, False])
def test_an_append_is_counted_by_whether_it_is_new(new: bool) -> None:
    """Only what is new is a decision: a repetition was counted when it was taken."""
    outcome = "appended" if new else "repeated"
    before = value("groundswell_appends_total", outcome=outcome)
    decided = value("groundswell_decisions_total", type="OfferAccepted", authority="person")
    with counted_append([record("OfferAccepted")], some_metadata(Role.CREATOR)) as note:
        note(new)
    assert value("groundswell_appends_total", outcome=outcome) == before + 1
    assert value("groundswell_decisions_total", type="OfferAccepted", authority="person") == decided + new


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ConcurrencyConflict(stream="campaign/tea", expected=1, actual=2), "conflict"),
        (BudgetExceeded(available=1, budget=3, needed=2), "refused"),
        (OSError(), "failed"),
    ],
    ids=["conflict", "refused", "failed"],
)
def test_an_append_that_is_not_made_is_counted_by_its_reason(error: Exception, outcome: str) -> None:
    """And is timed all the same: slow failures are slow."""
    before, timed = value("groundswell_appends_total", outcome=outcome), value("groundswell_append_seconds_count")
    with pytest.raises(type(error)), counted_append([record("OfferAccepted")], some_metadata()):
        raise error
    assert value("groundswell_appends_total", outcome=outcome) == before + 1
    assert value("groundswell_append_seconds_count") == timed + 1
    assert isinstance(error, GroundswellError) is (outcome != "failed")


def test_a_decision_has_the_authority_that_its_event_states() -> None:
    """Otherwise that of whoever gave the command."""
    before = value("groundswell_decisions_total", type="DraftApproved", authority="timeout")
    engine = value("groundswell_decisions_total", type="OfferMade", authority="engine")
    with counted_append(
        [record("DraftApproved", authority="timeout"), record("OfferMade")], some_metadata(Role.ENGINE)
    ) as note:
        note(True)
    assert value("groundswell_decisions_total", type="DraftApproved", authority="timeout") == before + 1
    assert value("groundswell_decisions_total", type="OfferMade", authority="engine") == engine + 1


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "sent"),
        (ApplicationError("later", type="mail_deferred"), "deferred"),
        (OSError(), "deferred"),
        (ApplicationError("never", non_retryable=True), "undeliverable"),
    ],
    ids=["sent", "deferred", "away", "undeliverable"],
)
def test_a_mail_is_counted_by_what_came_of_it(error: Exception | None, outcome: str) -> None:
    before = value("groundswell_mails_total", template="offer", outcome=outcome)

    def send() -> None:
        with counted_mail(Template.OFFER):
            if error:
                raise error

    if error:
        with pytest.raises(type(error)):
            send()
    else:
        send()
    assert value("groundswell_mails_total", template="offer", outcome=outcome) == before + 1


def test_every_failure_has_a_series_before_it_happens() -> None:
    """`increase()` sees nothing of a series that begins with its first failure."""
    text = generate_latest(registry()).decode()
    for outcome in metrics.APPEND_OUTCOMES:
        assert f'groundswell_appends_total{{outcome="{outcome}"}}' in text
    for template in Template:
        assert f'groundswell_mails_total{{outcome="undeliverable",template="{template}"}}' in text


PROGRAM = """
import sys
from prometheus_client import generate_latest
from activities.metrics import MAILS, APPEND_SECONDS, registry
MAILS.labels("offer", "sent").inc(float(sys.argv[1]))
APPEND_SECONDS.observe(0.2)
print(generate_latest(registry()).decode())
"""


def test_processes_that_share_a_directory_answer_for_each_other(tmp_path: Path) -> None:
    """Whichever of them is asked, it gives the sum, also of one that has ended."""
    answers = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM, amount],
            env={"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for amount in ("2", "3")
    ]
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answers[-1])
        for sample in family.samples
    }
    assert samples["groundswell_mails_total", "sent", "offer"] + samples.get(
        ("groundswell_mails_total", "offer", "sent"), 0
    ) == pytest.approx(5)
    assert samples[("groundswell_append_seconds_count",)] == 2
