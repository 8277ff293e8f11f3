"""Tracked figures in the report: what links, codes and shops counted stands in the place of what people reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from activities.store.orders import TrackedFigures
from domain.brief import Measure

TRACKABLE = (Measure.CLICKS, Measure.ORDERS, Measure.REVENUE)


@dataclass(frozen=True)
class Tracked:
    """A campaign's tracked figures by collaboration; none where nothing is tracked."""

    figures: Mapping[str, TrackedFigures] = field(default_factory=dict)
    orders_known: bool = False
    """Whether a shop has told of any order; until then nobody knows how many there were."""

    @classmethod
    def of(cls, figures: Sequence[TrackedFigures], *, orders_known: bool) -> "Tracked":
        """From what the store has."""
        return cls({each.collaboration_id: each for each in figures}, orders_known)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What is counted here, so that reports of it are not added."""
        if not self.figures:
            return ()
        return TRACKABLE if self.orders_known else (Measure.CLICKS,)

    def count(self, measure: Measure, collaboration_id: str | None = None) -> int:
        """So many, or so much in minor units, by one collaboration or by all; `measure` is one of `measures`."""
        ids = self.figures if collaboration_id is None else self.figures.keys() & {collaboration_id}
        return sum(int(getattr(self.figures[each], measure.value)) for each in ids)

    def counts(self, collaboration_id: str) -> Mapping[Measure, int]:
        """All of `measures` of one collaboration."""
        return {measure: self.count(measure, collaboration_id) for measure in self.measures}


UNTRACKED = Tracked()
