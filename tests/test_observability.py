"""Alerts, dashboard and runbook agree with each other, and what the runbook says can be typed as it stands."""

import re
from itertools import pairwise

import asyncpg
import promql_parser
import pytest
import yaml
from temporalio.client import Client

from tests.observability import ROOT, alerts, panels, queries, read_metrics

RUNBOOK = ROOT / "docs" / "runbook.md"
GUIDE = ROOT / "docs" / "observability.md"


def sections() -> dict[str, str]:
    """The runbook's sections by heading."""
    parts = re.split(r"^## (.+)\n", RUNBOOK.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def blocks(language: str) -> list[str]:
    """The runbook's snippets in this language."""
    found: list[str] = re.findall(rf"^```{language}\n(.+?)^```", RUNBOOK.read_text(), re.MULTILINE | re.DOTALL)
    return found


def test_each_alert_has_its_section_and_each_section_its_alert() -> None:
    """Whoever is woken finds what it means, where to look and what to do."""
    assert sorted(sections()) == sorted(alert["alert"] for alert in alerts())
    for name, text in sections().items():
        order = [text.find(f"**{part}:**") for part in ("It means", "Look", "Do")]
        assert -1 not in order and order == sorted(order), name  # noqa: PT018 - one thought


def test_alerts_are_complete() -> None:
    """Each says how bad it is and what happens, in one sentence."""
    assert len({alert["alert"] for alert in alerts()}) == len(alerts())
    for alert in alerts():
        assert set(alert) <= {"alert", "expr", "for", "labels", "annotations"}
        assert alert["labels"]["severity"] in {"page", "ticket"}
        assert re.fullmatch(r"[A-Z\"{].+[.]", alert["annotations"]["summary"])
        assert "for" not in alert or re.fullmatch(r"\d+[smh]", alert["for"])


@pytest.mark.parametrize(
    ("where", "query"), [pytest.param(*each, id=f"{n}-{each[0]}") for n, each in enumerate(queries())]
)
def test_queries_are_promql(where: str, query: str) -> None:
    """Prometheus will understand them: the parser is one for its grammar, with its checks of types."""
    assert promql_parser.parse(query) is not None, where


def test_alerts_compare() -> None:
    """An alert without a comparison would ring as soon as there is a figure."""
    for alert in alerts():
        parsed = promql_parser.parse(alert["expr"])
        assert isinstance(parsed, promql_parser.BinaryExpr | promql_parser.Call), alert["alert"]
        assert re.search(r"[<>=]=? ?[\d(]|absent|[<>]=?\s", alert["expr"]), alert["alert"]


def test_the_dashboard_is_one() -> None:
    """Panels have ids of their own, do not overlap, and say what they show."""
    assert len({panel["id"] for panel in panels()}) == len(panels())
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
        assert panel["type"] == "row" or (panel["description"] and panel["targets"])
    rows = [panel["gridPos"]["y"] for panel in panels() if panel["type"] == "row"]
    assert all(before < after for before, after in pairwise(rows))


def test_every_figure_that_is_read_is_explained() -> None:
    """The page on observability has a line for each of ours."""
    ours = {re.sub(r"_(bucket|count|sum)$", "", name) for name in read_metrics() if name.startswith("groundswell_")}
    explained = set(re.findall(r"groundswell_\w+", GUIDE.read_text()))
    assert ours <= explained
    assert len(ours) > 15


def test_the_jobs_of_the_alerts_are_scraped() -> None:
    """The names in `up{job=...}` are those of the shipped configuration."""
    scraped = {
        each["job_name"]
        for each in yaml.safe_load((ROOT / "docs/observability/prometheus.yml").read_text())["scrape_configs"]
    }
    asked = {job for _, query in queries() for job in re.findall(r'job="([\w-]+)"', query)}
    assert asked == scraped


async def test_the_runbook_s_sql_runs(database: str) -> None:
    """Each statement is accepted by a database of this release."""
    connection = await asyncpg.connect(database)
    try:
        statements = blocks("sql")
        for statement in statements:
            await connection.fetch(statement)
    finally:
        await connection.close()
    assert len(statements) >= 10


async def test_the_runbook_s_queries_of_temporal_run(temporal_client: Client) -> None:
    """Each is a list filter that the server takes."""
    filters = blocks("temporal")
    for each in filters:
        _ = [one async for one in temporal_client.list_workflows(each.strip(), limit=1)]
    assert len(filters) == 2
