"""Who follows a link: a person or a program, told without keeping anything that says who it was."""

import hmac
import re
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from activities.latest import Latest

_PROGRAMS = re.compile(
    # Cubot makes telephones.
    r"(?<!cu)bot(?![a-z])|crawl|spider|slurp|preview|scan(?:ner)?\b|monitor|archiver|headless|phantomjs|lighthouse"
    r"|facebookexternalhit|facebookcatalog|meta-external|whatsapp|skypeuripreview|vkshare|embedly|quora link|bitlybot"
    r"|google-read-aloud|googleother|mediapartners|feedfetcher|validator"
    r"|\b(?:curl|wget|httpie|python|aiohttp|httpx|okhttp|axios|node-fetch|undici|go-http-client|java|libwww|perl|ruby"
    r"|apache-httpclient|postmanruntime|insomnia|scrapy)\b",
    re.IGNORECASE,
)
"""In the names of programs that fetch addresses without a person behind them; link previews above all."""

_AHEAD = ("purpose", "sec-purpose", "x-purpose", "x-moz")
"""Headers by which browsers say that they fetch a page which nobody has asked for yet."""

RATE = 20
RATE_WINDOW = timedelta(minutes=1)
"""A visitor with more clicks than `RATE` in this time is no person. Counted by each process for itself."""
MOST_VISITORS = 20_000


class ClickFilter:
    """Tells people from programs, and visitors apart: by a keyed hash, which is another one every day."""

    def __init__(self, secret: str, *, rate: int = RATE) -> None:
        self._key = hmac.digest(secret.encode(), b"visitors", "sha256")
        self._rate = rate
        self._recent: Latest[deque[datetime]] = Latest(MOST_VISITORS)

    def visitor(self, address: str, user_agent: str, at: datetime) -> str:
        """Who it is, for the day: 32 hexadecimal digits that cannot be turned back without the key."""
        about = "\x00".join((at.date().isoformat(), address, user_agent))
        return hmac.digest(self._key, about.encode("utf-8", "replace"), "sha256")[:16].hex()

    def bot(self, method: str, headers: Mapping[str, str], visitor: str, at: datetime) -> str | None:
        """Why this is taken for a program: `method`, `prefetch`, `user_agent` or `rate`; None for a person.

        `headers` have lower-case names.
        """
        user_agent = headers.get("user-agent", "")
        if method != "GET":
            return "method"
        if any(re.search("prefetch|prerender|preview", headers.get(name, ""), re.IGNORECASE) for name in _AHEAD):
            return "prefetch"
        if not user_agent or _PROGRAMS.search(user_agent):
            return "user_agent"
        return "rate" if self._too_many(visitor, at) else None

    def _too_many(self, visitor: str, at: datetime) -> bool:
        times = self._recent.get(visitor) or deque(maxlen=self._rate + 1)
        times.append(at)
        self._recent.put(visitor, times)
        return len(times) > self._rate and at - times[0] < RATE_WINDOW


def referrer_host(referrer: str) -> str | None:
    """The host that a visitor comes from; the rest of the address is not ours to know. None if there is none."""
    try:
        host = urlsplit(referrer).hostname
    except ValueError:
        return None
    return host if host and re.fullmatch(r"[a-z0-9.-]{1,253}", host) else None
