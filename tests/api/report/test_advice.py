from api.report.figures import reckon
from api.report.history import fold
from domain.collaboration import CancelCollaboration
from domain.content_approval import RequestChanges, SubmitDraft
from domain.recommendation import Ground, Recommendation
from tests.api.report.story import BRAND, CREATOR, Story, whole_campaign


def test_reasons_are_counted_in_the_record() -> None:
    """Drafts that hid the partnership, rounds of changes, deadlines that had to be moved."""
    story = Story().begin().invite("Ada").agree("Ada")
    for version in (1, 2):
        story.collaborate("Ada", (SubmitDraft(deliverable=1, caption="A bare cup"), CREATOR))
        changes = RequestChanges(deliverable=1, version=version, feedback="Say who paid")
        story.collaborate("Ada", (changes, BRAND))
    story.wait_out("Ada").finish()
    (row,) = reckon(fold(story.envelopes), story.creators).creators
    said = {reason.ground: reason.because for reason in row.reasons}
    assert row.recommendation is Recommendation.LOOK_FOR_OTHERS
    assert said[Ground.DELIVERY] == "missed 1 of 2 posts"
    assert said[Ground.DISCLOSURE] == "2 of 2 drafts did not disclose"
    assert said[Ground.CHANGES] == "2.0 rounds of changes a post"


def test_costs_are_compared_with_the_campaign_and_the_benchmark() -> None:
    """In the words that the report shows."""
    story = whole_campaign()
    ada, ben, *_ = reckon(fold(story.envelopes), story.creators).creators
    assert ada.recommendation is Recommendation.WORK_AGAIN
    assert "an engagement cost 0.1 times the campaign's median and 1.1 times the usual high" in ada.because
    assert ben.recommendation is Recommendation.RENEGOTIATE
    assert "1.9 times the campaign's median and 14.2 times the usual high" in ben.because


def test_of_a_creator_who_was_cancelled_before_a_post_nothing_is_said() -> None:
    """It was the brand that stopped."""
    story = Story().begin().invite("Ada").agree("Ada")
    story.collaborate("Ada", (CancelCollaboration(reason="the launch is off"), BRAND))
    story.pay("Ada").finish()
    (row,) = reckon(fold(story.envelopes), story.creators).creators
    assert (row.outcome, row.recommendation, row.because, row.reasons) == ("cancelled", None, "", ())
