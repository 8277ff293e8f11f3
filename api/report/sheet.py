"""The report as a table for spreadsheets: one row for each creator and deliverable, as CSV by RFC 4180."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from babel.numbers import get_currency_precision

from api.report.creators import CreatorRow
from api.report.figures import Report
from api.report.posts import PostRow
from domain.brief import Measure
from domain.growth import Forecast
from domain.monitoring import Metrics

BOM = "\ufeff"
"""Without it, Excel takes UTF-8 for something else."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # full width, read as the others
"""What a cell begins with that a spreadsheet would compute instead of show."""

_WITHIN = re.compile(r"([;\t\r\n][ ;\t\r\n]*)(?=[=+\-@＝＋－＠])")
"""The same behind what a spreadsheet of another country takes for the end of a cell, whatever quotes are around."""

COUNTS = ("impressions", "reach", "views", "likes", "comments", "saves", "shares", "clicks", "orders")

EXPECTED = ("engagements_expected", "engagements_low", "engagements_high", "half_life_hours")

COLUMNS = (
    *("campaign", "rank", "creator", "handle", "stage", "outcome", "reason", "currency"),
    *("creator_fee", "creator_paid", "creator_clicks", "creator_orders", "creator_revenue"),
    *("recommendation", "because", "all_reasons", "deliverable", "format", "status", "rounds_of_changes"),
    *("url", "finding", "published_at", "measured_at", *COUNTS, "revenue", "engagements", *EXPECTED),
    *("fee_share", "cost_per_engagement", "flags"),
)
"""Those that begin with `creator_` are of the creator as a whole, again in each of their rows: sum the others only."""

Cell = str | int | float | Decimal | datetime | None


def render_csv(report: Report, *, bom: bool = False) -> bytes:
    """The table, in UTF-8. Amounts are in units of the currency, instants in UTC; what is unknown is empty.

    A creator without an agreement has one row, without a deliverable. Text that a spreadsheet would take for a formula
    is preceded by an apostrophe, also behind a semicolon, a tab or a line end within a cell.
    """
    written = io.StringIO(newline="")
    table = csv.DictWriter(written, COLUMNS, restval="", lineterminator="\r\n")
    table.writeheader()
    table.writerows({name: _shown(cell) for name, cell in row.items()} for row in _rows(report))
    return ((BOM if bom else "") + written.getvalue()).encode()


def _rows(report: Report) -> Iterator[dict[str, Cell]]:
    posts: dict[str, list[PostRow]] = {}
    for post in report.posts:
        posts.setdefault(post.collaboration_id, []).append(post)
    for creator in report.creators:
        cells = _of_creator(creator, report)
        for each in posts.get(creator.collaboration_id, [None]):
            yield cells if each is None else cells | _of_post(each, report.money.currency)


def _of_creator(row: CreatorRow, report: Report) -> dict[str, Cell]:
    currency = report.money.currency
    return {
        "campaign": report.campaign_id,
        "rank": row.rank,
        "creator": row.name,
        "handle": row.handle,
        "stage": row.stage.value,
        "outcome": row.outcome.value if row.outcome else None,
        "reason": row.reason,
        "currency": currency,
        "creator_fee": _major(row.fee, currency),
        "creator_paid": _major(row.paid, currency),
        "creator_clicks": row.clicks,
        "creator_orders": row.orders,
        "creator_revenue": _major(row.revenue, currency),
        "recommendation": row.recommendation.value if row.recommendation else None,
        "because": row.because,
        "all_reasons": "; ".join(reason.because for reason in row.reasons),
    }


def _of_post(post: PostRow, currency: str) -> dict[str, Cell]:
    metrics, final = post.metrics or Metrics(), post.forecasts.get(Measure.ENGAGEMENTS)
    return {
        "deliverable": post.number,
        "format": post.format.value,
        "status": post.status.value if post.status else None,
        "rounds_of_changes": post.rounds,
        "url": post.url,
        "finding": post.finding.value if post.finding else None,
        "published_at": post.published_at,
        "measured_at": metrics.taken_at,
        **{name: getattr(metrics, name) for name in COUNTS},
        "revenue": _major(metrics.revenue, currency),
        "engagements": post.engagements,
        **dict(zip(EXPECTED, _expected(final), strict=False)),
        "fee_share": _major(post.fee_share, currency),
        "cost_per_engagement": _major(post.cost_per_engagement, currency),
        "flags": "; ".join(f"{flag.anomaly} ({flag.severity}): {flag.because}" for flag in post.flags),
    }


def _expected(final: Forecast | None) -> tuple[Cell, ...]:
    return (final.expected, final.low, final.high, final.half_life_hours) if final else ()


def _major(minor: float | None, currency: str) -> Decimal | None:
    """Minor units as units of the currency; of averages, hundredths of a minor unit are kept."""
    exact = None if minor is None else Decimal(minor if isinstance(minor, int) else f"{minor:.2f}")
    return None if exact is None else exact.scaleb(-get_currency_precision(currency))


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            harmless = _WITHIN.sub(r"\1'", cell)
            return f"'{harmless}" if harmless.lstrip(" ").startswith(FORMULA) else harmless
        case datetime():
            return cell.isoformat(timespec="seconds")
        case Decimal():
            return f"{cell:f}"
        case _:
            return str(cell)
