"""Amounts, times and spans as people read them."""

import re
from datetime import UTC, date, datetime, timedelta
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from activities import wording
from activities.wording import ENGLISH, Phrase, Strong, readers_zone, wording_in
from domain.brief import Measure
from domain.check_policy import Check
from domain.disclosure_rules import RULEBOOKS, Jurisdiction
from domain.durations import business_days
from domain.formats import Format
from domain.languages import LetterLanguage
from domain.money import Money
from domain.notices import Template
from domain.payouts import PayoutPurpose, ReversalReason


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [(1_250_00, "USD", "USD 1,250.00"), (5, "EUR", "EUR 0.05"), (1_500, "JPY", "JPY 1,500"), (0, "USD", "USD 0.00")],
)
def test_money_has_its_code_and_the_decimals_of_its_currency(amount: int, currency: str, expected: str) -> None:
    """Minor units become the currency's own decimals, and the code says which dollar it is."""
    assert wording.money(Money(amount=amount, currency=currency)) == expected


def test_a_moment_is_told_in_the_campaigns_time_zone_and_names_it() -> None:
    """The same instant reads differently in Berlin, and says that it is Berlin's time."""
    at = datetime(2026, 12, 3, 17, tzinfo=UTC)
    assert wording.moment(at, ZoneInfo("Europe/Berlin")) == "Thursday 3 December 2026, 18:00 (Europe/Berlin)"


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        (timedelta(hours=72), "72 hours"),
        (timedelta(days=5), "5 days"),
        (timedelta(hours=1, minutes=30), "1 hour and 30 minutes"),
        (timedelta(days=4, hours=2, minutes=1), "4 days, 2 hours and 1 minute"),
        (timedelta(seconds=20), "20 seconds"),
        (timedelta(milliseconds=300), "no time"),
    ],
)
def test_a_span_is_told_in_hours_until_it_is_long(duration: timedelta, expected: str) -> None:
    """Deadlines of up to three days are told in hours, as they were agreed."""
    assert wording.span(duration) == expected


def test_formats_are_counted_in_the_order_of_the_brief() -> None:
    """Two reels and a story are told as such, with the plural of each."""
    assert wording.formats([Format.REEL, Format.STORY, Format.REEL]) == "2 reels and 1 story"


@pytest.mark.parametrize(
    ("items", "expected"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_a_list_ends_in_and(items: list[str], expected: str) -> None:
    """However many items there are, the list reads as a sentence does."""
    assert wording.listed(items) == expected


def test_percent_has_decimals_only_where_there_are_any() -> None:
    """A half is 50 %, an eighth 12.5 %."""
    assert [wording.percent(ratio) for ratio in (0.5, 0.125, 1.0)] == ["50 %", "12.5 %", "100 %"]


def test_one_line_holds_no_line_breaks_and_no_control_characters() -> None:
    """Whatever breaks lines or hides in text becomes a space."""
    assert wording.one_line("Acme\r\nBcc: x\x00\u2028y\u202e ") == "Acme Bcc: x y"


def test_a_day_has_no_time() -> None:
    """A date reads as a date."""
    assert wording.day(date(2026, 4, 30)) == "30 April 2026"


FIRST_OF_A_MONTH = {"first_of_month"}
"""What only some languages have a word of their own for."""

OTHERS = [language for language in LetterLanguage if language is not LetterLanguage.ENGLISH]


def placeholders(phrase: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(phrase) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_says_everything(language: LetterLanguage) -> None:
    """The same sections and keys, each with the same placeholders: nothing is missing, nothing is left over."""
    ours, theirs = ENGLISH.catalogue, wording_in(language).catalogue
    assert theirs.keys() == ours.keys()
    for section, phrases in ours.items():
        assert theirs[section].keys() - FIRST_OF_A_MONTH == phrases.keys(), section
        for key, phrase in phrases.items():
            other = theirs[section][key]
            if isinstance(phrase, str):
                assert placeholders(other) == placeholders(phrase), f"{section}.{key}"
            else:
                assert [placeholders(form) for form in other.values()] == [{"n"}, {"n"}], f"{section}.{key}"


@pytest.mark.parametrize("language", LetterLanguage)
def test_every_language_has_words_for_everything_that_is_counted_or_named(language: LetterLanguage) -> None:
    """No format, check, target, purpose, jurisdiction or letter is without its phrases."""
    catalogue = wording_in(language).catalogue
    assert catalogue["formats"].keys() == set(Format)
    assert set(Format) <= catalogue["counts"].keys()
    assert set(Check) <= catalogue["names"].keys()
    assert catalogue["targets"].keys() == set(Measure)
    assert catalogue["purposes"].keys() == set(PayoutPurpose)
    assert catalogue["reversals"].keys() == set(ReversalReason)
    assert catalogue["disclosure"].keys() - {"sourced"} == set(Jurisdiction)
    assert set(Template) <= catalogue.keys()


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_was_left_in_english(language: LetterLanguage) -> None:
    """A phrase of several words that reads as in English was not translated."""
    for section, phrases in ENGLISH.catalogue.items():
        for key, phrase in phrases.items():
            if isinstance(phrase, str) and len(re.findall(r"(?<![{\w])[a-zA-Z]{2,}(?![\w}])", phrase)) > 1:
                assert wording_in(language).catalogue[section][key] != phrase or section == "dates", f"{section}.{key}"


def test_the_advice_on_disclosure_is_the_rulebooks() -> None:
    """Letters advise in English what the contract says."""
    for jurisdiction, book in RULEBOOKS.items():
        assert ENGLISH.say("disclosure", jurisdiction.value, partner="Acme") == book.fix.format(partner="Acme")


@pytest.mark.parametrize(
    ("language", "amount", "moment", "first", "span"),
    [
        ("en", "USD 1,250.00", "Thursday 3 December 2026, 18:00", "1 May 2026", "2 business days"),
        ("de", "1.250,00 USD", "Donnerstag, 3. Dezember 2026, 18:00 Uhr", "1. Mai 2026", "2 Arbeitstage"),
        ("fr", "1 250,00 USD", "jeudi 3 décembre 2026 à 18:00", "1er mai 2026", "2 jours ouvrés"),
        ("it", "1.250,00 USD", "giovedì 3 dicembre 2026, ore 18:00", "1º maggio 2026", "2 giorni lavorativi"),
        ("es", "1.250,00 USD", "jueves 3 de diciembre de 2026, 18:00", "1 de mayo de 2026", "2 días laborables"),
    ],
)
def test_amounts_and_times_follow_the_language(language: str, amount: str, moment: str, first: str, span: str) -> None:
    """Separators, the order of a date and the name of a month are the language's own."""
    words, zone = wording_in(LetterLanguage(language)), ZoneInfo("Europe/Berlin")
    assert re.sub(r"\s", " ", words.money(Money(amount=1_250_00, currency="USD"))) == amount
    assert words.moment(datetime(2026, 12, 3, 17, tzinfo=UTC), zone) == f"{moment} (Europe/Berlin)"
    assert words.day(date(2026, 5, 1)) == first
    assert words.span(business_days(2)) == span


def test_a_phrase_escapes_its_facts_in_html_and_only_there() -> None:
    """What somebody is called is never markup; what we want to be seen is."""
    phrase = Phrase("{who} & co. by {due}", {"who": "<b>Ines</b>", "due": Strong("<today>")})
    assert str(phrase) == "<b>Ines</b> & co. by <today>"
    assert phrase.__html__() == "&lt;b&gt;Ines&lt;/b&gt; &amp; co. by <strong>&lt;today&gt;</strong>"


@pytest.mark.parametrize(
    ("country", "zone"),
    [("DE", "Europe/Berlin"), ("GB", "Europe/London"), ("US", "America/New_York"), (None, "America/New_York")],
)
def test_a_readers_clock_is_their_countrys_where_it_has_one_time(country: str | None, zone: str) -> None:
    """Where it has several, or is not known, the campaign's is as good a guess as any."""
    assert readers_zone(country, ZoneInfo("America/New_York")).key == zone
