"""Whose an order is."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.attribution import CLOCKS_DIFFER, Attribution, By, Source, Touch, Unattributed, attribute
from tests.domain.given import T0

DAY = timedelta(days=1)

sources = st.builds(
    Source,
    collaboration_id=st.sampled_from(["ada", "ben", "cleo"]),
    campaign_id=st.sampled_from(["tea", "mugs"]),
    currency=st.sampled_from(["USD", "EUR"]),
    window=st.integers(1, 40).map(lambda days: timedelta(days=days)),
)
touches = st.builds(Touch, source=sources, at=st.integers(-60 * 24, 24).map(lambda hours: T0 + timedelta(hours=hours)))


def source(collaboration_id: str = "ada", currency: str = "USD") -> Source:
    return Source(collaboration_id=collaboration_id, campaign_id="tea", currency=currency, window=30 * DAY)


def counts(touch: Touch) -> bool:
    """The rule in other words: not after the order, but for differing clocks, and not longer ago than the window."""
    return touch.at <= T0 + CLOCKS_DIFFER and touch.at + touch.source.window >= T0


@given(st.lists(sources, max_size=3), st.lists(touches, max_size=6), st.sampled_from(["USD", "EUR"]))
def test_the_rule(coded: list[Source], visits: list[Touch], currency: str) -> None:
    """A code beats every link, the last link in its window every other; money of one currency only is added up."""
    found = attribute(T0, currency, coded, visits)
    assert (found.by is None) == (found.reason is not None) == (found.collaboration_id is None)
    counting = [touch for touch in visits if counts(touch)]
    if coded:
        chosen = [coded[0]]
    else:
        last = max((touch.at for touch in counting), default=None)
        chosen = [touch.source for touch in counting if touch.at == last]
    if found.by is not None:
        assert found.by is (By.CODE if coded else By.LINK)
        assert (found.collaboration_id, found.campaign_id, currency) in {
            (each.collaboration_id, each.campaign_id, each.currency) for each in chosen
        }
    elif found.reason is Unattributed.OTHER_CURRENCY:
        assert any(each.currency != currency and each.campaign_id == found.campaign_id for each in chosen)
    else:
        assert not chosen
        assert found.reason is (Unattributed.OUTSIDE_WINDOW if visits else Unattributed.NO_TRACE)
        assert (found.campaign_id is None) == (not visits)


@given(st.lists(touches, max_size=6, unique_by=lambda touch: (touch.at, touch.source.collaboration_id)))
def test_the_sequence_of_visits_does_not_matter(visits: list[Touch]) -> None:
    """Only when they were."""
    assert attribute(T0, "USD", [], visits) == attribute(T0, "USD", [], visits[::-1])


def test_the_window_ends_with_its_last_moment() -> None:
    """Thirty days to the second count, one microsecond more does not."""
    last = Touch(source=source(), at=T0 - 30 * DAY)
    assert attribute(T0, "USD", [], [last]).by is By.LINK
    late = Touch(source=source(), at=T0 - 30 * DAY - timedelta(microseconds=1))
    assert attribute(T0, "USD", [], [late]) == Attribution(campaign_id="tea", reason=Unattributed.OUTSIDE_WINDOW)


def test_a_visit_after_the_order_did_not_lead_to_it() -> None:
    """But for clocks that differ a little."""
    soon, later = (Touch(source=source(), at=T0 + CLOCKS_DIFFER + timedelta(seconds=n)) for n in (0, 1))
    assert attribute(T0, "USD", [], [soon]).by is By.LINK
    assert attribute(T0, "USD", [], [later]).reason is Unattributed.OUTSIDE_WINDOW


def test_the_code_beats_a_later_visit() -> None:
    """Whoever uses a creator's code says who sent them."""
    visit = Touch(source=source("ben"), at=T0)
    assert attribute(T0, "USD", [source("ada")], [visit]).collaboration_id == "ada"
    assert attribute(T0, "EUR", [source("ada")], [visit]).reason is Unattributed.OTHER_CURRENCY
