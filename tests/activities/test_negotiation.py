"""The offer as the creator reads it."""

from activities.negotiation import ASKS, offer
from domain.clauses import Commission, Gift, Terms
from domain.negotiation import CounterOffer, OfferCountered, OfferMade
from tests.activities.occasions import occasion
from tests.domain.given import BRAND, CREATOR, an_assignment, countered, offered, usd

TENTH = Commission(ratio=0.1, cap=100_00)


def test_an_offer_says_what_for_how_much_and_until_when() -> None:
    """Work, fee, window, the law and the deadline in the campaign's time zone are all in it."""
    letter = offer(occasion(offered(), OfferMade))
    assert letter.subject == "Lumen Tea would like to work with you: USD 212.50 for 1 reel and 1 story"
    for fact in (
        "Hello Ines Okafor,",
        "@steep.and.pour on Instagram",
        "USD 212.50, 50 % of it when both sides have signed",
        "between 16 March 2026 and 30 April 2026",
        "Begin the caption with #ad",
        "Please answer by Thursday 5 March 2026, 04:00 (America/New_York).",
        "name another fee",
    ):
        assert fact in letter.body


def test_a_renewed_offer_says_that_it_replaces_the_others() -> None:
    """The brand's answer to a counter-offer is a new version, with its message."""
    story = countered().does(CounterOffer(version=2, fee=usd(250_00), message="Let us meet here."), by=BRAND)
    letter = offer(occasion(story, OfferMade))
    assert letter.subject.startswith("Lumen Tea has a new offer for you: USD 250.00")
    assert "It replaces the ones before it." in letter.body
    assert "> Let us meet here." in letter.body


def test_a_counter_offer_is_only_proposed_while_one_is_allowed() -> None:
    """Who has used all rounds may accept or decline."""
    policies = an_assignment().policies.model_copy(
        update={"negotiation": an_assignment().policies.negotiation.model_copy(update={"rounds": 1})}
    )
    story = countered(assignment=an_assignment(policies=policies))
    story = story.does(CounterOffer(version=2, fee=usd(250_00)), by=BRAND)
    assert "name another fee" not in offer(occasion(story, OfferMade)).body


def test_both_sides_are_asked_to_answer_what_the_other_put_on_the_table() -> None:
    """The reminder names the offer that waits, and whose it is."""
    assert ASKS["answer_offer"](occasion(offered(), OfferMade), "") == "answer the offer of USD 212.50 from Lumen Tea"
    about = occasion(countered(300_00), OfferCountered)
    expected = "answer the counter-offer of USD 300.00 from @steep.and.pour on Instagram"
    assert ASKS["answer_counter_offer"](about, "") == expected


def test_an_offer_names_what_is_given_beside_the_fee_and_what_it_changes() -> None:
    """Gifts and commission are in the letter; a version that takes one of them away says so."""
    terms = Terms(gifts=(Gift(description="A cast-iron teapot", value=60_00),), commission=TENTH)
    story = offered(an_assignment(terms=terms, tracks_sales=True))
    letter = offer(occasion(story, OfferMade))
    for fact in ("A cast-iron teapot", "10 % of what your links and codes sell, after refunds, at most USD 100.00"):
        assert fact in letter.body
    story = story.does(CounterOffer(version=1, fee=usd(290_00)), by=CREATOR)
    none = Commission(ratio=0, cap=0)
    story = story.does(CounterOffer(version=2, fee=usd(280_00), gifts=(), commission=none), by=BRAND)
    renewed = offer(occasion(story, OfferMade)).body
    for fact in ("USD 290.00", "no gifts any more", "no commission any more"):
        assert fact in renewed
