"""What was agreed, deliverable by deliverable: where each stands and what it has achieved."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from api.report.history import Past
from domain.anomalies import Flag, Post, comments_per_like, flags
from domain.brief import Measure
from domain.creators import Platform, Profile
from domain.formats import Format
from domain.growth import Forecast, GrowthModel, Reading, forecast
from domain.growth_fit import Seen
from domain.monitoring import Metrics
from domain.peers import Peers
from domain.values import Instant, Value
from domain.work import Finding, WorkStatus

GROWING = (Measure.IMPRESSIONS, Measure.REACH, Measure.ENGAGEMENTS)
"""What gathers as posts do; of clicks and orders nobody has shown that they follow the same curve."""


COUNTED = ("impressions", "views", "reach", "engagements")
"""By which of its figures a post's growth can be followed."""


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
    flags: tuple[Flag, ...] = ()
    """What is unusual about its figures, the most severe first; evidence for a person, not a verdict."""


def post_rows(past: Past, profile: Profile | None, growth: GrowthModel, peers: Peers | None) -> Iterator[PostRow]:
    """A creator's deliverables in their order; none where there is no agreement.

    Without the profile, of a creator who has left the directory, there are no forecasts and no flags. `peers` are the
    campaign's posts by their comments for each like.
    """
    state = past.state
    if state.fee is None:
        return
    deliverables = state.agreed.deliverables
    share = state.fee.amount / len(deliverables)
    for deliverable in deliverables:
        number = deliverable.number
        work, metrics = state.works.get(number), state.metrics.get(number)
        engagements = metrics.engagements if metrics else None
        post = post_of(past, number, profile)
        yield PostRow(
            collaboration_id=state.id,
            number=number,
            format=deliverable.format,
            status=work.status if work else None,
            rounds=work.rounds if work else 0,
            url=work.url if work else None,
            finding=work.live.finding if work and work.live else None,
            published_at=past.published_at.get(number),
            metrics=metrics,
            engagements=engagements,
            fee_share=round(share, 2),
            cost_per_engagement=round(share / engagements, 2) if engagements else None,
            forecasts=_forecasts(past, number, profile.platform if profile else None, deliverable.format, growth),
            flags=flags(post, profile, peers, growth) if post else (),
        )


def post_of(past: Past, number: int, profile: Profile | None) -> Post | None:
    """All figures of a deliverable's post; None before it is published, and without its creator's profile."""
    published_at = past.published_at.get(number)
    if profile is None or published_at is None:
        return None
    (format_,) = (each.format for each in past.state.agreed.deliverables if each.number == number)
    told = tuple(past.snapshots.get(number, ()))
    return Post(platform=profile.platform, format=format_, published_at=published_at, snapshots=told)


def commented(past: Past, profile: Profile | None) -> Iterator[float]:
    """Comments for each like of a creator's posts, of those where both are known."""
    for number in past.published_at:
        post = post_of(past, number, profile)
        if post is not None and (ratio := comments_per_like(post)) is not None:
            yield ratio


def seen_growing(past: Past, platform: Platform | None) -> Iterator[Seen]:
    """A creator's posts as far as their growth can be learned from: by the figure that was read most often."""
    if platform is None or past.state.fee is None:
        return
    for deliverable in past.state.agreed.deliverables:
        if deliverable.format is Format.STORY:
            continue
        number, snapshots = deliverable.number, past.snapshots.get(deliverable.number, [])
        polled = [each for each in snapshots if each.source is not None]
        series = [readings(past, number, measure, polled or snapshots) for measure in COUNTED]
        most = max(series, key=lambda each: (len(each), each[-1].figure if each else 0))
        if most:
            yield Seen(platform=platform, format=deliverable.format, readings=most)


def readings(past: Past, number: int, measure: str, snapshots: Iterable[Metrics]) -> tuple[Reading, ...]:
    """A figure of a post by its age, from those snapshots in which it is known."""
    published_at, found = past.published_at.get(number), []
    for each in snapshots:
        figure = getattr(each, measure)
        if figure is not None and each.taken_at is not None and published_at is not None:
            found.append(Reading((each.taken_at - published_at) / timedelta(hours=1), figure))
    return tuple(sorted(found))


def _forecasts(
    past: Past, number: int, platform: Platform | None, format_: Format, growth: GrowthModel
) -> dict[Measure, Forecast]:
    """From the figures that stand, and those that the same side told before."""
    stands = past.state.metrics.get(number)
    if stands is None or stands.taken_at is None or platform is None or format_ is Format.STORY:
        return {}
    told = [each for each in past.snapshots[number] if (each.source is None) is (stands.source is None)]
    until = [each for each in told if each.taken_at is not None and each.taken_at < stands.taken_at] + [stands]
    found = {}
    for measure in GROWING:
        final = forecast(readings(past, number, measure, until), platform, format_, growth)
        if getattr(stands, measure) is not None and final is not None:
            found[measure] = final
    return found
