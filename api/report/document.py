"""The report as a PDF to be filed or sent on: what the page says, set for paper."""

from typing import Any

from activities.typesetting import typeset
from api.report.creators import CreatorRow
from api.report.figures import ObjectiveResult, Report
from api.report.posts import PostRow
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
from domain.brief import Measure


def render_pdf(report: Report) -> bytes:
    """The document. The same report gives the same bytes. Blocks for a second or two: call it in a thread.

    Names and reasons are data to the template: no markup in them is read.
    """
    # As in `build.render_html`: whoever draws nothing should not wait for a JavaScript engine.
    from api.report import charts  # noqa: PLC0415

    drawings = {
        "funnel": charts.funnel(report),
        "progress": charts.progress(report),
        "costs": charts.costs(report),
        "spending": charts.spending(report),
    }
    content, _ = typeset("report", _facts(report) | {"charts": drawings}, report.as_of)
    return content


def _facts(report: Report) -> dict[str, Any]:
    currency = report.money.currency
    return {
        "campaign": report.campaign_id,
        "brand": report.brand,
        "product": report.product,
        "about": _about(report),
        "dated_parts": [report.as_of.year, report.as_of.month, report.as_of.day],
        "tiles": _tiles(report),
        "objectives": [_objective(each, currency) for each in report.objectives],
        "budget": [
            {"part": part, "amount": money(getattr(report.money, part), currency)}
            for part in ("paid", "committed", "reserved", "available")
        ],
        "budget_total": money(report.money.budget, currency),
        "considered": count(report.creators_considered),
        "taken_up": count(len(report.creators)),
        "endings": [
            {"outcome": _words(each.outcome), "creators": each.creators, "reasons": _reasons(each.reasons)}
            for each in report.endings
        ],
        "comparison": _comparison(report),
        "comparison_missing": report.comparison_missing,
        "rates": [[rate_name(rate), rate_value(rate, currency), rate_basis(rate, currency)] for rate in report.rates],
        "earned_media": _earned_media(report),
        "creators": [_creator(row, currency) for row in report.creators if row.fee is not None],
        "others": [
            {"rank": row.rank, "name": row.name, "handle": row.handle, "how": _how(row), "reason": row.reason}
            for row in report.creators
            if row.fee is None
        ],
        "growing": [growing(each) for each in report.half_lives],
        "flagged": [_flagged(row, post) for row, post in report.flagged],
        "tracked": ", ".join(report.tracked),
        "led_to": [_led_to(row, currency) for row in report.creators if report.tracked and row.fee is not None],
        "tasks": [
            {
                "task": row.task.capitalize(),
                "figures": [count(row.asked), count(row.answered), duration(row.median_seconds)]
                + [count(times) if times else "" for times in (row.reminded, row.extended, row.escalated, row.expired)],
            }
            for row in report.timeline.tasks
        ],
        "ends_with": f"Campaign {report.campaign_id}, reckoned from its event log of {count(report.timeline.events)}"
        f" events as of {moment(report.as_of)}. Benchmarks {report.benchmarks_version},"
        f" recommendations by policy {report.recommendation_policy}.",
    }


def _flagged(row: CreatorRow, post: PostRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "handle": row.handle,
        "post": f"{post.format.value.capitalize()} {post.number}",
        "flags": [
            {"what": _words(flag.anomaly), "severity": flag.severity.value, "because": flag.because}
            for flag in post.flags
        ],
    }


def _about(report: Report) -> str:
    timeline = report.timeline
    if report.outcome is None or timeline.ended_at is None:
        now = f"under way ({report.stage.label.lower()}), as of {moment(report.as_of)}"
    else:
        lasted = (timeline.ended_at - timeline.started_at).total_seconds()
        now = f"{_words(report.outcome)} after {duration(lasted)}"
    return f"{report.category} · started {moment(timeline.started_at)} · {now}"


def _tiles(report: Report) -> list[dict[str, str]]:
    contracted = next(step.creators for step in report.funnel if step.label == "Contracted")
    currency, comparison = report.money.currency, report.comparison
    figures = (
        (f"{count(contracted)} of {count(report.creators_wanted)}", "creators under contract, of those wanted"),
        (count(report.posts_live), live_posts(report.posts_measured, report.posts_gone)),
        (money(report.money.paid, currency), f"paid of a budget of {money(report.money.budget, currency)}"),
        (money(comparison.cost_per_engagement if comparison else None, currency), "for each engagement"),
    )
    return [{"figure": figure, "of": of} for figure, of in figures]


def _objective(each: ObjectiveResult, currency: str) -> dict[str, Any]:
    def shown(figure: int | None) -> str:
        return money(figure, currency) if each.measure is Measure.REVENUE else count(figure)

    if each.tracked:
        basis = "counted by links, codes and the shop; what was reported is left out"
    elif each.posts_live == 0:
        basis = "no post is live"
    elif each.posts_known == each.posts_live:
        basis = f"reported for all {each.posts_live} live posts"
    else:
        known = f"{each.posts_known} of {each.posts_live} live posts"
        basis = f"reported for {known}, so the true figure is higher"
    if each.forecast is not None:
        f = each.forecast
        basis += f" · still growing: {count(f.expected)} expected in the end, {count(f.low)} to {count(f.high)}"
        basis += f" in {percent(f.level)} of cases"
    return {
        "measure": each.measure.value.capitalize(),
        "reached": f"{shown(each.reached)} of {shown(each.target)}",
        "ratio": percent(each.ratio) if each.ratio is not None else "unknown",
        "width": min(each.ratio or 0, 1),
        "note": f"{each.kind.value.capitalize()}, due {each.by:%-d %B %Y} · {basis}",
    }


def _comparison(report: Report) -> dict[str, str] | None:
    if report.comparison is None:
        return None
    c, currency = report.comparison, report.money.currency
    return {
        "spent": money(c.spent, currency),
        "engagements": count(c.engagements),
        "cost": money(c.cost_per_engagement, currency),
        "celebrity_engagements": count(c.celebrity_engagements),
        "celebrity_cost": money(c.celebrity_cost_per_engagement, currency),
        "basis": f"The money buys {c.celebrity_posts:.2f} of a celebrity post, reckoned at"
        f" {money(c.celebrity_price, currency)} each, {count(c.celebrity_followers)} followers (the smallest of that"
        f" tier) and an engagement rate of {c.celebrity_rate:.1%} by followers. Source: {c.source}.",
    }


def _earned_media(report: Report) -> str:
    if report.earned_media is None:
        return f"No equivalent in advertising: {report.earned_media_missing}"
    value, used = report.earned_media, report.earned_media.rates
    return (
        f"What the posts’ figures would have cost as advertising (EMV): {money(value.value, value.currency)}, of"
        f" {count(value.posts)} posts, by rates {used.version}. It is an equivalent, not money that came in."
        f" Source: {used.source.origin}."
    )


def _creator(row: CreatorRow, currency: str) -> dict[str, Any]:
    return {
        "rank": row.rank,
        "name": row.name,
        "handle": row.handle,
        "how": _how(row),
        "reason": "" if row.outcome == "completed" else row.reason,
        "fee": money(row.fee, currency),
        "paid": money(row.paid or None, currency),
        "posts": f"{row.posts_live}/{row.posts_agreed}" + (f" ({row.posts_gone} gone)" if row.posts_gone else ""),
        "impressions": count(row.impressions),
        "engagements": count(row.engagements),
        "cost": money(row.cost_per_engagement, currency),
        "next": (row.recommendation or "").capitalize(),
        "because": row.because,
    }


def _led_to(row: CreatorRow, currency: str) -> list[str]:
    return [row.name, money(row.fee, currency), count(row.clicks), count(row.orders), money(row.revenue, currency)]


def _how(row: CreatorRow) -> str:
    return (_words(row.outcome) if row.outcome else row.stage.label).capitalize()


def _reasons(reasons: tuple[tuple[str, int], ...], shown: int = 3) -> str:
    first = [f"{times} × {reason}" if times > 1 else reason for reason, times in reasons[:shown]]
    rest = len(reasons) - shown
    return "; ".join(first) + (f"; and {rest} other reasons" if rest > 0 else "")


def _words(text: str) -> str:
    return text.replace("_", " ")
