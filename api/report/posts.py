"""What was agreed, deliverable by deliverable: where each stands and what it has achieved."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from api.report.history import Past
from domain.brief import Measure
from domain.creators import Platform
from domain.formats import Format
from domain.growth import Forecast, forecast
from domain.monitoring import Metrics
from domain.values import Instant, Value
from domain.work import Finding, WorkStatus

GROWING = (Measure.IMPRESSIONS, Measure.REACH, Measure.ENGAGEMENTS)
"""What gathers as posts do; of clicks and orders nobody has shown that they follow the same curve."""


class PostRow(Value):
    """One deliverable of one creator. Amounts are in minor units of the campaign's currency."""

    collaboration_id: str
    number: int
    """Counts from 1 within the collaboration."""
    format: Format
    status: WorkStatus | None
    """None until there is a contract."""
    rounds: int
    """How often changes were asked for."""
    url: str | None
    finding: Finding | None
    """What was found when it was last looked for; None before that, and `unknown` where nobody can look."""
    published_at: Instant | None
    metrics: Metrics | None
    """The latest figures that were reported; None without any."""
    engagements: int | None
    fee_share: float
    """The fee, spread evenly over the deliverables."""
    cost_per_engagement: float | None
    """Of a live post whose engagements are known and not zero."""
    forecasts: Mapping[Measure, Forecast] = {}
    """What figures that were taken early will come to; a story has none, since it is gone after a day."""


def post_rows(past: Past, platform: Platform | None) -> Iterator[PostRow]:
    """A creator's deliverables in their order; none where there is no agreement.

    Without the platform, of a creator who has left the directory, there are no forecasts.
    """
    state = past.state
    if state.fee is None:
        return
    deliverables = state.agreed.deliverables
    share = state.fee.amount / len(deliverables)
    for deliverable in deliverables:
        work, metrics = state.works.get(deliverable.number), state.metrics.get(deliverable.number)
        engagements = metrics.engagements if metrics else None
        published_at = past.published_at.get(deliverable.number)
        yield PostRow(
            collaboration_id=state.id,
            number=deliverable.number,
            format=deliverable.format,
            status=work.status if work else None,
            rounds=work.rounds if work else 0,
            url=work.url if work else None,
            finding=work.live.finding if work and work.live else None,
            published_at=published_at,
            metrics=metrics,
            engagements=engagements,
            fee_share=round(share, 2),
            cost_per_engagement=round(share / engagements, 2) if engagements else None,
            forecasts={} if deliverable.format is Format.STORY else _forecasts(metrics, published_at, platform),
        )


def _forecasts(
    metrics: Metrics | None, published_at: datetime | None, platform: Platform | None
) -> dict[Measure, Forecast]:
    if metrics is None or metrics.taken_at is None or published_at is None or platform is None:
        return {}
    age = metrics.taken_at - published_at
    known = {measure: getattr(metrics, measure.value) for measure in GROWING}
    found = {m: forecast(figure, age, platform) for m, figure in known.items() if figure is not None}
    return {measure: each for measure, each in found.items() if each is not None}
