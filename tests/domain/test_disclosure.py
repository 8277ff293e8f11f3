"""The disclosure gate, as a table of captions: each row says whose rule it is and what that rule makes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.disclosure import Disclosure, Jurisdiction, check_disclosure, jurisdiction_of
from domain.disclosure_rules import PREVIEW, RULEBOOKS

US, UK, DE, FR, IT, EU = Jurisdiction
PARTNER = "Acme Coffee"
LONG = (
    "The first cup of the day, before anybody else is up, is what I look forward to all night long. " + "Truly so. " * 4
)

PASSES = [
    # caption, jurisdiction, rule, what the regulator says
    ("#ad My new morning", US, "us.ad-hashtag", "FTC, Disclosures 101: #ad is fine"),
    ("My new morning #AD", US, "us.ad-hashtag", "case does not matter"),
    ("My new morning ☕️#ad", US, "us.ad-hashtag", "an emoji ends a word"),
    ("My new morning (#ad).", US, "us.ad-hashtag", "so does punctuation"),
    ("My new\u00a0morning\u00a0#ad\u00a0#coffee", US, "us.ad-hashtag", "non-breaking spaces are spaces"),
    (
        "Paid\npartnership\x0bwith\x01Acme Coffee",
        US,
        "us.paid-partnership",
        "line ends and control characters are spaces",
    ),
    ("My new morning ＃ａｄ", US, "us.ad-hashtag", "full-width letters read the same"),
    ("#advert for the early hours", US, "us.ad-hashtag", "FTC: advertisement, ad"),
    ("Ad: the early hours", US, "us.ad-label", "FTC: ad"),
    ("[Advertisement] the early hours", US, "us.ad-label", "FTC: advertisement"),
    ("The early hours. Ad.", US, "us.ad-label", "FTC: ad"),
    ("This is an ad, and I mean every word", US, "us.ad-sentence", "FTC: simple explanations"),
    ("This video is a paid advertisement", US, "us.ad-sentence", "FTC: simple explanations"),
    ("#sponsored early hours", US, "us.sponsored-hashtag", "FTC: sponsored"),
    ("This is a sponsored post about the early hours", US, "us.sponsored-content", "FTC: sponsored"),
    ("Sponsored by Acme Coffee: the early hours", US, "us.sponsored-by", "FTC: sponsored"),
    ("Sponsored by @acmecoffee", US, "us.sponsored-by", "the partner's tag names it"),
    ("Paid partnership with Acme Coffee. Early hours", US, "us.paid-partnership", "16 CFR 255.5"),
    ("In paid partnership with @acme.coffee", US, "us.paid-partnership", "16 CFR 255.5"),
    ("Early hours with @acmecoffee #paidpartnership", US, "us.paid-partnership-hashtag", "16 CFR 255.5"),
    ("AD My morning, as it is", UK, "uk.ad-opening", "CAP and CMA: Ad, up front"),
    ("Ad | gifted by a friend of the house", UK, "uk.ad-label", "CAP and CMA: Ad with more detail"),
    ("Advert\nMy morning", UK, "uk.ad-label", "CAP and CMA: Advert"),
    ("#ad My morning", UK, "uk.ad-hashtag", "CAP and CMA: #ad"),
    ("Advertisement feature: my morning", UK, "uk.ad-label", "CAP and CMA: Advertisement feature"),
    ("Paid partnership with Acme Coffee", UK, "uk.paid-partnership", "campaign playbook"),
    ("Werbung | Mein Morgen", DE, "de.werbung-label", "Medienanstalten: Werbung, up front"),
    ("[ANZEIGE] Mein Morgen", DE, "de.werbung-label", "Medienanstalten: Anzeige"),
    ("#werbung Mein Morgen #kaffee", DE, "de.werbung-hashtag", "Medienanstalten: Werbung"),
    ("Werbung für Acme Coffee", DE, "de.werbung-for-partner", "Medienanstalten: Werbung"),
    ("Bezahlte Werbepartnerschaft mit Acme Coffee", DE, "de.werbepartnerschaft", "Medienanstalten"),
    ("Dieser Beitrag enthält Werbung", DE, "de.werbung-sentence", "UWG 5a (4)"),
    ("Publicité - mon matin", FR, "fr.publicite-label", "loi 2023-451 art. 5"),
    ("Publicite\u0301 : mon matin", FR, "fr.publicite-label", "a letter composed of two code points"),
    ("Collaboration commerciale avec Acme Coffee", FR, "fr.collaboration-commerciale", "loi 2023-451 art. 5"),
    ("Mon matin #publicite", FR, "fr.publicite-hashtag", "loi 2023-451 art. 5"),
    ("La mia mattina #acme #caffè #adv", IT, "it.adv-hashtag", "IAP, Digital Chart: third hashtag"),
    ("#pubblicità La mia mattina", IT, "it.adv-hashtag", "IAP, Digital Chart"),
    ("Pubblicità: la mia mattina", IT, "it.pubblicita-label", "IAP, Digital Chart"),
    ("Sponsorizzato da Acme Coffee", IT, "it.sponsorizzato-da", "IAP, Digital Chart"),
    ("#ad Mijn ochtend", EU, "eu.ad-hashtag", "UCPD art. 7(2)"),
    ("Paid partnership with Acme Coffee", EU, "eu.paid-partnership", "UCPD art. 7(2)"),
]

FAILS = [
    ("My new morning", US, "us.nothing-found", "16 CFR 255.5"),
    ("", US, "us.nothing-found", "16 CFR 255.5"),
    ("What an #adventure", US, "us.nothing-found", "another word"),
    ("#adorable #addicted #made #glad", US, "us.nothing-found", "other words"),
    ("I had the best coffee. Adding milk", US, "us.nothing-found", "other words"),
    ("An #ad-free morning", US, "us.nothing-found", "ad-free is the opposite"),
    ("Ad-free and happy", US, "us.nothing-found", "ad-free is the opposite"),
    ("Not an ad, I just like it", US, "us.nothing-found", "a negation"),
    ("This is not an #ad", US, "us.nothing-found", "a negation"),
    ("Not sponsored by Acme Coffee", US, "us.unnamed", "a negation"),
    ("My new morning #аd", US, "us.nothing-found", "a Cyrillic letter makes it another hashtag"),
    ("I saw it in an ad yesterday", US, "us.nothing-found", "ad as part of a sentence on something else"),
    ("Ad blockers are great", US, "us.nothing-found", "ad as part of a sentence on something else"),
    ("My new morning #sp", US, "us.abbreviated", "FTC, Disclosures 101: sp, spon"),
    ("My new morning #spon", US, "us.abbreviated", "FTC, Disclosures 101: sp, spon"),
    ("My new morning #collab", US, "us.collab", "FTC, Disclosures 101: collab"),
    ("Proud #ambassador", US, "us.ambassador", "FTC, Disclosures 101: stand-alone ambassador"),
    ("Proud #acmeambassador", US, "us.ambassador", "campaign playbook"),
    ("Thanks to Acme Coffee for the beans", US, "us.thanks", "FTC letters, 2017: Thanks [brand]"),
    ("Thank you @acmecoffee!", US, "us.thanks", "FTC letters, 2017: Thanks [brand]"),
    ("#partner morning", US, "us.partner", "FTC letters, 2017: #partner"),
    ("In partnership with Acme Coffee", US, "us.in-partnership", "it leaves payment open"),
    ("@acmecoffee got me up", US, "us.bare-tag-or-code", "campaign playbook: a bare tag"),
    ("Use code EARLY10", US, "us.bare-tag-or-code", "campaign playbook: a bare code"),
    ("Disclosure in bio", US, "us.bio", "FTC: not on the profile page"),
    (LONG + "#ad", US, "us.ad-hashtag-misplaced", "FTC: not behind more"),
    ("Morning!\n.\n.\n.\n#ad", US, "us.ad-hashtag-misplaced", "FTC letters, 2017: first three lines"),
    ("#a #b #c #ad", US, "us.ad-hashtag-misplaced", "FTC: not mixed into hashtags"),
    ("Sponsored by Another Brand", US, "us.unnamed", "it names somebody else"),
    ("Gifted by Acme Coffee", UK, "uk.gifted", "CAP and CMA: gifted alone"),
    ("#gifted morning", UK, "uk.gifted", "CAP and CMA: gifted alone"),
    ("Affiliate links below", UK, "uk.affiliate", "CAP and CMA: affiliate alone"),
    ("#affiliate", UK, "uk.affiliate", "CAP and CMA: affiliate alone"),
    ("Sponsored by Acme Coffee", UK, "uk.sponsored", "CAP and CMA: sponsored is advised against"),
    ("#spon morning", UK, "uk.abbreviated", "CAP and CMA: spon"),
    ("#ad Mein Morgen", DE, "de.english-label", "KG Berlin 5 W 221/17"),
    ("Sponsored by Acme Coffee", DE, "de.english-label", "Medienanstalten"),
    ("Unbezahlte Werbung", DE, "de.unpaid", "UWG 5a (4): it is paid"),
    ("Werbung, unbezahlt", DE, "de.unpaid", "UWG 5a (4): it is paid"),
    ("Keine Werbung, nur Liebe", DE, "de.nothing-found", "a negation"),
    ("Gestern habe ich Strafanzeige erstattet", DE, "de.nothing-found", "another word"),
    ("Mein Morgen #kaffee #werbung", DE, "de.werbung-hashtag-misplaced", "OLG Celle 13 U 53/17"),
    ("#ad Mon matin", FR, "fr.english-label", "loi 2023-451 art. 5"),
    ("#pub Mon matin", FR, "fr.pub", "loi 2023-451 art. 5"),
    ("Ce n'est pas une publicité", FR, "fr.nothing-found", "a negation"),
    ("#a #b #c #adv", IT, "it.adv-hashtag-misplaced", "IAP, Digital Chart: first three hashtags"),
    ("#avventura", IT, "it.nothing-found", "another word"),
    ("#koffie #ad", EU, "eu.ad-hashtag-misplaced", "the strictest placement"),
    ("#ambassador", EU, "eu.ambassador", "the strictest placement"),
]  # fmt: skip


def check(caption: str, jurisdiction: Jurisdiction, *, platform_label: bool = False) -> Disclosure:
    return check_disclosure(caption, jurisdiction, partner=PARTNER, platform_label=platform_label)


@pytest.mark.parametrize(("caption", "jurisdiction", "rule", "because"), PASSES)
def test_a_clear_disclosure_passes(caption: str, jurisdiction: Jurisdiction, rule: str, because: str) -> None:
    answer = check(caption, jurisdiction)
    assert (answer.passed, answer.rule) == (True, rule), because
    assert answer.found
    assert answer.fix == ""


@pytest.mark.parametrize(("caption", "jurisdiction", "rule", "because"), FAILS)
def test_anything_less_is_refused_with_a_fix(caption: str, jurisdiction: Jurisdiction, rule: str, because: str) -> None:
    answer = check(caption, jurisdiction)
    assert (answer.passed, answer.rule) == (False, rule), because
    assert answer.why.endswith(".")
    assert answer.source


@pytest.mark.parametrize("jurisdiction", Jurisdiction)
def test_the_fix_of_every_jurisdiction_passes_its_own_check(jurisdiction: Jurisdiction) -> None:
    opening = {US: "#ad", UK: "Ad", DE: "Werbung", FR: "Publicité", IT: "#adv", EU: "#ad"}[jurisdiction]
    assert opening.lstrip("#") in check("My morning", jurisdiction).fix
    assert check(f"{opening}\nMy morning", jurisdiction).passed


@pytest.mark.parametrize("jurisdiction", Jurisdiction)
def test_the_platforms_label_alone_is_not_enough(jurisdiction: Jurisdiction) -> None:
    answer = check("My morning with @acmecoffee", jurisdiction, platform_label=True)
    assert (answer.passed, answer.found) == (False, "platform label")


def test_the_platforms_label_beside_a_disclosure_does_no_harm() -> None:
    assert check("#ad My morning", US, platform_label=True).passed


def test_a_second_disclosure_in_the_right_place_makes_up_for_a_hidden_one() -> None:
    assert check("Ad\n" + LONG + "#ad", US).passed


@pytest.mark.parametrize(("padding", "passed"), [(PREVIEW.characters - 3, True), (PREVIEW.characters - 2, False)])
def test_the_last_visible_character_is_the_125th(padding: int, passed: bool) -> None:
    """`#ad` has three characters, so it may begin at the 123rd."""
    assert check("x" * (padding - 1) + " #ad", US).passed is passed


def test_another_partner_is_not_taken_for_ours() -> None:
    answer = check_disclosure("Paid partnership with Acme Coffee", US, partner="Northbound")
    assert (answer.passed, answer.rule) == (False, "us.unnamed")


@pytest.mark.parametrize(
    ("country", "expected"),
    [("US", US), ("GB", UK), ("DE", DE), ("FR", FR), ("IT", IT), ("NL", EU), ("JP", EU), ("EU", EU), (None, EU)],
)
def test_every_country_has_a_jurisdiction(country: str | None, expected: Jurisdiction) -> None:
    assert jurisdiction_of(country) is expected


def test_every_rule_names_its_source_and_every_jurisdiction_has_a_book() -> None:
    assert set(RULEBOOKS) == set(Jurisdiction)
    for book in RULEBOOKS.values():
        assert all(wording.source.origin for wording in book.wordings)
        assert all(shortfall.source.origin for shortfall in book.shortfalls)


@given(st.text(max_size=400), st.sampled_from(Jurisdiction), st.text(max_size=20))
def test_any_text_gets_an_answer(caption: str, jurisdiction: Jurisdiction, partner: str) -> None:
    answer = check_disclosure(caption, jurisdiction, partner=partner)
    assert bool(answer.fix) is not answer.passed


def test_a_very_long_caption_is_answered_at_once() -> None:
    """A quadratic pattern would take minutes here."""
    assert not check("no paid " * 50_000, DE).passed
    assert not check("#" * 50_000 + " " * 50_000 + "a@" * 50_000, EU).passed
