"""What the terminal shows while the demo runs: a live board, or plain lines where nobody is watching."""

import asyncio
from collections import Counter, deque
from time import monotonic

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from api.client import Groundswell, models
from api.demo.mailroom import Mailroom
from api.report.wording import money
from domain.lifecycle import Stage

POLL_SECONDS = 0.8
PLAIN_EVERY = 4.0
"""Seconds between lines where there is no terminal."""
RECENT = 9
BAR = 44


class Screen:
    """Follows one campaign through the API until it has ended."""

    def __init__(
        self, api: Groundswell, campaign_id: str, mailroom: Mailroom, console: Console, handles: dict[str, str]
    ) -> None:
        self.events: list[models.EventView] = []
        """All events so far, in order."""
        self._api = api
        self._campaign_id = campaign_id
        self._mailroom = mailroom
        self._console = console
        self._handles = handles
        self._creator_of: dict[str, str] = {}
        self._recent: deque[Text] = deque(maxlen=RECENT)
        self._cursor: str | None = None
        self._since = monotonic()
        self._said = 0.0

    async def follow(self) -> models.CampaignView:
        """Show how it goes; returns the campaign as it was when it had ended."""
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            while True:
                campaign = await self._api.read_campaign(self._campaign_id)
                await self.read_events()
                if self._console.is_terminal:
                    live.update(self._board(campaign), refresh=True)
                else:
                    self._say(campaign)
                if campaign.outcome is not None:
                    return campaign
                await asyncio.sleep(POLL_SECONDS)

    async def read_events(self) -> None:
        """Take in what has happened since the last look."""
        last = self.events[-1].position if self.events else 0
        while True:
            page = await self._api.read_campaign_events_page(self._campaign_id, cursor=self._cursor, limit=500)
            for event in page.items:
                if event.position > last:
                    self._take(event)
            if page.next is None:
                return
            self._cursor = page.next

    def _take(self, event: models.EventView) -> None:
        self.events.append(event)
        if event.type == "CollaborationOpened":
            self._creator_of[event.stream] = event.data["creator_id"]
        who = self._handles.get(self._creator_of.get(event.stream, ""), "")
        line = Text(f"{self._seconds:4.0f} s  ", style="dim")
        line.append(f"{'@' + who if who else 'campaign':<26.26}", style="cyan" if who else "bold")
        line.append(f" {_in_words(event)}", style=_style(event))
        self._recent.append(line)

    @property
    def _seconds(self) -> float:
        return monotonic() - self._since

    def _board(self, campaign: models.CampaignView) -> Group:
        stages = Table(title=f"{campaign.brief.brand}: {campaign.brief.product}", title_justify="left")
        for name in ("under way", "creators", "ended", "creators"):
            stages.add_column(name, justify="right" if name == "creators" else "left")
        under_way = [(stage.label, campaign.stages.get(stage.value, 0)) for stage in Stage][2:]
        ended = [(name.replace("_", " "), count) for name, count in sorted(campaign.outcomes.items())]
        for row in range(max(len(under_way), len(ended))):
            left = under_way[row] if row < len(under_way) else ("", "")
            right = ended[row] if row < len(ended) else ("", "")
            stages.add_row(left[0], str(left[1]), right[0], str(right[1]))
        return Group(stages, self._budget(campaign), self._totals(campaign), Text(), *self._recent)

    def _budget(self, campaign: models.CampaignView) -> Text:
        budget = campaign.budget
        line = Text("budget ")
        for part, colour in (
            ("paid", "green"),
            ("committed", "cyan"),
            ("reserved", "yellow"),
            ("available", "bright_black"),
        ):
            line.append("█" * round(BAR * getattr(budget, part) / budget.total), style=colour)
        for part, colour in (("paid", "green"), ("committed", "cyan"), ("reserved", "yellow")):
            line.append(f"  {part} {money(getattr(budget, part), budget.currency)}", style=colour)
        line.append(f"  of {money(budget.total, budget.currency)}")
        return line

    def _totals(self, campaign: models.CampaignView) -> Text:
        clock = Counter(event.type for event in self.events if event.type.startswith("Task"))
        names = {"TaskReminded": "reminders", "TaskExtended": "extensions", "TaskEscalated": "escalations"}
        counts = [f"{clock[type_]} {name}" for type_, name in names.items()]
        what = [
            f"{self._seconds:.0f} s",
            f"{len(self.events)} events",
            f"{len(self._mailroom.delivered)} mails",
            *counts,
        ]
        return Text(" · ".join([*what, f"{clock['TaskExpired']} expired"]), style="dim")

    def _say(self, campaign: models.CampaignView) -> None:
        if campaign.outcome is None and self._seconds - self._said < PLAIN_EVERY and self._said > 0:
            return
        self._said = self._seconds
        under_way = ", ".join(f"{count} {stage.replace('_', ' ')}" for stage, count in campaign.stages.items())
        ended = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in campaign.outcomes.items())
        paid = money(campaign.budget.paid, campaign.budget.currency)
        self._console.print(
            f"{self._seconds:4.0f} s  {campaign.stage.replace('_', ' ')}"
            f" | under way: {under_way or 'none'} | ended: {ended or 'none'}"
            f" | paid {paid} | {len(self.events)} events, {len(self._mailroom.delivered)} mails",
            highlight=False,
            soft_wrap=True,
        )


def _style(event: models.EventView) -> str:
    if event.type in ("TaskExpired", "TaskEscalated", "AutoApprovalBlocked", "DeliverableMissed"):
        return "yellow"
    return {"creator": "", "brand": "magenta"}.get(event.by, "dim")


def _in_words(event: models.EventView) -> str:
    """`TaskReminded` about `sign_contract/brand` reads `task reminded: sign contract/brand`."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in event.type).strip()
    data = event.data
    about = data.get("task") if isinstance(data.get("task"), str) else None
    details = [about, data.get("outcome"), data.get("answer"), data.get("role")]
    if isinstance(data.get("offer"), dict):
        details.append(money(data["offer"]["fee"]["amount"], data["offer"]["fee"]["currency"]))
    if data.get("authority") in ("policy", "timeout"):
        details.append(f"by {data['authority']}")
    told = ", ".join(str(detail).replace("_", " ") for detail in details if detail)
    return f"{words}: {told}" if told else words
