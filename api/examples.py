"""Examples in the API's description. A test keeps them well-formed and workable."""

from typing import Any

BRIEF: dict[str, Any] = {
    "brand": "Lumora Skin",
    "product": "Dew Barrier Serum",
    "category": "skincare",
    "objectives": [
        {"kind": "awareness", "measure": "reach", "target": 120_000, "by": "2031-05-31"},
        {"kind": "sales", "measure": "orders", "target": 400, "by": "2031-06-30"},
    ],
    "budget": {"amount": 900_000, "currency": "USD"},
    "fee_cap": 45_000,
    "creators_wanted": 20,
    "audience": {"country": "US", "language": "en", "topics": ["skincare", "sensitive skin", "morning routine"]},
    "criteria": {"platform": "instagram", "followers_min": 2_000, "followers_max": 10_000},
    "deliverables": [{"format": "reel", "count": 1}, {"format": "story", "count": 3}],
    "posting_window": {"opens": "2031-05-05", "closes": "2031-05-18"},
    "briefing": {
        "product_description": "A light serum with ceramides and oat extract for skin that reddens easily.",
        "caption_guide": "Say in your own words when you use it and what you noticed after two weeks.",
        "do": ["Show the texture in daylight", "Put the disclosure first"],
        "do_not": ["Claim that it heals anything", "Use filters that smooth the skin"],
        "hashtags": ["dewbarrier", "lumoraskin"],
        "mentions": ["lumoraskin"],
        "faq": [["Is it vegan?", "Yes, and it is made without fragrance."]],
    },
    "policies": {
        "shortlist": {"within": "2 business days", "remind_before": ["4 business hours"], "on_expiry": "approve"},
        "review": {
            "within": "3 business days",
            "remind_before": ["1 business day"],
            "on_expiry": "escalate",
            "extend_by": "1 business day",
            "then": "approve",
        },
        "offer": {"within": "72h", "remind_before": ["24h"], "on_expiry": "extend", "extend_by": "24h"},
        "rounds_of_changes": 2,
        "negotiation": {"opening": 0.85, "accept_up_to": 1.1, "rounds": 2},
    },
    "terms": {
        "upfront": 0.5,
        "usage_rights": {"channels": ["Instagram", "the brand's website"], "months": 6},
        "exclusivity": {"category": "skincare", "days": 30},
        "disclosure": {"jurisdiction": "US"},
    },
    "contacts": {"manager": "campaigns@lumora.example", "escalation": "marketing@lumora.example"},
    "time_zone": "America/New_York",
    "calendar": {
        "country": "US",
        "subdivision": "NY",
        "working_days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        "days_off": ["2031-05-23"],
        "working_hours": {"opens": "09:00", "closes": "18:00"},
        "quiet_hours": {"starts": "20:00", "ends": "08:00"},
    },
}
