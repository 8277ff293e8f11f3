"""A creator database whose API has no public documentation, read by a table of what is assumed of it.

The table is all that NeoReach and Fohr differ in, and all that has to change when a customer's own documentation says
otherwise. What is in the cells is read as in rosters: `12.3k`, `1,234` and `3.4%` mean what they mean there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter, ValidationError
from temporalio.exceptions import ApplicationError

from activities.connectors import roster_cells as cells
from activities.connectors.http import Answer, HttpService
from activities.connectors.roster_cells import Cell, Unclear
from activities.connectors.roster_columns import country, language
from activities.failures import OutsideFailure, outside_failure
from activities.ports import SourcedPage, SourcedProfile
from domain.creators import Handle, Platform
from domain.third_party import AudienceReport
from domain.values import Instant

AT_ONCE = 50
"""Accounts that one request asks for."""


@dataclass(frozen=True)
class Dialect:
    """What is assumed of an API. Paths into JSON are written with dots; sent names are of query parameters."""

    service: str
    key_header: str
    key_prefix: str
    accounts: str
    """Address of the list of accounts, by name or by search."""
    handles: str
    """Sent: account names, separated by commas."""
    platform: str
    """Sent: the platform's name."""
    query: str
    """Sent: the words to search for."""
    page: str
    """Sent: where the page begins, as the page before said."""
    items: str
    """Path to the accounts of an answer."""
    next_page: str
    """Path to what to send for the next page; missing or null on the last."""
    fields: Mapping[str, str]
    """Field of `SourcedProfile` to its path in an account."""
    audience_countries: str
    """Path to a list of objects, or to one object of shares by country code."""
    country_code: str
    country_share: str
    fake_share: str
    made_at: str
    percentages: bool
    """Whether shares and rates are stated in percent rather than as ratios."""


class MappedSource:
    """Such a database. Satisfies `ports.CreatorSource` and `ports.AudienceReports`; `settings` are `HttpService`'s."""

    searchable = True

    def __init__(self, dialect: Dialect, base_url: str, key: str, **settings: Any) -> None:
        self._dialect = dialect
        headers = {dialect.key_header: f"{dialect.key_prefix}{key}"}
        self._service = HttpService(dialect.service, base_url, headers=headers, **settings)

    @property
    def name(self) -> str:
        """See `CreatorSource.name`."""
        return self._dialect.service.lower()

    async def aclose(self) -> None:
        """See `CreatorSource.aclose`."""
        await self._service.aclose()

    async def look_up(self, platform: Platform, handles: Sequence[Handle]) -> Sequence[SourcedProfile | None]:
        """See `CreatorSource.look_up`."""
        found: dict[str, SourcedProfile] = {}
        for first in range(0, len(handles), AT_ONCE):
            for item in await self._all(platform, handles[first : first + AT_ONCE]):
                account = self._found(item)
                if account is not None and account.platform is platform:
                    found[account.handle] = account
        return [found.get(handle) for handle in handles]

    async def search(self, query: str, cursor: str | None = None) -> SourcedPage:
        """See `CreatorSource.search`."""
        items, following = await self._page({self._dialect.query: query}, cursor)
        read = [self._found(item) for item in items]
        found = tuple(account for account in read if account is not None)
        return SourcedPage(found=found, unreadable=len(read) - len(found), next=following)

    async def report_on(self, platform: Platform, handle: Handle) -> AudienceReport | None:
        """See `AudienceReports.report_on`."""
        for item in await self._all(platform, [handle]):
            account = self._found(item)
            if account is not None and (account.platform, account.handle) == (platform, handle):
                return self._report(item)
        return None

    async def check(self) -> str:
        """See `CreatorSource.check`."""
        await self._page({self._dialect.query: "coffee"}, None)
        return "key accepted"

    async def _all(self, platform: Platform, handles: Sequence[Handle]) -> list[Any]:
        """Every page of what is known of some accounts."""
        asked = {self._dialect.handles: ",".join(handles), self._dialect.platform: platform.value}
        items, following = await self._page(asked, None)
        # No more pages than accounts: a source that always says "next" would never be done with.
        for _ in handles:
            if following is None:
                break
            more, following = await self._page(asked, following)
            items += more
        return items

    async def _page(self, asked: Mapping[str, str], cursor: str | None) -> tuple[list[Any], str | None]:
        place = {} if cursor is None else {self._dialect.page: cursor}
        answer = await self._service.get(self._dialect.accounts, params={**asked, **place})
        content = answer.json(exact=True)
        items = at(content, self._dialect.items)
        if not isinstance(items, list):
            raise self._unreadable(answer)
        following = at(content, self._dialect.next_page)
        return items, None if following is None else str(following)

    def _unreadable(self, answer: Answer) -> ApplicationError:
        why = f"answered {answer.status} without a list at {self._dialect.items!r}"
        return outside_failure(OutsideFailure.UNREADABLE, answer.service, why)

    def _found(self, item: Any) -> SourcedProfile | None:
        """An account; None if it cannot be understood."""
        facts: dict[str, Any] = {}
        for name, path in self._dialect.fields.items():
            cell = at(item, path)
            if isinstance(cell, str | Decimal | list) and not cells.is_missing(cell):
                facts |= self._read(name, cell)
        try:
            return SourcedProfile(**facts)
        except ValidationError:
            return None

    def _read(self, name: str, cell: Cell) -> dict[str, Any]:
        """What a cell says; nothing if that is unclear, as it may be for anything but handle and size."""
        try:
            match name:
                case "fee":
                    amount, currency = cells.money(cell)
                    return {"fee": amount, "fee_currency": currency}
                case "engagement_stated":
                    return {name: cells.ratio(cell, in_percent=self._dialect.percentages)}
                case _:
                    return {name: _READERS[name](cell)}
        except Unclear:
            return {}

    def _report(self, item: Any) -> AudienceReport | None:
        fake = self._share(at(item, self._dialect.fake_share))
        countries = self._countries(at(item, self._dialect.audience_countries))
        if fake is None and not countries:
            return None
        return AudienceReport(
            source=self.name, fake_share=fake, countries=countries, made_at=_moment(at(item, self._dialect.made_at))
        )

    def _countries(self, stated: Any) -> dict[str, float]:
        if isinstance(stated, list):
            stated = {at(one, self._dialect.country_code): at(one, self._dialect.country_share) for one in stated}
        if not isinstance(stated, dict):
            return {}
        shares = {country(str(code)): self._share(share) for code, share in stated.items()}
        return {code: share for code, share in shares.items() if code is not None and share is not None}

    def _share(self, stated: Any) -> float | None:
        try:
            share = float(stated) / (100 if self._dialect.percentages else 1)
        except (TypeError, ValueError):
            return None
        return share if 0 <= share <= 1 else None


def at(content: Any, path: str) -> Any:
    """What is at a path of names separated by dots; None if nothing is."""
    for name in path.split("."):
        if not isinstance(content, dict):
            return None
        content = content.get(name)
    return content


_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


def _moment(stated: Any) -> datetime | None:
    try:
        return _INSTANT.validate_python(stated)
    except ValidationError:
        return None


def _code_of(read: Callable[[str], str | None]) -> Callable[[Cell], str | None]:
    return lambda cell: read(cells.one_line(cell))


_READERS: Mapping[str, Callable[[Cell], object]] = {
    "platform": cells.platform,
    "handle": lambda cell: cells.handle(cell)[0],
    "followers": cells.count,
    "name": cells.one_line,
    "email": cells.email,
    "following": cells.count,
    "posts": cells.count,
    "average_likes": cells.average,
    "average_comments": cells.average,
    "posts_per_week": cells.average,
    "country": _code_of(country),
    "language": _code_of(language),
    "topics": lambda cell: cells.listed(cell, r"[,;|/]"),
    "biography": cells.one_line,
}
