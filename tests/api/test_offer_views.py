"""What both sides see of offers."""

from api.offer_views import offer_views
from domain.clauses import FeePart
from domain.negotiation import CounterOffer
from domain.offers import Change, Term
from tests.api.conftest import Bench
from tests.domain.given import BRAND, countered, usd, verified


def test_every_version_says_what_it_is_made_up_of_and_what_it_changes() -> None:
    """The parts are the fee, in the quote's proportions; the changes are against the version before."""
    story = countered(300_00).does(CounterOffer(version=2, fee=usd(250_00)), by=BRAND)
    first, second, third = offer_views(story.state)
    assert first.parts == (FeePart(deliverable=1, amount=148_75), FeePart(deliverable=2, amount=63_75))
    assert [sum(part.amount for part in each.parts) for each in (first, second, third)] == [212_50, 300_00, 250_00]
    assert first.changes == ()
    assert second.changes == (Change(term=Term.FEE, before=usd(212_50), after=usd(300_00)),)
    assert third.changes == (Change(term=Term.FEE, before=usd(300_00), after=usd(250_00)),)


def test_before_an_offer_there_is_none() -> None:
    """Not even an empty one."""
    assert offer_views(verified().state) == []


async def test_the_brand_sees_the_quote_and_the_creator_what_is_paid_for(bench: Bench) -> None:
    """The fair price is the brand's own; the parts of what is offered are for both."""
    id_ = await bench.offered()
    path = f"/v1/collaborations/{id_}"
    async with bench.as_creator(id_) as creator:
        theirs = (await creator.get(path)).json()
    async with bench.client("test-key-of-the-brand") as brand:
        ours = (await brand.get(path)).json()
    assert ours["offers"] == theirs["offers"]
    assert [part["amount"] for part in ours["offers"][0]["parts"]] == [148_75, 63_75]
    assert ours["assignment"]["quote"]["fee"] == 250_00
    assert "quote" not in theirs["assignment"]
