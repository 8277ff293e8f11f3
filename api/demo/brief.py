"""The demo's brief: an ordinary one, but that people have seconds where they usually have days.

Nothing else in the engine knows that this is a demo: the deadlines are the brief's own policies.
"""

from datetime import date, timedelta
from typing import Any

from api.client import models

JsonObject = dict[str, Any]

CREATORS_WANTED = 24
TIME_ZONE = "America/Los_Angeles"
EVERY_DAY = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
KEPT = 32
"""So many of the best of the shortlist the brand keeps; it drops the others, but for its favourites."""

FAVOURITES = frozenset(
    {
        "beanswithnoor",
        "esmealdergatecoffee",
        "hana_hollencroft",
        "leilavellwicktraining",
        "nooriskgateceramic",
        "quinn_lorimfell",
        "remykestrelbrookcoffee",
        "roastwithbjorn",
        "thesummitmarlgate",
        "thetrailwesterwick",
    }
)
"""Creators from further down whom the brand keeps as well, among them some who write French, German or Italian: their
letters are in these languages, if the budget comes as far as them."""


def kept(candidate: models.Candidate) -> bool:
    """Whether the brand keeps a candidate of the shortlist when it approves it."""
    return candidate.rank <= KEPT or candidate.handle in FAVOURITES


def _policy(within: float, remind: float, on_expiry: str, extend_by: float = 4, then: str = "decline") -> JsonObject:
    """Durations in seconds."""
    return {
        "within": f"PT{within}S",
        "remind_before": [f"PT{remind}S"],
        "on_expiry": on_expiry,
        "extend_by": f"PT{extend_by}S",
        "then": then,
    }


def brief(today: date) -> JsonObject:
    """`today` is the date in the campaign's time zone, from which on posts may appear.

    A launch of a cold brew in the United States: 24 creators, a reel and a story each, 5,700 dollars.

    The budget covers about twenty opening offers at a time, with what their commissions can come to, so that some
    creators cannot be made one.
    """
    until = today + timedelta(days=14)
    target_date = (today + timedelta(days=30)).isoformat()
    return {
        "brand": "Northwind Roasters",
        "product": "Harbor cold brew",
        "category": "coffee",
        "objectives": [
            {"kind": "awareness", "measure": "impressions", "target": 120_000, "by": target_date},
            {"kind": "awareness", "measure": "engagements", "target": 5_000, "by": target_date},
            {"kind": "traffic", "measure": "clicks", "target": 120, "by": target_date},
            {"kind": "sales", "measure": "orders", "target": 30, "by": target_date},
        ],
        "budget": {"amount": 5_700_00, "currency": "USD"},
        "fee_cap": 300_00,
        "creators_wanted": CREATORS_WANTED,
        "audience": {"country": "US", "language": "en", "topics": ["coffee", "food", "outdoor"]},
        "criteria": {"platform": "instagram", "followers_min": 1_000, "followers_max": 10_000},
        "deliverables": [{"format": "reel", "count": 1}, {"format": "story", "count": 1}],
        "posting_window": {"opens": today.isoformat(), "closes": until.isoformat()},
        "briefing": {
            "product_description": "A ready-to-drink cold brew, steeped for 18 hours, in a can that can go anywhere.",
            "caption_guide": "Where do you take yours? Show the can outside, and say what it tastes like to you.",
            "do": ["Say #ad first", "Film in daylight"],
            "do_not": ["Compare with other brands", "Make claims about health"],
            "hashtags": ["harborcoldbrew"],
            "mentions": ["northwindroasters"],
            "faq": [["Is there sugar in it?", "No, only coffee and water."]],
        },
        "policies": {
            "shortlist": _policy(10, 7, "approve"),
            "performance_report_from": "doubtful",
            "performance_report": _policy(6, 3, "decline"),
            "verification": _policy(9, 4, "decline"),
            "offer": _policy(12, 6, "extend"),
            "counter_offer": _policy(8, 4, "escalate", extend_by=5),
            "creator_signature": _policy(12, 5, "extend"),
            "brand_signature": _policy(10, 4, "escalate", extend_by=6),
            "draft": _policy(13, 5, "extend"),
            "review": _policy(9, 4, "approve", then="approve"),
            "publication": _policy(12, 5, "extend"),
            # Posts are looked at twice, and not asked for figures: that would begin an hour after the publication.
            "live_check_after": "PT8S",
            "watch_for": "PT0S",
            "restoration": _policy(7, 3, "extend", extend_by=3),
            "payment_orders": "wait_for_finance",
            "payment": _policy(8, 4, "escalate", extend_by=6),
            "metrics": _policy(10, 5, "extend", extend_by=4),
            "final_review_within": "PT8S",
            "resume_at_least": "PT8S",
            "rounds_of_changes": 2,
            "negotiation": {
                "opening": 0.85,
                "accept_up_to": 1.1,
                "rounds": 2,
                "concession": {"rounds": 2, "ask_above": 1.3},
            },
        },
        "terms": {
            "upfront": 0.5,
            "gifts": [{"description": "A crate of 24 cans", "value": 72_00}],
            "commission": {"ratio": 0.1, "cap": 15_00},
            "usage_rights": {"channels": ["Instagram", "northwindroasters.example"], "months": 6},
            "exclusivity": {"category": "coffee", "days": 30},
            "disclosure": {"jurisdiction": "US"},
        },
        "contacts": {
            "manager": "campaigns@northwind.example",
            "escalation": "head.of.marketing@northwind.example",
            "finance": "finance@northwind.example",
            "legal": "legal@northwind.example",
        },
        "shop": {"landing_url": "https://northwindroasters.example/harbor", "discount_prefix": "HARBOR"},
        "time_zone": TIME_ZONE,
        # The demo is over in a minute, whatever the day and the hour: nobody has a weekend, and mail goes out at night.
        "calendar": {"working_days": EVERY_DAY, "quiet_hours": None},
    }
