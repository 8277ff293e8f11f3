from api.report.history import fold
from domain.decider import Role
from domain.discovery import ProposeShortlist, Shortlist
from domain.goal_setting import StartCampaign
from tests.api.report.story import CAMPAIGN, Story, whole_campaign


def test_the_ledger_is_the_sum_of_all_moves() -> None:
    """What was reserved and committed has been paid or given back when everyone has come to an end."""
    history = fold(whole_campaign().envelopes)
    opening = history.collaborations["collaboration/Ada"].state.fee
    assert opening is not None
    assert history.moved["reserved"] == 0
    assert history.moved["committed"] == 0
    assert history.moved["paid"] == 2 * opening.amount + opening.amount // 2  # Eve had half of it upfront


def test_an_answer_by_its_assignee_is_answered_even_if_it_ends_everything() -> None:
    """Cleo's refusal is an answer, Dan's silence is not."""
    offers = [time for time in fold(whole_campaign().envelopes).task_times if time.kind == "answer_offer"]
    assert [(time.answered, time.expired, time.extended) for time in offers] == [
        (True, False, 0),
        (True, False, 0),
        (True, False, 0),
        (True, False, 0),
        (False, True, 1),
    ]
    assert {time.assignee for time in offers} == {Role.CREATOR}


def test_a_task_that_is_still_open_has_no_duration() -> None:
    """Nobody has answered yet, so nothing can be said of how long it took."""
    story = Story()
    story.campaign(StartCampaign(campaign_id=CAMPAIGN, brief=story.brief))
    story.campaign(ProposeShortlist(shortlist=Shortlist(digest="0" * 64, size=5), considered=40))
    (only,) = fold(story.envelopes).task_times
    assert (only.seconds, only.answered) == (None, False)


def test_milestones_are_the_first_time_each() -> None:
    """Two posts go live, but a creator is live from the first one on."""
    ada = fold(whole_campaign().envelopes).collaborations["collaboration/Ada"]
    assert list(ada.milestones) == ["Taken up", "Verified", "Offered", "Agreed", "Contracted", "Live", "Measured"]
    assert ada.milestones["Agreed"] < ada.milestones["Live"]
