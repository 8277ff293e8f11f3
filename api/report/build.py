"""The report on a campaign: its figures from the event log, and a page that a campaign manager can pass on.

The page is one file without scripts, fonts or pictures from elsewhere: it can be mailed, archived and printed.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined

from api.report.figures import Report, reckon
from api.report.history import CampaignHistory
from api.report.tracked import UNTRACKED, Tracked
from api.report.wording import (
    count,
    duration,
    growing,
    live_posts,
    moment,
    money,
    percent,
    rate_basis,
    rate_name,
    rate_value,
)
from domain.creators import Creator
from domain.errors import NotFound
from domain.events import Envelope

__all__ = ["CampaignLog", "Names", "Report", "build_report", "render_html"]

PAGE = 1_000
"""Events read at a time."""


class CampaignLog(Protocol):
    """What the report needs of the event log."""

    async def read_campaign(self, correlation_id: str, after_position: int = 0, limit: int = 1_000) -> list[Envelope]:
        """The first `limit` events after a position over all streams of a campaign, in order."""
        ...


class Names(Protocol):
    """What the report needs of the creators' directory."""

    async def get(self, ids: Sequence[str]) -> Mapping[str, Creator]:
        """The creators with these ids; unknown ids are left out."""
        ...


async def build_report(log: CampaignLog, directory: Names, campaign_id: str, tracked: Tracked = UNTRACKED) -> Report:
    """The report on a campaign as it stands now, with what its links, codes and shop have counted.

    Raises:
        NotFound: there is no such campaign.
        UnknownEvent: a newer release has written one of its events.
    """
    history = await read_history(log, campaign_id)
    ids = [past.state.creator_id for past in history.collaborations.values()]
    creators = await directory.get(ids)
    return await asyncio.to_thread(reckon, history, creators, tracked=tracked)


async def read_history(log: CampaignLog, campaign_id: str) -> CampaignHistory:
    """The fold of all events of a campaign; raises as `build_report`."""
    history, position = CampaignHistory(), 0
    while page := await log.read_campaign(campaign_id, position, PAGE):
        await asyncio.to_thread(history.add, page)  # ten thousand creators take a minute, in which others are served
        position = page[-1].position
    if not history.campaign.started:
        raise NotFound(kind="campaign", id=campaign_id)
    return history


def render_html(report: Report) -> str:
    """The report as a page of its own. Blocks for about a second while the charts are drawn: call it in a thread."""
    # Charts pull in a JavaScript engine, which a process that never draws one should not wait for.
    from api.report import charts  # noqa: PLC0415

    template = _template_environment().get_template("report.html")
    return template.render(
        report=report,
        funnel=charts.funnel(report),
        progress=charts.progress(report),
        costs=charts.costs(report),
        spending=charts.spending(report),
    )


@cache
def _template_environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("api"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "money": money,
        "count": count,
        "percent": percent,
        "duration": duration,
        "moment": moment,
        "live_posts": live_posts,
        "growing": growing,
        "rate_name": rate_name,
        "rate_value": rate_value,
        "rate_basis": rate_basis,
        "words": lambda text: str(text).replace("_", " "),
    }
    return environment
