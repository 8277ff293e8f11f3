"""How data that older schema versions wrote are read: one step for each version of an event type, pure for ever.

Version 1 knew no calendar. What was counted in it stays as it was: by the clock, every day, at every hour.
"""

from typing import Any

from domain.events import JsonObject, Upcast


def _campaign_started(data: JsonObject) -> JsonObject:
    brief = {**data["brief"], "policies": _policies(data["brief"]["policies"]), "calendar": _EVERY_DAY}
    zone = {"time_zone": data["brief"]["time_zone"]}
    return {**data, "brief": brief, "calendar": zone, "holidays": None}


def _collaboration_opened(data: JsonObject) -> JsonObject:
    assignment = data["assignment"]
    policies = _policies(assignment["policies"])
    return {**data, "assignment": {**assignment, "policies": policies, "calendar": {}}}


def _policies(before: JsonObject) -> JsonObject:
    """Every review had its whole time."""
    whole = before["review"]["within"]
    return {**before, "final_review_within": whole, "resume_at_least": whole}


_EVERY_DAY: dict[str, Any] = {
    "working_days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    "quiet_hours": None,
}

UPCASTS: dict[tuple[str, int], Upcast] = {
    ("CampaignStarted", 1): _campaign_started,
    ("CollaborationOpened", 1): _collaboration_opened,
    ("ChangesRequested", 1): lambda data: {**data, "paused": None},
    ("TaskReminded", 1): lambda data: {**data, "escalated": False},
    ("TaskExtended", 1): lambda data: {**data, "authority": "timeout", "remind_at": []},
    ("TaskEscalated", 1): lambda data: {**data, "remind_at": []},
}
"""By event type and the schema version that is read."""
