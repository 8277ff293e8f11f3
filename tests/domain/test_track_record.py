"""Track records: what is counted of a collaboration, and that the order of counting makes no difference."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from domain.brief import Policies
from domain.content_approval import RequestChanges, SubmitDraft
from domain.deadlines import OnExpiry
from domain.decider import Event
from domain.monitoring import Metrics, RecordMetrics
from domain.negotiation import AcceptOffer, CounterOffer, DeclineOffer
from domain.outcomes import Outcome
from domain.payouts import RecordPayout
from domain.track_record import Ledger, Track, TrackRecord, ledger_of, noted, observe, total
from tests.domain.given import (
    BRAND,
    CREATOR,
    DISCLOSED,
    HOUR,
    T0,
    Story,
    a_policy,
    a_post,
    an_assignment,
    concluded,
    countered,
    in_review,
    live,
    offered,
    to_publish,
    usd,
    verified,
)


def observed(events: Sequence[Event], at: datetime = T0, track: Track | None = None) -> Track | None:
    """All events, decided at once."""
    for event in events:
        track = observe(track, event, at)
    return track


def track_of(story: Story[Any, Any]) -> Track:
    track = observed(story.past)
    assert track is not None
    return track


def test_a_collaboration_counts_from_its_first_offer() -> None:
    assert observed(verified().past) is None
    assert track_of(offered()).figures.offers == 1


@pytest.mark.parametrize(("hours", "nth"), [(0, 0), (1, 0), (1.1, 1), (30, 3), (168, 5), (1_000, 6)])
def test_an_answer_is_timed_from_the_offer(hours: float, nth: int) -> None:
    """Yes, no and another fee are answers alike; each is counted in the class of its hours."""
    before = track_of(offered())
    for command in (AcceptOffer(version=1), DeclineOffer(version=1), CounterOffer(version=1, fee=usd(300_00))):
        events = offered().when(command, by=CREATOR).events
        track = observed(events, T0 + timedelta(hours=hours), before)
        assert track is not None
        assert (track.figures.answers, track.figures.answer_seconds) == (1, round(hours * 3600))
        assert [n for n, count in enumerate(track.figures.answers_within) if count] == [nth]


def test_the_brands_answer_to_a_counter_offer_is_not_the_creators() -> None:
    """Accepted by the brand, the creator has answered once; declined by the brand, the creator has declined nothing."""
    accepted = track_of(countered().does(AcceptOffer(version=2), by=BRAND)).figures
    assert (accepted.answers, accepted.accepted) == (1, 1)
    declined = track_of(countered().does(DeclineOffer(version=2), by=BRAND))
    assert (declined.figures.answers, declined.figures.declined, declined.outcome) == (1, 0, Outcome.DECLINED)


def test_silence_is_no_answer() -> None:
    """The offer has expired, and nothing is said of how long the creator takes."""
    lapsed = offered().waits(until=T0 + 1_000 * HOUR)
    extended = [*offered().past, *lapsed.events]
    track = observed(extended)
    for _ in range(2):
        if track is not None and track.outcome is None:
            story = Story(offered().decider, extended)
            extended += story.waits(until=T0 + 3_000 * HOUR).events
            track = observed(extended)
    assert track is not None
    assert (track.figures.expired, track.figures.answers, track.outcome) == (1, 0, Outcome.EXPIRED)


def test_posts_are_on_time_late_or_missed() -> None:
    """Late is whatever needed a deadline to be moved, of the draft or of the publication."""
    assert (track_of(live()).figures.on_time, track_of(live()).figures.late) == (2, 0)
    policies = Policies(publication=a_policy(OnExpiry.EXTEND))
    story = to_publish(an_assignment(policies=policies))
    extension = story.waits(until=story.state.tasks["publish/1"].due_at)
    delayed = Story(story.decider, [*story.past, *extension.events])
    late = track_of(delayed.does(a_post(1), by=CREATOR)).figures
    assert (late.on_time, late.late, late.published) == (0, 1, 1)
    missed = delayed.waits(until=delayed.state.tasks["publish/1"].due_at).events
    found = observed([*delayed.past, *missed])
    assert found is not None
    assert (found.figures.missed, found.figures.published) == (1, 0)


def test_changes_payments_and_engagements_are_added_up() -> None:
    """The last figures of a post count; what is not known of a post is not zero."""
    story = in_review().does(RequestChanges(deliverable=1, version=1, feedback="Brighter, please."), by=BRAND)
    story = story.does(SubmitDraft(deliverable=1, caption=DISCLOSED), by=CREATOR)
    assert track_of(story).figures.changes == 1
    paid = concluded().does(RecordPayout(payout_id="collab-1/upfront", reference="tr_1"))
    assert list(track_of(paid).figures.paid) == ["USD"]
    measured = live()
    for likes in (10, 25):
        measured = measured.does(RecordMetrics(deliverable=1, metrics=Metrics(likes=likes, comments=1)), by=CREATOR)
    measured = measured.does(RecordMetrics(deliverable=2, metrics=Metrics(clicks=3)), by=CREATOR)
    figures = track_of(measured).figures
    assert (figures.measured, figures.engagements) == (1, 26)


TRACKS = (
    track_of(offered().does(DeclineOffer(version=1), by=CREATOR)),
    track_of(countered().does(DeclineOffer(version=2), by=BRAND)).model_copy(update={"ended_at": T0 + HOUR}),
    track_of(live()),
    track_of(offered()),
)


def test_tracks_add_up_in_any_order() -> None:
    sums = {total(order).model_dump_json() for order in permutations(TRACKS)}
    assert len(sums) == 1
    record = total(TRACKS)
    assert (record.offers, record.decided, record.ended, record.under_way) == (4, 2, 2, 2)
    assert (record.last_outcome, record.last_ended_at) == (Outcome.DECLINED, T0 + HOUR)


def test_a_ledger_kept_event_by_event_is_the_sum_of_its_tracks() -> None:
    """However the events of two collaborations are mixed, and through JSON after each of them."""
    ledger = Ledger()
    left = {"a": list(live().past), "b": list(offered().does(DeclineOffer(version=1), by=CREATOR).past)}
    while any(left.values()):
        for id_, events in left.items():
            if events:
                ledger = Ledger.model_validate_json(noted(ledger, id_, events.pop(0), T0).model_dump_json())
    assert list(ledger.under_way) == ["a"]
    assert ledger.record == total([TRACKS[0], TRACKS[2]])
    assert ledger == ledger_of({"a": TRACKS[2], "b": TRACKS[0]})


def test_half_of_the_answers_took_no_longer() -> None:
    assert TrackRecord().median_answer_hours is None
    assert TrackRecord().mean_answer is None
    record = TrackRecord(answers=4, answer_seconds=8 * 3600, answers_within=(1, 0, 1, 0, 0, 0, 2))
    assert record.median_answer_hours == 24
    assert record.mean_answer == timedelta(hours=2)
    slow = TrackRecord(answers=3, answers_within=(1, 0, 0, 0, 0, 0, 2))
    assert slow.median_answer_hours is None
