"""Who and what is made up for a measurement: a brief, and as many creators as are asked for, all of whom fit it."""

import json
from collections.abc import Iterator
from datetime import date, timedelta

from domain.brief import Brief
from domain.creators import Profile

FEE_CAP = 400_00
DISCLOSED = "#ad Harbor cold brew on the pier before sunrise. #harborcoldbrew"
UNDISCLOSED = "Harbor cold brew on the pier before sunrise, thanks @northwindroasters! #sp"


def brief(creators: int, *, today: date, deliverables: int = 2) -> Brief:
    """Everybody is wanted and can be paid; people have the usual hours, so no deadline decides for anybody.

    No hours are quiet: at night, mails would wait for the morning, and with them the end of every workflow.
    """
    return Brief.model_validate(
        {
            "brand": "Northwind Roasters",
            "product": "Harbor cold brew",
            "category": "coffee",
            "objectives": [
                {
                    "kind": "awareness",
                    "measure": "impressions",
                    "target": 4_000 * creators,
                    "by": today + timedelta(days=60),
                }
            ],
            "budget": {"amount": creators * FEE_CAP, "currency": "USD"},
            "fee_cap": FEE_CAP,
            "creators_wanted": creators,
            "audience": {"country": "US", "language": "en", "topics": ["coffee", "outdoor"]},
            "deliverables": [{"format": "reel" if number % 2 == 0 else "story"} for number in range(deliverables)],
            "posting_window": {"opens": today + timedelta(days=7), "closes": today + timedelta(days=28)},
            "briefing": {
                "product_description": "A ready-to-drink cold brew, in a can that can go anywhere.",
                "hashtags": ["harborcoldbrew"],
                "mentions": ["northwindroasters"],
            },
            "contacts": {"manager": "campaigns@northwind.example"},
            "calendar": {"quiet_hours": None},
        }
    )


def profile(number: int) -> Profile:
    """One of them; followers and fees differ."""
    followers = 2_000 + 29 * number % 7_900
    return Profile.model_validate(
        {
            "platform": "instagram",
            "handle": f"harbor.{number:06d}",
            "name": f"Somebody {number}",
            "email": f"somebody.{number:06d}@creators.example",
            "followers": followers,
            "following": 600,
            "posts": 240,
            "average_likes": followers * 0.026,
            "average_comments": followers * 0.0016,
            "country": "US",
            "language": "en",
            "topics": ["coffee", "outdoor"],
        }
    )


def rosters(creators: int, at_once: int = 5_000) -> Iterator[bytes]:
    """All of them as rosters of JSON lines, none larger than the API takes."""
    for first in range(0, creators, at_once):
        some = (profile(number) for number in range(first, min(first + at_once, creators)))
        yield b"\n".join(json.dumps(one.model_dump(mode="json", exclude_none=True)).encode() for one in some)
