"""What a workspace's own record says of how people behave, in place of the assumptions that it speaks to.

A small record only moves an assumption, a large one replaces it: the assumption counts as so many observations of its
own (`WEIGHT`), beside those of the record.
"""

from collections.abc import Iterable, Sequence
from math import exp, log, sqrt

from domain.behaviour import Answering, Behaviour, Chance, Multiple
from domain.benchmarks import Grade, Source
from domain.track_record import ANSWER_HOURS, Figures

WEIGHT = 20
"""Observations that an assumption is worth."""

_CLASS_HOURS = (0.5, 3, 13, 35, 59, 110, 250)
"""A typical time in each of the classes in which answers are counted; hours. The last class is open."""


def total(records: Iterable[Figures]) -> Figures:
    """All creators' figures together."""
    found = list(records)
    counted = ("offers", "accepted", "declined", "expired", "answers", "answer_seconds", "on_time", "late", "missed")
    sums = {name: sum(getattr(one, name) for one in found) for name in (*counted, "changes", "published")}
    within = [one.answers_within for one in found]
    return Figures(**sums, answers_within=tuple(map(sum, zip(*within, strict=True))) or Figures().answers_within)


def fitted(assumed: Behaviour, records: Iterable[Figures]) -> Behaviour:
    """The assumptions with what is known from these creators' track records; the same where nothing is known.

    Fitted are the answer to an offer (how fast, how often none, how often yes), missed posts, and changes asked for.
    """
    seen = total(records)
    changes: dict[str, Answering | Chance | Multiple] = {}
    decided = seen.accepted + seen.declined + seen.expired
    if decided:
        answering = _times(assumed.answer_offer, seen.answers_within, f"{decided} offers that were decided")
        never = _share(assumed.answer_offer.never, seen.expired, decided)
        changes["answer_offer"] = answering.model_copy(update={"never": never})
    answered = seen.accepted + seen.declined
    if answered:
        changes["interested"] = _interest(assumed, seen)
    due = seen.published + seen.missed
    if due:
        changes |= {name: _missing(assumed, name, seen) for name in ("submit_draft", "publish")}
    if seen.published:
        changed = min(seen.changes, seen.published + seen.changes)
        drafts = seen.published + seen.changes
        changes["requests_changes"] = Chance(
            probability=_share(assumed.requests_changes.probability, changed, drafts),
            source=_record(f"{drafts} drafts"),
        )
    return assumed.with_(changes, f"{assumed.version}, fitted to {decided} offers") if changes else assumed


def _record(of: str) -> Source:
    return Source(grade=Grade.RECORD, origin=f"this workspace's own record of {of}, and the assumption as {WEIGHT}")


def _share(assumed: float, happened: int, trials: int) -> float:
    return (assumed * WEIGHT + happened) / (WEIGHT + trials)


def _times(assumed: Answering, within: Sequence[int], of: str) -> Answering:
    """Mean and standard deviation of the logarithm, pooled with those assumed."""
    assert len(_CLASS_HOURS) == len(ANSWER_HOURS) + 1, "one time for each class"
    logs = [log(hours) for hours in _CLASS_HOURS]
    count = sum(within)
    mean = (WEIGHT * log(assumed.median_hours) + sum(n * x for n, x in zip(within, logs, strict=True))) / (
        WEIGHT + count
    )
    squares = WEIGHT * (assumed.spread**2 + (log(assumed.median_hours) - mean) ** 2)
    squares += sum(n * (x - mean) ** 2 for n, x in zip(within, logs, strict=True))
    return Answering(
        median_hours=round(exp(mean), 3),
        spread=round(sqrt(squares / (WEIGHT + count)), 3),
        never=assumed.never,
        source=_record(of),
    )


def _interest(assumed: Behaviour, seen: Figures) -> Chance:
    """How many said yes in the end speaks for how many were interested, as far as the record is worth more than that.

    Who is not interested says no; of the others some do over the fee. The two cannot be told apart in a record, so the
    share of the interested moves by the factor by which the share of a yes differs from one that would be usual.
    """
    answered = seen.accepted + seen.declined
    usual = assumed.interested.probability * USUALLY_AGREED
    yes = _share(usual, seen.accepted, answered)
    return Chance(
        probability=min(1.0, assumed.interested.probability * yes / usual),
        source=_record(f"{answered} answered offers"),
    )


USUALLY_AGREED = 0.75
"""Of interested creators, those who agree on a fee, by the default assumptions and policies."""


def _missing(assumed: Behaviour, name: str, seen: Figures) -> Answering:
    """Missed posts do not say at which of the two steps, so both steps share what was missed as the assumptions do."""
    before: Answering = getattr(assumed, name)
    both = assumed.submit_draft.never + assumed.publish.never
    due = seen.published + seen.missed
    part = before.never / both if both else 0.5
    never = min(1.0, part * _share(both, seen.missed, due))
    return before.model_copy(update={"never": never, "source": _record(f"{due} posts that were due")})
