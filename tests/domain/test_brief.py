"""A brief is well-formed or says which field is not."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.brief import MEASURES, Brief, Copies, Measure, ObjectiveKind, Policies
from domain.deadlines import OnExpiry
from domain.durations import business_days
from domain.formats import Format
from tests.domain.given import a_brief

A_DAY = date(2026, 5, 31)


def test_a_brief_survives_json() -> None:
    """What a client sends, an event stores and a snapshot restores is the same brief."""
    assert Brief.model_validate_json(a_brief().model_dump_json()) == a_brief()


@pytest.mark.parametrize("kind", ObjectiveKind)
@pytest.mark.parametrize("measure", Measure)
def test_an_objective_is_measured_in_its_own_kind(kind: ObjectiveKind, measure: Measure) -> None:
    """Awareness, traffic and sales have measures of their own; another one is refused with those that fit."""
    objectives = [{"kind": kind, "measure": measure, "target": 1, "by": A_DAY}]
    if measure in MEASURES[kind]:
        assert a_brief(objectives=objectives).objectives[0].measure is measure
    else:
        with pytest.raises(ValidationError, match=f"an objective of kind {kind} is measured in"):
            a_brief(objectives=objectives)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"brand": "  "}, "brand"),
        ({"objectives": []}, "objectives"),
        ({"objectives": [{"kind": "traffic", "measure": "clicks", "target": 0, "by": A_DAY}]}, "objectives.0.target"),
        ({"creators_wanted": 0}, "creators_wanted"),
        ({"creators_wanted": 10_001}, "creators_wanted"),
        ({"deliverables": []}, "deliverables"),
        ({"deliverables": [{"format": "billboard"}]}, "deliverables.0.format"),
        ({"deliverables": [{"format": "reel", "count": 21}]}, "deliverables.0.count"),
        ({"budget": {"amount": 1, "currency": "dollars"}}, "budget.currency"),
        ({"contacts": {"manager": "nobody"}}, "contacts.manager"),
        ({"audience": {"country": "USA"}}, "audience.country"),
        ({"policies": {"negotiation": {"opening": 0}}}, "policies.negotiation.opening"),
        ({"policies": {"review": {"within": "PT0S"}}}, "policies.review.within"),
        ({"terms": {"upfront": 1.5}}, "terms.upfront"),
        ({"colour": "green"}, "colour"),
    ],
)
def test_a_field_that_is_wrong_is_named(facts: dict[str, Any], field: str) -> None:
    """The first error points to the one field that has to change, also to one that does not exist."""
    with pytest.raises(ValidationError) as refused:
        a_brief(**facts)
    assert ".".join(map(str, refused.value.errors()[0]["loc"])) == field
    assert {error["loc"][0] for error in refused.value.errors()} == {field.partition(".")[0]}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/New_York"])
def test_a_time_zone_is_known_by_its_iana_name(zone: str) -> None:
    """The campaign's days begin and end in its own zone."""
    assert a_brief(time_zone=zone).zone.key == zone


@pytest.mark.parametrize("zone", ["Berlin", "", "../etc/passwd", "Mars/Olympus", "Europe", "\x00", "a" * 300])
def test_another_time_zone_is_refused(zone: str) -> None:
    """Whatever is no IANA name is refused with an example, whatever it would do to the file system."""
    with pytest.raises(ValidationError, match="is not an IANA time zone such as Europe/Berlin"):
        a_brief(time_zone=zone)


@given(st.text(max_size=30))
def test_any_text_for_a_time_zone_is_known_or_refused(zone: str) -> None:
    """No text breaks the check of the time zone."""
    try:
        found = a_brief(time_zone=zone)
    except ValidationError as refused:
        assert "time_zone" in str(refused)  # noqa: PT017 - either outcome is right for some texts
    else:
        assert found.zone.key == zone


@pytest.mark.parametrize("name", ["creator_signature", "brand_signature", "offer", "draft", "publication", "metrics"])
@pytest.mark.parametrize("policy", [{"on_expiry": "approve"}, {"on_expiry": "extend", "then": "approve"}])
def test_silence_cannot_sign_or_deliver(name: str, policy: dict[str, Any]) -> None:
    """What only a person can do is never done by their silence."""
    with pytest.raises(ValidationError, match=f"policies.{name}: silence cannot stand for a person's own act"):
        Policies.model_validate({name: {"within": "PT48H", **policy}})


@pytest.mark.parametrize("name", ["shortlist", "verification", "counter_offer", "review"])
def test_silence_can_decide(name: str) -> None:
    """Where a decision is asked for, a policy may take it."""
    policies = Policies.model_validate({name: {"within": "PT48H", "on_expiry": "approve"}})
    assert getattr(policies, name).on_expiry is OnExpiry.APPROVE


def test_the_defaults_are_the_documented_ones() -> None:
    """Brand 72 h, creator 48 h, last review 24 h in business days; an offer 72 h by the clock; two rounds."""
    policies = Policies()
    brand = (policies.shortlist, policies.verification, policies.counter_offer, policies.brand_signature)
    creator = (policies.creator_signature, policies.draft, policies.publication)
    assert {policy.within for policy in (*brand, policies.review)} == {business_days(3)}
    assert {policy.within for policy in creator} == {business_days(2)}
    assert policies.final_review_within == business_days(1)
    assert policies.offer.within == timedelta(hours=72)
    assert policies.offer.on_expiry is OnExpiry.EXTEND
    assert policies.review.on_expiry is OnExpiry.APPROVE
    assert (policies.rounds_of_changes, policies.negotiation.rounds) == (2, 2)


def test_a_posting_window_opens_where_the_day_begins_first() -> None:
    """Nobody who posts on the first day, wherever they live, is too early."""
    window = a_brief(posting_window={"opens": date(2026, 3, 16), "closes": date(2026, 4, 30)}).posting_window
    assert window.starts_at == datetime(2026, 3, 15, 10, tzinfo=UTC)


def test_a_posting_window_ends_where_the_day_is_over_last() -> None:
    """Nobody who posts on the last day, wherever they live, is too late."""
    assert a_brief().posting_window.ends_at == datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_formats_are_counted_out() -> None:
    """Two reels and a story are three deliverables, in the brief's order."""
    brief = a_brief(deliverables=[{"format": "reel", "count": 2}, {"format": "story"}])
    assert brief.formats == (Format.REEL, Format.REEL, Format.STORY)


def test_the_default_creators_are_the_micro_tier() -> None:
    """Who says nothing of followers means 1,000 to 10,000."""
    assert (a_brief().criteria.followers_min, a_brief().criteria.followers_max) == (1_000, 10_000)


def test_copies_go_to_those_who_have_an_address() -> None:
    """Finance and lawyers are told of what concerns them only where the brief names them."""
    contacts = {"manager": "manager@lumen-tea.example", "legal": "legal@lumen-tea.example"}
    assert a_brief(contacts=contacts).contacts.copies == Copies(finance=False, legal=True)


def test_letters_to_the_brand_are_in_a_language_that_exists() -> None:
    """A brief that asks for letters in another one is refused at once, not answered in English."""
    with pytest.raises(ValidationError, match="'en', 'de', 'fr', 'it' or 'es'"):
        a_brief(contacts={"manager": "manager@lumen-tea.example", "language": "ja"})


def test_briefs_with_equal_policies_share_one_object() -> None:
    one, other = (Brief.model_validate(a_brief().model_dump(mode="json")) for _ in range(2))
    assert one.policies is other.policies
