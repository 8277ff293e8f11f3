"""What an operator reads on a workflow's page: where it stands, whose turn it is, and what happened last. Markdown.

No personal data: a creator is a rank and an id, a person a role.
"""

from collections.abc import Iterable, Iterator

from domain.campaign import Campaign
from domain.collaboration import Collaboration
from domain.deadlines import Task
from domain.money import Money
from domain.rights import Rights
from domain.values import Value

KEPT = 8
"""How many of the latest events the page shows."""


class Happened(Value):
    """One line of the page's history."""

    version: int
    event: str
    role: str
    at: str


def campaign_details(state: Campaign, latest: Iterable[Happened]) -> str:
    """The page of a campaign."""
    if state.brief is None:
        return "Waiting for a brief."
    facts = [
        f"**{state.brief.brand}**: {state.brief.product}",
        f"budget {_money(state.brief.budget)}, {state.brief.creators_wanted} creators wanted",
        f"shortlist of {state.shortlist.size}" if state.shortlist else "no shortlist yet",
    ]
    headline = f"Ended: **{state.outcome}**" if state.outcome else f"Stage: **{state.stage.label}**"
    return _page(headline, facts, state.tasks.values(), latest)


def collaboration_details(state: Collaboration, latest: Iterable[Happened]) -> str:
    """The page of a collaboration."""
    if state.assignment is None:
        return "Not opened yet."
    headline = f"Stage: **{state.stage.label}**"
    if state.outcome:
        # Not the reason: a person may have given it, in words of their own.
        headline = f"Ended: **{state.outcome}**, in stage {state.stage.label}"
    return _page(headline, list(_facts(state)), state.tasks.values(), latest)


def rights_details(state: Rights, latest: Iterable[Happened]) -> str:
    """The page of what outlives a collaboration."""
    if state.granted is None:
        return "Not opened yet."
    facts = [f"collaboration `{state.id}` of campaign `{state.campaign_id}`"]
    for usage in state.usages:
        over = "expired" if usage.deliverable in state.expired else "may be used until"
        facts.append(f"deliverable {usage.deliverable}: {over} {usage.expires_at:%Y-%m-%d %H:%M:%S} UTC")
    if state.exclusive:
        over = "over" if state.free else "in force"
        facts.append(f"exclusivity agreed until {state.exclusive.until:%Y-%m-%d %H:%M:%S} UTC: {over}")
    headline = f"Ended: **{state.outcome}**" if state.outcome else f"Next: {state.next_alarm:%Y-%m-%d %H:%M:%S} UTC"
    return _page(headline, facts, (), latest)


def _facts(state: Collaboration) -> Iterator[str]:
    yield f"creator no. {state.rank} of campaign `{state.campaign_id}`"
    if state.assessment:
        yield f"verification: {state.assessment.verdict}, score {state.assessment.score:.2f}"
    if state.fee:
        yield f"agreed fee {_money(state.fee)}"
    elif state.offer:
        yield f"offer version {state.offer.version} by the {state.offer.by}: {_money(state.offer.fee)}"
    if state.document:
        signed = ", ".join(sorted(state.signatures)) or "nobody"
        yield f"contract `{state.document[:12]}`, signed by {signed}"
    for number, work in state.works.items():
        yield f"deliverable {number} ({work.deliverable.format}): {work.status}, draft {work.version}"
    for payout in state.payouts.values():
        yield f"payout {payout.purpose} {_money(payout.amount)}: {'made' if payout.reference else 'owed'}"


def _page(headline: str, facts: list[str], tasks: Iterable[Task], latest: Iterable[Happened]) -> str:
    waiting = [
        f"- the **{task.assignee}** to `{task.name}` until {task.due_at:%Y-%m-%d %H:%M:%S} UTC"
        + (" (escalated)" if task.escalated else "")
        for task in sorted(tasks, key=lambda task: task.due_at)
    ]
    happened = [f"| {line.version} | {line.event} | {line.role} | {line.at} |" for line in latest]
    return "\n".join(
        [
            headline,
            "",
            *(f"- {fact}" for fact in facts),
            "",
            "Waiting for:" if waiting else "Waiting for nobody.",
            *waiting,
            "",
            "| version | event | by | at (UTC) |",
            "|---|---|---|---|",
            *happened,
        ]
    )


def _money(money: Money) -> str:
    return f"{money.amount / 100:,.2f} {money.currency}"
