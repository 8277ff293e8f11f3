"""Collaborations walked beforehand, for thousands of campaigns to be put together from.

A collaboration does not depend on others but through the budget and on who is invited, which `outreach` sees to, and on
the calendar only through the time that is left until posts may appear, and the day of the week. So walks are kept by
that time, in whole days rounded up, and after it by the days since; a campaign takes any of those that fit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from random import Random

from api.simulation.outreach import Scene, campaign
from api.simulation.walk import Walk
from domain.behaviour import Draw

DAY = 86_400.0
AHEAD = 35
"""Shelves before the posting window opens, at most: of a window months ahead each is some days wide."""
WEEK = 7
"""Shelves after it has opened: from then on, what begins on the same day of the week is alike."""
AT_LEAST = 30
"""Walks of each shelf."""
AT_MOST = 4_000
"""Walks of all shelves: of a share of creators, the error that stems from there being no more is below 0.8 points."""
_GOLDEN = 0.6180339887498949
"""Multiples of it, less their whole part, are spread evenly: candidates of all sizes are on each shelf alike."""
PILOTS = 16
"""Runs by which it is found out which shelves are used how much."""


def stream(*parts: object) -> Draw:
    """Random numbers of their own for each purpose: the same for the same parts, on every machine."""
    return Random("/".join(map(str, parts))).random  # noqa: S311 - reproducible draws, nothing secret


@dataclass(frozen=True)
class Batch:
    """Walks to be made: those of one shelf from number `first` up to before number `last`."""

    shelf: int
    first: int
    last: int


@dataclass(frozen=True)
class Library:
    """Walks by shelf: days until the posting window opens, or minus the days since. Satisfies `Walks`.

    `opens` is when it does, and a shelf before it is `width` wide; both are seconds.
    """

    opens: float
    width: float
    shelves: Mapping[int, Sequence[Walk]]

    def take(self, start: float, draw: Draw) -> Walk:
        """See `Walks.take`."""
        shelf = self.shelves[self.shelf(start)]
        return shelf[int(draw() * len(shelf))]

    def shelf(self, start: float) -> int:
        """Where walks are that begin `start` seconds from the campaign's beginning."""
        left = self.opens - start
        return ceil(left / self.width) if left > 0 else -(int(-left / DAY) % WEEK)


def width(scene: Scene) -> float:
    """How many seconds a shelf covers."""
    return max(DAY, scene.opens / AHEAD)


def walked(scene: Scene, seed: int, batch: Batch) -> list[Walk]:
    """The walks of a batch. Each has its own random numbers, so that it is the same whoever makes it."""
    start = _opens(scene) - batch.shelf * (width(scene) if batch.shelf > 0 else DAY)
    numbers = range(batch.first, batch.last)
    return [scene.walk(start, n * _GOLDEN % 1, stream(seed, "walk", batch.shelf, n)) for n in numbers]


def _opens(scene: Scene) -> float:
    """When posts may appear; the campaign's beginning if they may already."""
    return max(0.0, scene.opens)


def first_batches(scene: Scene) -> list[Batch]:
    """A few walks of each shelf, for `needed` to try."""
    most = ceil(_opens(scene) / width(scene))
    return [Batch(shelf, 0, AT_LEAST) for shelf in range(1 - WEEK, most + 1)]


def needed(scene: Scene, seed: int, runs: int, few: Library) -> list[Batch]:
    """The further walks that so many runs call for: shelves that are used more have more of them."""
    used = _Counted(few)
    for nth in range(PILOTS):
        campaign(scene, used, stream(seed, "pilot", nth))
    total = sum(used.taken.values())
    walks = min(AT_MOST, total * runs // PILOTS)
    wanted = {shelf: walks * taken // total for shelf, taken in used.taken.items()} if total else {}
    return [Batch(shelf, AT_LEAST, number) for shelf, number in sorted(wanted.items()) if number > AT_LEAST]


def shelved(scene: Scene, made: Iterable[tuple[Batch, Sequence[Walk]]], few: Library | None = None) -> Library:
    """A library of these batches, in order, beside the walks of `few`."""
    shelves: dict[int, list[Walk]] = {shelf: list(walks) for shelf, walks in few.shelves.items()} if few else {}
    for batch, walks in made:
        shelves.setdefault(batch.shelf, []).extend(walks)
    return Library(opens=_opens(scene), width=width(scene), shelves=shelves)


class _Counted:
    """Takes from a library and counts what is taken from which shelf."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.taken: dict[int, int] = {}

    def take(self, start: float, draw: Draw) -> Walk:
        """See `Walks.take`."""
        shelf = self._library.shelf(start)
        self.taken[shelf] = self.taken.get(shelf, 0) + 1
        return self._library.take(start, draw)
