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

DOCUMENT = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
"""Digest of a contract, as its signatures name it."""

CAPTION = "#ad with Lumora Skin: two weeks with the Dew Barrier Serum, and my cheeks have stopped burning."

BODIES: dict[str, dict[str, Any]] = {
    "audit_audience": {
        "accounts": [
            {"followers": 212, "following": 340, "posts": 57, "has_profile_picture": True},
            {"followers": 0, "following": 4_902, "posts": 0},
        ]
    },
    "approve_shortlist": {"drop": ["b7c4f1a2"]},
    "reject_shortlist": {"reason": "Too few of them speak about skin."},
    "approve_creator": {"note": "The jump in followers was a press mention."},
    "reject_creator": {"reason": "A competitor's face until the summer."},
    "report_performance": {"followers": 8_200, "followers_before": 7_900, "posts": 12, "reach": 41_000},
    "accept_offer": {"version": 1},
    "counter_offer": {
        "version": 1,
        "fee": {"amount": 38_000, "currency": "USD"},
        "message": "With the raw clips, for this fee.",
    },
    "decline_offer": {"version": 1, "reason": "I am travelling in May."},
    "sign_contract": {"typed_name": "Ines Calder", "document": DOCUMENT, "consent": True},
    "propose_amendment": {"changes": {"fee": {"amount": 42_000, "currency": "USD"}}, "reason": "A third story."},
    "sign_amendment": {"typed_name": "Ines Calder", "document": DOCUMENT, "consent": True},
    "decline_amendment": {"reason": "The first terms suit us."},
    "withdraw_amendment": {"reason": "Settled by mail."},
    "submit_draft": {
        "caption": CAPTION,
        "file": {"sha256": DOCUMENT, "size": 12_582_912, "media_type": "video/mp4"},
    },
    "approve_draft": {"version": 1},
    "request_changes": {"version": 1, "feedback": "Please show the texture in daylight."},
    "mark_published": {"url": "https://www.instagram.com/reel/Cx1/", "caption": CAPTION},
    "vouch_for_post": {"caption": CAPTION},
    "mark_restored": {"url": "https://www.instagram.com/reel/Cx2/"},
    "record_metrics": {"impressions": 5_400, "reach": 4_100, "likes": 380, "comments": 41, "saves": 66, "shares": 12},
    "close_campaign": {},
    "set_payout_account": {"account": "acct_1032D82eZvKYlo2C"},
    "confirm_payment": {"reference": "SEPA 2026-11-23 0042", "paid_on": "2026-11-23"},
    "settle_reversal": {"pay_again": True, "note": "The account was closed; the new one is on file."},
    "renew_campaign": {"start": False},
    "extend_deadline_of_campaign": {"task": "approve_shortlist"},
    "extend_deadline_of_collaboration": {"task": "answer_offer"},
    "cancel_campaign": {"reason": "The launch has moved to autumn."},
    "cancel_collaboration": {"reason": "The parcel never reached them."},
    "take_decisions": {
        "decisions": [
            {
                "collaboration_id": "8c0f5d3a9b1e4c72a6d4e0f1b2c3d4e5",
                "verb": "approve_draft",
                "arguments": {"deliverable": 1, "version": 1},
            }
        ]
    },
    "discover_creators": {"source": "instagram", "handles": ["maya.makes", "leo.bakes"]},
    "create_webhook": {"url": "https://crm.example/hooks/groundswell", "types": ["ContractSigned", "PostPublished"]},
    "change_webhook": {"enabled": False},
    "replay_webhook": {"from_position": 1},
    "try_webhook": {},
    "place_order": {
        "order_id": "A-1001",
        "placed_at": "2026-11-23T10:15:00Z",
        "total": {"amount": 6_400, "currency": "USD"},
        "discount_codes": ["INES10"],
    },
    "refund_order": {"refund_id": "R-1", "amount": {"amount": 6_400, "currency": "USD"}},
    "create_key": {"name": "shop integration", "role": "service_account", "expires_in": "P90D"},
    "add_member": {"address": "robin@brand.example", "role": "campaign_manager"},
    "change_member": {"role": "approver", "limit": {"amount": 50_000, "currency": "USD"}},
}
"""The function of a route to a body that it takes; those of briefs stand with their routes."""
