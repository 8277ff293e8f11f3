"""The figures of each measurement as tables for a person."""

from collections.abc import Callable, Iterator, Mapping

from rich.table import Table

from api.bench.campaign import CampaignFigures
from api.bench.cost import EVENTS_GOAL, Cost, Spent
from api.bench.decisions import LATENCY_GOAL as DECISION_GOAL
from api.bench.front_door import FrontDoorFigures
from api.bench.lifecycles import LATENCY_GOAL, RATE_GOAL, Lifecycles
from api.bench.processes import median
from api.bench.reads import RATE_GOAL as READ_GOAL
from api.bench.streams import DELAY_GOAL

Part = Table | str


def of_cost(cost: Cost) -> Iterator[Part]:
    """Events, bytes, actions; which of them letters and payments are."""
    table = _table(f"One collaboration, {cost.decisions} decisions", "collaboration", "yardstick", "ratio")
    both = cost.ours, cost.bare

    def row(what: str, figure: Callable[[Spent], int]) -> None:
        ours, bare = (figure(spent) for spent in both)
        table.add_row(what, f"{ours:,}", f"{bare:,}", f"{ours / bare:.2f}")

    row("events", lambda spent: spent.history.events)
    row("events without what reaches outside", lambda spent: spent.history.inside_events)
    row("events but for those of letters and payments themselves", lambda spent: spent.history.without_activities)
    row("bytes", lambda spent: spent.history.bytes)
    row("billable actions", lambda spent: spent.actions.total)
    yield table
    kinds = _table("Billable actions by kind, as the server counts them", "collaboration", "yardstick")
    for kind in sorted({*cost.ours.actions.actions, *cost.bare.actions.actions}):
        kinds.add_row(kind, *(f"{spent.actions.actions.get(kind, 0):,}" for spent in both))
    yield kinds
    yield "Regular activities: " + ", ".join(f"{count} {name}" for name, count in cost.ours.history.activities.items())
    yield _goal(cost.met, f"events at most {EVENTS_GOAL} times the yardstick's", f"{cost.event_ratio:.2f}")


def of_lifecycles(found: Lifecycles) -> Iterator[Part]:
    """A row for each round; then the ratios, and what waiting takes."""
    table = _table("Lifecycles", "a second", "decisions", "p50 s", "p99 s", "CPU ms each")
    for name, rounds in (("collaborations", found.ours), ("yardstick", found.bare)):
        for each in rounds:
            table.add_row(
                name,
                f"{each.rate:.2f}",
                str(each.decisions),
                f"{each.p50:.3f}",
                f"{each.p99:.3f}",
                f"{each.cpu_each * 1_000:,.0f}",
            )
    yield table
    yield _goal(
        found.rate_ratio >= RATE_GOAL, f"rate at least {RATE_GOAL} of the yardstick's", f"{found.rate_ratio:.2f}"
    )
    latency = f"p99 at most {LATENCY_GOAL:g} times the yardstick's"
    yield _goal(found.latency_ratio <= LATENCY_GOAL, latency, f"{found.latency_ratio:.2f}")
    yield f"Processor time of all programs for each: {found.cpu_ratio:.2f} times the yardstick's."
    yield f"A collaboration that waits takes {found.waiting_bytes / 1024:,.0f} KiB of the worker's memory."


def of_campaign(found: CampaignFigures) -> Iterator[Part]:
    """Where the time and the memory went, and whether either grew with the number of creators."""
    total = found.seconds["total"]
    phases = _table(f"A campaign with {found.creators:,} creators", "seconds")
    for phase, seconds in found.seconds.items():
        phases.add_row(phase, f"{seconds:,.1f}")
    yield phases
    programs = _table("Programs", "peak MiB", "CPU s", "CPU ms a creator")
    for name, usage in found.usage.items():
        each = usage.cpu_seconds / found.creators * 1_000
        programs.add_row(name, f"{usage.peak_bytes / 2**20:,.0f}", f"{usage.cpu_seconds:,.1f}", f"{each:,.1f}")
    yield programs
    tenths = _table("By tenths of the creators, in the order in which they ended", "seconds", "CPU ms a creator")
    before = 0
    for tenth in found.tenths:
        each = tenth.cpu_seconds / max(1, tenth.ended - before) * 1_000
        tenths.add_row(f"up to {tenth.ended:,}", f"{tenth.seconds:,.1f}", f"{each:,.0f}")
        before = tenth.ended
    yield tenths
    facts = _table("Facts", "")
    for name, fact in _facts(found, total).items():
        facts.add_row(name, fact)
    yield facts


def _facts(found: CampaignFigures, total: float) -> Mapping[str, str]:
    ended = ", ".join(f"{count:,} {outcome}" for outcome, count in found.outcomes.items())
    waits = found.waits
    stored = ", ".join(f"{name} {size / 2**20:,.0f} MiB" for name, size in found.bytes_stored.items())
    return {
        "collaborations": ended,
        "creators a second": f"{found.creators / total:.2f}",
        "decisions": f"{found.decisions:,}, p50 {found.decision_p50:.3f} s, p99 {found.decision_p99:.3f} s",
        "refused, sent again": f"{found.refused}, {found.sent_again}",
        "events of the record": f"{found.events:,}",
        "billable actions": f"{found.actions:,}, {found.actions / found.creators:.1f} a creator",
        "events in the campaign's own history": f"{found.campaign_history:,}",
        "events in the longest history": f"{found.largest_history:,}",
        "failed workflow tasks": f"{found.failed_workflow_tasks:,}",
        "tasks waited for their worker": f"p99 {waits.remembered_p99:.1f} s, at most {waits.remembered_longest:.1f} s",
        "tasks waited for any worker": f"at most {waits.anybody_longest:.1f} s",
        "tasks whose worker did not come in time": f"{waits.given_up:,}",
        "stored": stored,
    }


def of_front_door(found: FrontDoorFigures) -> Iterator[Part]:
    """A row for each route, kind of decision, and for the streams: the medians of their rounds; then the goals."""
    reads = _table("Reads", "requests/s", "p50 ms", "p99 ms", "server's CPU ms each", "bytes")
    for route in found.reads:
        for name, rounds in ((route.route, route.ours), ("the same, bare", route.bare)):
            reads.add_row(
                name,
                f"{median(each.rate for each in rounds):,.0f}",
                f"{median(each.p50 for each in rounds) * 1_000:,.1f}",
                f"{median(each.p99 for each in rounds) * 1_000:,.1f}",
                f"{median(each.cpu_each for each in rounds) * 1_000:,.2f}",
                f"{route.answer_bytes:,}",
            )
    yield reads
    decisions = _table("Decisions, with the streams open", "decisions/s", "p50 ms", "p99 ms")
    for name, taken in (("POST .../offer/counter", found.decisions.ours), ("bare update", found.decisions.bare)):
        p50, p99 = median(each.p50 for each in taken), median(each.p99 for each in taken)
        rate = median(each.rate for each in taken)
        decisions.add_row(name, f"{rate:,.1f}", f"{p50 * 1_000:,.0f}", f"{p99 * 1_000:,.0f}")
    yield decisions
    heard = found.streams
    streams = _table("Streams", "streams", "campaigns", "events", "deliveries", "p50 ms", "p99 ms", "most ms")
    delays = (f"{seconds * 1_000:,.0f}" for seconds in (heard.p50, heard.p99, heard.most))
    counts = (f"{count:,}" for count in (heard.streams, heard.campaigns, heard.events, heard.deliveries))
    streams.add_row("append to arrival", *counts, *delays)
    yield streams
    for route in found.reads:
        reached = f"{route.rate_ratio:.2f}; the server's processor time is {route.cpu_ratio:.2f} times the bare one's"
        yield _goal(route.met, f"{route.route} at least {READ_GOAL} of the bare route's requests/s", reached)
    latency = f"p99 of a decision at most {DECISION_GOAL:g} times the bare update's"
    reached = f"{found.decisions.p99_ratio:.2f}; p50 {found.decisions.p50_ratio:.2f}"
    yield _goal(found.decisions.met, latency, reached)
    delay = f"p99 from an append to an arrival under {DELAY_GOAL * 1_000:.0f} ms"
    yield _goal(heard.met, delay, f"{heard.p99 * 1_000:,.0f} ms")
    yield f"Streams ended by the server: {heard.ended}; with a gap or a repetition: {heard.with_gaps}."
    yield f"Decisions refused: {len(found.decisions.refused)}; sent again: {found.decisions.sent_again}."


def _table(title: str, *columns: str) -> Table:
    table = Table("", title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _goal(met: bool, goal: str, reached: str) -> str:
    return f"{'[green]✓[/]' if met else '[yellow]✗[/]'} goal: {goal}; reached {reached}"
