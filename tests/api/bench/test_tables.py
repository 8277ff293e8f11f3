"""Figures as a person reads them."""

from collections.abc import Iterable
from io import StringIO

from rich.console import Console
from rich.table import Table

from api.bench import tables
from api.bench.campaign import Tenth
from api.bench.cost import Cost, Spent
from api.bench.histories import HistorySize
from api.bench.lifecycles import Lifecycles, Round
from api.bench.processes import Usage
from api.bench.server_figures import ServerFigures
from tests.api.bench.test_campaign import figures
from tests.api.bench.test_front_door import a_front_door


def shown(parts: Iterable[Table | str]) -> str:
    """What the terminal shows."""
    console = Console(width=120, record=True, file=StringIO())
    for part in parts:
        console.print(part)
    return console.export_text()


def a_size(events: int, outside: int = 0) -> HistorySize:
    """A history of so many events."""
    activities = {"notify": outside // 3} if outside else {}
    return HistorySize(
        events=events,
        bytes=events * 400,
        by_kind={},
        activities=activities,
        of_outside_activities=outside,
        of_outside_tasks=0,
    )


def test_cost_tells_what_was_left_out_and_whether_the_goal_is_reached() -> None:
    """Ratios stand beside the numbers that they come from."""
    ours = Spent(history=a_size(150, 30), actions=ServerFigures(actions={"timer": 2}, failed_workflow_tasks=0))
    bare = Spent(history=a_size(100), actions=ServerFigures(actions={"timer": 4}, failed_workflow_tasks=0))
    text = shown(tables.of_cost(Cost(decisions=11, ours=ours, bare=bare)))
    assert "11 decisions" in text
    assert "1.50" in text
    assert "10 notify" in text
    assert "✓ goal: events at most 1.5 times the yardstick's; reached 1.20" in text


def test_lifecycles_tell_each_round_and_each_goal() -> None:
    """A missed goal is marked, with what was reached."""
    ours = Round(lifecycles=50, decisions=11, seconds=10, p50=0.2, p99=0.5, cpu_seconds=15)
    bare = Round(lifecycles=50, decisions=11, seconds=5, p50=0.1, p99=0.4, cpu_seconds=5)
    text = shown(tables.of_lifecycles(Lifecycles(ours=[ours], bare=[bare], waiting_bytes=150 * 1024)))
    assert "✗ goal: rate at least 0.6 of the yardstick's; reached 0.50" in text
    assert "✓ goal: p99 at most 2 times the yardstick's; reached 1.25" in text
    assert "150 KiB" in text
    assert "300" in text  # 15 s over 50 lifecycles, in ms
    assert "3.00 times the yardstick's" in text


def test_a_campaign_tells_where_time_and_memory_went() -> None:
    """By phase, by program and by tenth, with what each creator took of the processors."""
    usage = {"worker": Usage(peak_bytes=200 * 2**20, last_bytes=0, cpu_seconds=5.0)}
    tenths = [Tenth(ended=10, seconds=4.0, cpu_seconds=2.0), Tenth(ended=20, seconds=4.0, cpu_seconds=3.0)]
    text = shown(tables.of_campaign(figures(usage=usage, tenths=tenths, bytes_stored={"PostgreSQL": 3 * 2**20})))
    assert "250.0" in text  # 5 s over 20 creators, in ms
    assert "up to 20" in text
    assert "300" in text  # 3 s over the last 10 creators, in ms
    assert "PostgreSQL 3 MiB" in text
    assert "55.0 a creator" in text


def test_the_front_door_tells_both_sides_of_each_ratio_and_each_goal() -> None:
    """Times in milliseconds; a missed goal is marked."""
    text = shown(tables.of_front_door(a_front_door()))
    assert "500" in text  # requests/s: a thousand in two seconds
    assert "1,000" in text  # the bare one
    assert "✗ goal: GET /v1/tasks at least 0.8 of the bare route's requests/s; reached 0.50" in text
    assert "✓ goal: p99 of a decision at most 2 times the bare update's; reached 1.80; p50 2.00" in text
    assert "✓ goal: p99 from an append to an arrival under 500 ms; reached 90 ms" in text
    assert "sent again: 1" in text
