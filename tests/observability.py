"""The alerts and the dashboard as data: their queries, and the metrics that these read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import yaml

ROOT = Path(__file__).parents[1]
ALERTS = ROOT / "docs" / "observability" / "alerts.yml"
DASHBOARD = ROOT / "docs" / "observability" / "dashboard.json"

PROMETHEUS_OWN = {"up"}
"""What Prometheus makes itself."""


def alerts() -> list[dict[str, Any]]:
    """The alerts in the order of the file."""
    document = yaml.safe_load(ALERTS.read_text())
    return [rule for group in document["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    """The dashboard's panels, rows among them."""
    listed: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return listed


def queries() -> Iterator[tuple[str, str]]:
    """Each query with where it is."""
    for alert in alerts():
        yield alert["alert"], alert["expr"]
    for panel in panels():
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


def selectors(expression: Any) -> Iterator[promql_parser.VectorSelector]:
    """What a parsed query reads."""
    match expression:
        case promql_parser.VectorSelector():
            yield expression
        case promql_parser.MatrixSelector():
            yield from selectors(expression.vector_selector)
        case promql_parser.BinaryExpr():
            yield from selectors(expression.lhs)
            yield from selectors(expression.rhs)
        case promql_parser.Call():
            for argument in expression.args:
                yield from selectors(argument)
        case promql_parser.NumberLiteral() | promql_parser.StringLiteral():
            return
        case _:
            yield from selectors(expression.expr)


def read_metrics() -> dict[str, set[str]]:
    """Every series that alerts and dashboard read, with the labels that they ask for."""
    found: dict[str, set[str]] = {}
    for _, query in queries():
        for selector in selectors(promql_parser.parse(query)):
            asked = {matcher.name for matcher in selector.matchers.matchers} - {"job", "instance"}
            found.setdefault(selector.name or "", set()).update(asked)
    return {name: labels for name, labels in found.items() if name not in PROMETHEUS_OWN}
