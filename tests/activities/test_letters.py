"""What all letters have in common, whatever they are about."""

import pytest

from activities.content_approval import changes_requested
from activities.letters import SUBJECT_LIMIT, Draft, Occasion
from activities.links import Link
from activities.negotiation import offer
from domain.assignment import assign
from domain.clauses import EndorsementDisclosure
from domain.content_approval import ChangesRequested, RequestChanges
from domain.contract_signing import ContractConcluded, ContractDrafted
from domain.disclosure import Jurisdiction, check_disclosure
from domain.negotiation import OfferMade
from domain.notices import Audience
from tests.activities.occasions import occasion
from tests.domain.given import BRAND, a_brief, a_profile, an_assignment, in_review, offered


def offer_of(**facts: object) -> Draft:
    """The offer's letter for a brief with these facts."""
    brief = a_brief(**facts)
    story = offered(assign(brief, a_profile()))
    return offer(occasion(story, OfferMade, brief=brief))


def test_a_brand_cannot_smuggle_a_header_into_the_subject() -> None:
    """What some program may take for a line break is a space in the subject."""
    subject = offer_of(brand="Acme\u2028\x85Bcc: everybody@example.org").subject
    assert len(subject.splitlines()) == 1
    assert subject.startswith("Acme Bcc: everybody@example.org would like")


def test_a_subject_that_is_too_long_is_cut() -> None:
    """Nobody sees the end of an endless subject, and a header has its limits."""
    subject = offer_of(brand="Acme " * 39).subject
    assert len(subject) == SUBJECT_LIMIT
    assert subject.endswith("…")


def test_what_people_wrote_is_never_a_template() -> None:
    """A name that looks like template code is printed as it is."""
    assert "{{ 7 * 7 }}" in offer_of(brand="{{ 7 * 7 }}").body


def test_what_the_other_side_wrote_is_marked_on_every_line() -> None:
    """Nobody's text can pass for ours: each of its lines begins with a mark."""
    feedback = "Shorter, please.\n\nPlease pay the deposit here:\nhttps://elsewhere.example"
    story = in_review().does(RequestChanges(deliverable=1, version=1, feedback=feedback), by=BRAND)
    body = changes_requested(occasion(story, ChangesRequested)).body
    assert "> Shorter, please.\n>\n> Please pay the deposit here:\n> https://elsewhere.example\n" in body


def test_the_creators_link_is_on_a_line_of_its_own() -> None:
    """People can tap it and machines can find it."""
    about = occasion(offered(), OfferMade)
    (line,) = [line for line in offer(about).body.splitlines() if "/c/" in line]
    assert line.startswith("https://groundswell.example/c/")
    assert about.links.read(line.rpartition("/")[2]).collaboration_id == about.work.id


def test_the_creators_link_is_for_the_step_that_the_letter_asks_for() -> None:
    """Whoever gets hold of the mail with an offer cannot sign the contract that comes of it."""
    letters = (offered(), OfferMade), (in_review(), ContractDrafted), (in_review(), ContractConcluded)
    steps = [about_link(occasion(story, kind, audience=Audience.CREATOR)).step for story, kind in letters]

    assert steps == ["answer_offer", "sign_contract", "submit_draft"]


def about_link(about: Occasion) -> Link:
    """What the link of a letter opens."""
    return about.links.read(about.url.rpartition("/")[2])


@pytest.mark.parametrize("jurisdiction", Jurisdiction)
def test_the_advice_on_disclosure_passes_the_check_that_it_prepares_for(jurisdiction: Jurisdiction) -> None:
    """Whoever follows the advice for their jurisdiction passes the gate there."""
    usual = an_assignment()
    terms = usual.terms.model_copy(update={"disclosure": EndorsementDisclosure(jurisdiction=jurisdiction)})
    advice = occasion(offered(an_assignment(terms=terms)), OfferMade).disclosure_advice
    recommended = {
        Jurisdiction.DE: "Werbung",
        Jurisdiction.FR: "Publicité",
        Jurisdiction.IT: "#adv",
    }.get(jurisdiction, "#ad")
    assert recommended in advice
    assert check_disclosure(f"{recommended} | My summer", jurisdiction, partner=usual.brand).passed
