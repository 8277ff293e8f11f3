"""The next campaign's brief, made from one that is over and from what was learnt in it.

Nothing is decided here: the answer is a brief that a person may edit, with every change and its reason.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from statistics import median

from pydantic import Field

from domain.brief import Brief, Measure, Objective, PostingWindow
from domain.money import Minor
from domain.recommendation import Recommendation
from domain.values import Line, Text, Value

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class Targets(StrEnum):
    """What the objectives of the next campaign aim at."""

    AS_BEFORE = "as_before"
    AS_REACHED = "as_reached"
    """What was really reached, where it is known: more where more was reached, less where less was."""


class Worked(Value):
    """What was learnt of one creator with an agreement."""

    creator_id: Line
    fee: Minor
    """As agreed, in minor units of the campaign's currency."""
    first_offer: Minor
    recommendation: Recommendation | None = None
    """None where nothing was learnt."""


class Reached(Value):
    """How far one objective came; None if nobody knows."""

    measure: Measure
    reached: int | None = Field(ge=0)


class Learnt(Value):
    """What a campaign has come to."""

    offered: int = Field(default=0, ge=0)
    """Creators who had an offer."""
    creators: tuple[Worked, ...] = ()
    """Those of them with an agreement, by the ids that the directory still has."""
    objectives: tuple[Reached, ...] = ()
    """In the order of the brief."""


class Change(Value):
    """One field of the brief that differs, and why."""

    field: Line
    before: Text
    after: Text
    because: Text


class Renewal(Value):
    """A proposed brief, what is different in it, and what else is worth knowing before somebody edits it."""

    brief: Brief
    changes: tuple[Change, ...]
    known: tuple[Line, ...]


def renew(
    brief: Brief, campaign_id: str, learnt: Learnt, *, began: date, today: date, targets: Targets = Targets.AS_BEFORE
) -> Renewal:
    """The brief of the campaign that goes on from this one. `began` and `today` are dates by its own clocks."""
    shift = _shift(brief.posting_window, began, today)
    window = PostingWindow(opens=brief.posting_window.opens + shift, closes=brief.posting_window.closes + shift)
    objectives = tuple(_objectives(brief, learnt, shift, targets))
    preferred, excluded = _creators(brief, learnt)
    opening = _opening(brief, learnt)
    negotiation = brief.policies.negotiation.model_copy(update={"opening": opening})
    changed = {
        "posting_window": window,
        "objectives": objectives,
        "preferred_creators": preferred,
        "excluded_creators": excluded,
        "policies": brief.policies.model_copy(update={"negotiation": negotiation}),
        "renewal_of": campaign_id,
    }
    proposed = Brief.model_validate({**dict(brief), **changed})
    changes = tuple(_changes(brief, proposed, learnt, shift))
    return Renewal(brief=proposed, changes=changes, known=tuple(_known(brief, learnt)))


def _shift(window: PostingWindow, began: date, today: date) -> timedelta:
    """Whole weeks, so that weekdays stay: creators have as long to get ready as they had, and a day at the least."""
    lead = max(window.opens - began, DAY)
    weeks = -((window.opens - (today + lead)) // WEEK)
    return max(weeks, 1) * WEEK


def _objectives(brief: Brief, learnt: Learnt, shift: timedelta, targets: Targets) -> Iterator[Objective]:
    reached = {nth: result.reached for nth, result in enumerate(learnt.objectives)}
    for nth, objective in enumerate(brief.objectives):
        came_to = reached.get(nth) if targets is Targets.AS_REACHED else None
        yield objective.model_copy(update={"by": objective.by + shift, "target": came_to or objective.target})


def _creators(brief: Brief, learnt: Learnt) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whom to prefer and whom to leave out: the latest word on each counts."""
    word = {one.creator_id: one.recommendation for one in learnt.creators if one.recommendation is not None}
    again = [creator for creator, said in word.items() if said is Recommendation.WORK_AGAIN]
    not_again = [creator for creator, said in word.items() if said is Recommendation.LOOK_FOR_OTHERS]
    preferred = [*(each for each in brief.preferred_creators if each not in word), *again]
    excluded = [*(each for each in brief.excluded_creators if each not in word), *not_again]
    return tuple(sorted(preferred)), tuple(sorted(excluded))


def _opening(brief: Brief, learnt: Learnt) -> float:
    """The share of the fair price to begin with: the old one times what agreements came to, by the first offers."""
    before = brief.policies.negotiation.opening
    came_to = _came_to(learnt)
    return before if came_to is None else min(1.0, round(before * came_to, 2))


def _came_to(learnt: Learnt) -> float | None:
    ratios = [one.fee / one.first_offer for one in learnt.creators if one.fee and one.first_offer]
    return median(ratios) if ratios else None


def _changes(brief: Brief, proposed: Brief, learnt: Learnt, shift: timedelta) -> Iterator[Change]:
    weeks = f"{shift // WEEK} weeks later: the same length and weekdays, after today, and as much time to get ready"
    yield _change("posting_window", _window(brief), _window(proposed), weeks)
    for nth, (before, after) in enumerate(zip(brief.objectives, proposed.objectives, strict=True)):
        yield _change(f"objectives[{nth}].by", before.by, after.by, "moved with the posting window")
        if after.target != before.target:
            because = f"{before.measure} came to {after.target:,} of {before.target:,}"
            yield _change(f"objectives[{nth}].target", before.target, after.target, because)
    for field, said in (
        ("preferred_creators", Recommendation.WORK_AGAIN),
        ("excluded_creators", Recommendation.LOOK_FOR_OTHERS),
    ):
        before_ids, after_ids = getattr(brief, field), getattr(proposed, field)
        if set(before_ids) != set(after_ids):
            because = f"the report says of them: {said}"
            yield _change(field, _counted(before_ids), _counted(after_ids), because)
    opening, then = brief.policies.negotiation.opening, proposed.policies.negotiation.opening
    if then != opening:
        because = f"agreements came to {_came_to(learnt) or 1:.2f} times our first offers"
        yield _change("policies.negotiation.opening", opening, then, because)
    yield _change("renewal_of", brief.renewal_of or "none", proposed.renewal_of, "what the next campaign goes on from")


def _known(brief: Brief, learnt: Learnt) -> Iterator[str]:
    if not learnt.offered:
        return
    agreed = len(learnt.creators)
    yield f"{agreed} of {learnt.offered} creators with an offer came to an agreement"
    if agreed:
        usual = median(one.fee for one in learnt.creators)
        yield f"half of the agreed fees were at most {usual:,.0f} (minor units), the cap is {brief.fee_cap:,}"
    to_talk = sum(one.recommendation is Recommendation.RENEGOTIATE for one in learnt.creators)
    if to_talk:
        yield f"{_counted(range(to_talk))} would be worth it on other terms: neither preferred nor excluded"


def _change(field: str, before: object, after: object, because: str) -> Change:
    return Change(field=field, before=str(before), after=str(after), because=because)


def _window(brief: Brief) -> str:
    return f"{brief.posting_window.opens} to {brief.posting_window.closes}"


def _counted(ids: Sequence[object]) -> str:
    return f"{len(ids)} {'creator' if len(ids) == 1 else 'creators'}"
