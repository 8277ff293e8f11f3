from api.anomaly_views import flags_of
from domain.anomalies import Anomaly
from domain.monitoring import Metrics
from tests.api.report.story import Story


def test_a_collaborations_posts_show_what_stands_out() -> None:
    """By deliverable; one whose figures grow as posts do is not among them, nor is one of an erased creator."""
    story = Story().begin().invite("Ada").agree("Ada").publish("Ada").later(hours=6)
    for hours, likes in ((18, 200), (48, 580), (96, 930), (0, 3_400)):
        story.measure("Ada", Metrics(likes=likes)).later(hours=hours)
    events = [each for each in story.envelopes if each.stream == "collaboration/Ada"]
    profile = story.creators["ada"].profile
    assert flags_of(events[:-1], profile) == {}
    assert flags_of(events, None) == {}
    ((number, (flag,)),) = flags_of(events, profile).items()
    assert (number, flag.anomaly, flag.seen) == (1, Anomaly.JUMP, 3_400)
