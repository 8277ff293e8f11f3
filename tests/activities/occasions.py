"""Occasions for letters, made of the stories of the domain's tests."""

from functools import reduce
from typing import Any

from activities.letters import Occasion
from activities.links import CreatorLinks
from domain.brief import Brief
from domain.campaign import Campaign
from domain.clauses import Terms, UsageRights
from domain.creators import Creator
from domain.decider import Event
from domain.notices import Audience, notices
from domain.rights import Rights
from tests.domain.given import Story, a_brief, a_profile
from tests.domain.outliving import completed

LINKS = CreatorLinks("a secret of at least thirty-two characters", "https://groundswell.example")


def occasion(
    story: Story[Any, Any],
    kind: type[Event],
    *,
    brief: Brief | None = None,
    audience: Audience | None = None,
    **profile: Any,
) -> Occasion:
    """What a letter about the story's last event of a type is written from, with the state right after it.

    To be read by whom the event is told of first, unless an audience is given; by the creator if it is no news.
    """
    index = max(nth for nth, event in enumerate(story.past) if isinstance(event, kind))
    state = reduce(story.decider.evolve, story.past[: index + 1], story.decider.initial)
    about_campaign = isinstance(state, Campaign)
    if isinstance(state, Rights):  # the letter is about the collaboration that they have outlived
        state = completed(terms=Terms(usage_rights=UsageRights(channels=("Instagram",), territory="EU"))).state
    told = [notice.audience for notice in notices(story.past[index])]
    return Occasion(
        event=story.past[index],
        campaign_id="camp-1",
        brief=brief or (state.agreed_brief if about_campaign else a_brief()),
        collaboration=None if about_campaign else state,
        creator=None if about_campaign else Creator(id="creator-1", profile=a_profile(**profile)),
        links=LINKS,
        audience=audience or (told[0] if told else Audience.CREATOR),
    )
