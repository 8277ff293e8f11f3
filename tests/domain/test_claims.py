"""Who holds a creator: what an acceptance claims, and when two campaigns exclude each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from domain.brief import PostingWindow
from domain.claims import Claim, Held, Scope, claims_of, clash, folded
from domain.clauses import Exclusivity
from tests.domain.given import HOUR, T0

WINDOW = PostingWindow(opens=date(2026, 3, 16), closes=date(2026, 4, 30))
OVER = datetime(2026, 5, 1, 12, tzinfo=UTC)
"""The end of the posting window everywhere."""

DAY = timedelta(days=1)


def tea(at: datetime = T0, days: int = 0, category: str | None = None, *competitors: str) -> tuple[Claim, ...]:
    """What a campaign for tea by Lumen claims."""
    exclusivity = Exclusivity(days=days, category=category, competitors=competitors)
    return claims_of(brand="Lumen", category="Tea", exclusivity=exclusivity, window=WINDOW, at=at)


def by(claims: Sequence[Claim], campaign_id: str = "other", *, ended: bool = False) -> list[Held]:
    """The claims as the ledger has them."""
    return [Held(campaign_id=campaign_id, claim=claim, ended=ended) for claim in claims]


def shown(claims: Sequence[Claim]) -> set[tuple[str, str, bool, bool, int]]:
    """Scope, name, present, exclusive, and for how many days after the posting window."""
    return {(c.scope, c.name, c.present, c.exclusive, (c.until - OVER).days) for c in claims}


def test_an_acceptance_makes_the_creator_present_in_category_and_brand() -> None:
    """Without exclusivity nobody is kept away, and the claim is over with the posting window."""
    assert shown(tea()) == {("category", "tea", True, False, 0), ("brand", "lumen", True, False, 0)}
    assert all(claim.since == T0 for claim in tea())


def test_exclusivity_is_for_the_campaigns_category_unless_it_says_another() -> None:
    """The days run from the end of the posting window."""
    assert ("category", "tea", True, True, 30) in shown(tea(T0, 30))
    other = shown(tea(T0, 30, "Coffee"))
    assert ("category", "coffee", False, True, 30) in other
    assert ("category", "tea", True, False, 0) in other


def test_competitors_are_kept_away_by_name() -> None:
    """A named brand is one in which the creator may not be present."""
    assert ("brand", "steepers ltd", False, True, 30) in shown(tea(T0, 30, None, "Steepers  LTD"))


def test_zero_days_is_no_exclusivity() -> None:
    """Names without days bind nobody."""
    assert shown(tea(T0, 0, "coffee", "Steepers")) == shown(tea())


@pytest.mark.parametrize("written", ["Iced Tea", "iced  tea", " ICED\u00a0TEA ", "ｉｃｅｄ tea"])
def test_case_space_and_width_do_not_count(written: str) -> None:
    """The same category is the same however it is typed."""
    assert folded(written) == "iced tea"
    assert folded("STRASSE") == folded("Straße")


def test_a_claim_lasts_as_long_as_the_work_and_exclusivity_until_its_date() -> None:
    """An end that comes late is waited for; an end that comes early leaves the date."""
    held, date_of_end = tea(T0, 30), OVER + 30 * DAY
    assert clash(tea(date_of_end - DAY), by(held, ended=True), campaign_id="c") is not None
    assert clash(tea(date_of_end), by(held, ended=True), campaign_id="c") is None
    assert clash(tea(date_of_end + 9 * DAY), by(held), campaign_id="c") is not None


def test_what_lasts_longest_is_named() -> None:
    """Of two that stand in the way, the creator is free when the later one is over; who still runs has no end."""
    short, long = tea(T0, 10), tea(T0, 60)
    found = clash(tea(), [*by(long, "long", ended=True), *by(short, "short", ended=True)], campaign_id="c")
    assert found is not None
    assert found.campaign_id == "long"
    found = clash(tea(), [*by(long, "long", ended=True), *by(short, "running")], campaign_id="c")
    assert found is not None
    assert found.campaign_id == "running"


def test_a_campaign_does_not_stand_in_its_own_way() -> None:
    """Its own claims are no other campaign's."""
    assert clash(tea(T0, 30), by(tea(T0, 30), "c"), campaign_id="c") is None


def test_what_stands_in_the_way_is_told_with_its_date() -> None:
    """A day as long as one is known, words when the date has passed and the work still runs."""
    [held] = by([claim for claim in tea(T0, 30) if claim.scope is Scope.CATEGORY])
    assert held.facts(T0) == {"campaign": "other", "scope": "category", "name": "tea", "until": "2026-05-31"}
    assert held.facts(OVER + 31 * DAY)["until"] == "its collaboration has ended"


@dataclass(frozen=True)
class Deal:
    """An accepted offer of a small world of three categories and three brands.

    Days count from that of T0 and change when they do so in the westernmost time zone, at noon UTC.
    """

    brand: str
    category: str
    days: int
    kept_category: str | None
    competitors: tuple[str, ...]
    closes: int
    accepted: int
    ends: int | None

    @property
    def claims(self) -> tuple[Claim, ...]:
        """As the engine makes them."""
        exclusivity = Exclusivity(days=self.days, category=self.kept_category, competitors=self.competitors)
        window = PostingWindow(opens=T0.date(), closes=T0.date() + self.closes * DAY)
        at = T0 + 6 * HOUR + self.accepted * DAY
        return claims_of(brand=self.brand, category=self.category, exclusivity=exclusivity, window=window, at=at)

    def works_on(self, day: int) -> bool:
        """Whether the creator works for it on a day."""
        return self.accepted <= day and (self.ends is None or day < self.ends)

    def keeps_away_on(self, day: int, other: "Deal") -> bool:
        """Whether the creator may not work for the other campaign on a day."""
        bound = self.works_on(day) or (self.accepted <= day <= self.closes + self.days)
        categories = (self.kept_category or self.category).upper()
        named = other.category.upper() == categories or other.brand.upper() in [c.upper() for c in self.competitors]
        return self.days > 0 and bound and named


NAMES = st.sampled_from(["a", "B", "C"])


@st.composite
def deals(draw: st.DrawFn, *, ended: bool) -> Deal:
    """Any deal, and one that has been completed if it has ended."""
    accepted = draw(st.integers(0, 10))
    return Deal(
        brand=draw(NAMES),
        category=draw(NAMES),
        days=draw(st.sampled_from([0, 0, 5, 10])),
        kept_category=draw(st.none() | st.sampled_from(["A", "b", "c"])),
        competitors=tuple(draw(st.lists(st.sampled_from(["A", "b", "c"]), max_size=2))),
        closes=draw(st.integers(0, 20)),
        accepted=accepted,
        ends=accepted + draw(st.integers(1, 20)) if ended else None,
    )


@settings(max_examples=400)
@given(st.booleans().flatmap(lambda ended: deals(ended=ended)), deals(ended=False))
def test_two_deals_clash_if_on_some_day_one_keeps_the_creator_from_the_other(first: Deal, second: Deal) -> None:
    """Day by day and name by name, as the clause reads, and whichever of the two keeps the other away."""
    present = [claim for claim in first.claims if first.ends is None or claim.exclusive]
    standing = [claim.model_copy(update={"present": claim.present and first.ends is None}) for claim in present]
    # Only what had ended when the second one came does the ledger know as ended.
    assume(first.ends is None or second.accepted >= first.ends)
    found = clash(second.claims, by(standing, ended=first.ends is not None), campaign_id="c")
    expected = any(
        (first.works_on(day) and second.works_on(day) and second.keeps_away_on(day, first))
        or (second.works_on(day) and first.keeps_away_on(day, second))
        for day in range(60)
    )
    event(f"clash: {expected}, the first one ended: {first.ends is not None}")
    assert (found is not None) == expected
