"""Who follows a link: people and programs, told apart without knowing who it is."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from activities.click_filter import RATE_WINDOW, ClickFilter, referrer_host

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
PEOPLE = [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Instagram 350.0",
    "Mozilla/5.0 (Linux; Android 14; CUBOT KINGKONG 9) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36 [FBAN/EMA;FBAV/440.0]",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
]
PROGRAMS = [
    "",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (compatible; bingbot/2.0)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "WhatsApp/2.23.20.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "TelegramBot (like TwitterBot)",
    "curl/8.5.0",
    "python-httpx/0.28",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/130.0 Safari/537.36",
]


def bot(
    visits: ClickFilter,
    headers: Mapping[str, str] = {},
    *,
    user_agent: str = PEOPLE[0],
    method: str = "GET",
    at: datetime = NOW,
) -> str:
    """Why somebody is taken for a program; `person` if they are not."""
    visitor = visits.visitor("192.0.2.1", user_agent, at)
    return visits.bot(method, {"user-agent": user_agent, **headers}, visitor, at) or "person"


@pytest.mark.parametrize("user_agent", PEOPLE)
def test_browsers_are_people(user_agent: str) -> None:
    """Also those in other programs, and on telephones whose maker's name ends in bot."""
    assert bot(ClickFilter("secret"), user_agent=user_agent) == "person"


@pytest.mark.parametrize("user_agent", PROGRAMS)
def test_programs_say_that_they_are(user_agent: str) -> None:
    """Crawlers, link previews, libraries; and what says nothing at all."""
    assert bot(ClickFilter("secret"), user_agent=user_agent) == "user_agent"


@pytest.mark.parametrize(
    "headers", [{"purpose": "prefetch"}, {"sec-purpose": "prefetch;prerender"}, {"x-purpose": "preview"}]
)
def test_what_is_fetched_ahead_is_no_visit(headers: dict[str, str]) -> None:
    """Nobody has followed the link yet."""
    assert bot(ClickFilter("secret"), headers) == "prefetch"
    assert bot(ClickFilter("secret"), method="HEAD") == "method"


def test_nobody_follows_links_that_fast() -> None:
    """The clicks above the rate are a program's, until a minute has passed; others are not touched by it."""
    visits = ClickFilter("secret", rate=3)
    assert [bot(visits, at=NOW + timedelta(seconds=n)) for n in range(5)] == ["person"] * 3 + ["rate"] * 2
    assert bot(visits, at=NOW, user_agent=PEOPLE[1]) == "person"
    assert bot(visits, at=NOW + 2 * RATE_WINDOW) == "person"


def test_a_visitor_is_the_same_for_a_day_and_for_one_secret() -> None:
    """Another day, address, browser or server makes another one of them."""
    visits = ClickFilter("secret")
    known = visits.visitor("192.0.2.1", "Firefox", NOW)
    assert known == ClickFilter("secret").visitor("192.0.2.1", "Firefox", NOW + timedelta(hours=11))
    others = {
        visits.visitor("192.0.2.1", "Firefox", NOW + timedelta(days=1)),
        visits.visitor("192.0.2.2", "Firefox", NOW),
        visits.visitor("192.0.2.1", "Safari", NOW),
        ClickFilter("another").visitor("192.0.2.1", "Firefox", NOW),
        visits.visitor("192.0.2.1\x00Fire", "fox", NOW),
    }
    assert len(others | {known}) == 6


@pytest.mark.parametrize(
    ("referrer", "host"),
    [
        ("https://L.Instagram.com/?u=somebody", "l.instagram.com"),
        ("", None),
        ("android-app://com.instagram.android/", "com.instagram.android"),
        ("https://[broken", None),
        ("https://host\x00name/", None),
        ("nonsense", None),
    ],
)
def test_of_where_somebody_comes_from_only_the_host_is_kept(referrer: str, host: str | None) -> None:
    """The rest may say who they are."""
    assert referrer_host(referrer) == host
