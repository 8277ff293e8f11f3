"""What was agreed, deliverable by deliverable: where each stands and what it has achieved."""

from collections.abc import Iterator

from api.report.history import Past
from domain.content_approval import WorkStatus
from domain.formats import Format
from domain.monitoring import Metrics
from domain.values import Instant, Value


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
    published_at: Instant | None
    metrics: Metrics | None
    """The latest figures that were reported; None without any."""
    engagements: int | None
    fee_share: float
    """The fee, spread evenly over the deliverables."""
    cost_per_engagement: float | None
    """Of a live post whose engagements are known and not zero."""


def post_rows(past: Past) -> Iterator[PostRow]:
    """A creator's deliverables in their order; none where there is no agreement."""
    state = past.state
    if state.fee is None:
        return
    deliverables = state.agreed.deliverables
    share = state.fee.amount / len(deliverables)
    for deliverable in deliverables:
        work, metrics = state.works.get(deliverable.number), state.metrics.get(deliverable.number)
        engagements = metrics.engagements if metrics else None
        yield PostRow(
            collaboration_id=state.id,
            number=deliverable.number,
            format=deliverable.format,
            status=work.status if work else None,
            rounds=work.rounds if work else 0,
            url=work.url if work else None,
            published_at=past.published_at.get(deliverable.number),
            metrics=metrics,
            engagements=engagements,
            fee_share=round(share, 2),
            cost_per_engagement=round(share / engagements, 2) if engagements else None,
        )
