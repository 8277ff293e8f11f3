from api.client import Refusal
from api.demo.notes import Notes


def test_refusals_are_counted_by_attempt_and_answer() -> None:
    """The first answer's words are kept."""
    notes = Notes()
    for detail in ("first", "second"):
        notes.refused("brand, approve", Refusal(409, {"code": "disclosure_failed", "detail": detail}))
    notes.refused("brand, approve", Refusal(409, {"code": "stale_version", "detail": "third"}))
    assert notes.refusals == {
        ("brand, approve", 409, "disclosure_failed"): 2,
        ("brand, approve", 409, "stale_version"): 1,
    }
    assert notes.details["brand, approve", 409, "disclosure_failed"] == "first"
