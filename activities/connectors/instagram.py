"""Instagram by its Graph API: accounts by `business_discovery`, posts' figures by insights, webhooks by signature.

Only professional accounts (business or creator) can be looked up, and only by name: there is no search. The API tells
no mail address, except where people have written one into their biography.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ValidationError
from temporalio.exceptions import ApplicationError

from activities.connectors.http import Answer, HttpService, minutes
from activities.connectors.instagram_posts import FORMATS, MEDIA_FIELDS, Media, as_post, code_of
from activities.failures import OutsideFailure, outside_failure
from activities.ports import PublicPost, SourcedPage, SourcedProfile
from domain.creators import Handle, Platform
from domain.monitoring import Metrics

BASE_URL = "https://graph.facebook.com/v25.0"

SAMPLE = 50
"""Posts that averages are taken over; the newest ones."""
SAMPLE_FIELDS = "like_count,comments_count,timestamp,permalink"
PAGE = 25
"""Posts on a page."""
MOST_PAGES = 40
"""Pages that a post is looked for on: a thousand posts, more than anybody publishes in the time in question."""
LATE = timedelta(hours=48)
"""The platform's own word on how late insights may be."""

METRICS: Mapping[str, str | None] = {
    "reach": "reach",
    "views": "views",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "saved": "saves",
    "total_interactions": None,  # the sum of others, which `Metrics.engagements` counts itself
}
"""The insights that are asked for, and what they are called here."""

RATE_LIMITS = frozenset({4, 17, 32, 613, 80002})
"""Error codes: the application's, the user's and the page's quota, a call of this kind, and the account's quota."""
NO_SUCH_ACCOUNT = 2207013
"""Error subcode: there is no professional account of this name."""
TOO_FEW_VIEWERS = "Not enough viewers"

_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")


class _Cursors(BaseModel):
    after: str | None = None


class _Paging(BaseModel):
    cursors: _Cursors = _Cursors()


class _MediaPage(BaseModel):
    data: list[Media] = []
    paging: _Paging = _Paging()


class _Discovered(BaseModel):
    username: str
    followers_count: int
    name: str = ""
    biography: str = ""
    follows_count: int | None = None
    media_count: int | None = None
    media: _MediaPage = _MediaPage()


class _GraphError(BaseModel):
    code: int
    error_subcode: int | None = None
    is_transient: bool = False
    message: str = ""


class Instagram:
    """The Graph API on behalf of the brand's own account.

    Satisfies `ports.CreatorSource`, `ports.PostReader` and `ports.MetricsSource`.

    `account` is that account's id, a number; `token` a user's access token with `instagram_basic`,
    `instagram_manage_insights` and `pages_read_engagement`. With `app_secret` each call proves to be the app's own.
    """

    name = "instagram"
    searchable = False
    late = LATE
    platform = Platform.INSTAGRAM
    formats = FORMATS

    def __init__(
        self,
        token: str,
        account: str,
        *,
        base_url: str = BASE_URL,
        app_secret: str | None = None,
        **settings: Any,
    ) -> None:
        self._account = account
        self._proof = {} if app_secret is None else {"appsecret_proof": _hmac(app_secret, token.encode())}
        self._service = HttpService(
            "Instagram", base_url, headers={"Authorization": f"Bearer {token}"}, diagnose=_diagnose, **settings
        )

    async def aclose(self) -> None:
        """See `CreatorSource.aclose`."""
        await self._service.aclose()

    async def look_up(self, platform: Platform, handles: Sequence[Handle]) -> Sequence[SourcedProfile | None]:
        """See `CreatorSource.look_up`; one request for each account and each further page of its posts."""
        if platform is not Platform.INSTAGRAM:
            return [None] * len(handles)
        return [await self._look_up(handle) for handle in handles]

    async def search(self, query: str, cursor: str | None = None) -> SourcedPage:
        """See `CreatorSource.search`: the API has no search for accounts."""
        why = "accounts can only be looked up by name"
        raise outside_failure(OutsideFailure.REFUSED, "Instagram", why)

    async def check(self) -> str:
        """See `CreatorSource.check`."""
        answer = await self._service.get(f"/{self._account}", params={"fields": "id,username", **self._proof})
        answer.json()
        return f"token accepted, {usage(answer.headers)} % of the quota used"

    async def figures(self, media_id: str) -> Metrics:
        """See `MetricsSource.figures`."""
        if not media_id.isascii() or not media_id.isdigit():
            raise outside_failure(OutsideFailure.REFUSED, "Instagram", "a media id is a number")
        params = {"metric": ",".join(METRICS), **self._proof}
        answer = await self._service.get(f"/{media_id}/insights", params=params)
        try:
            told = {one["name"]: one["values"][0]["value"] for one in answer.json()["data"]}
            return Metrics(**{ours: told.get(theirs) for theirs, ours in METRICS.items() if ours is not None})
        except (KeyError, IndexError, TypeError, ValidationError):
            raise _unreadable("insights of an unknown shape") from None

    async def find_post(self, handle: Handle, url: str, not_before: datetime) -> PublicPost | None:
        """See `PostReader.find_post`; one request for each page of the account's posts, newest first."""
        code = code_of(url)
        after = None
        for _ in range(MOST_PAGES if code else 0):
            page = await self._discover(handle, "username,followers_count,", after, MEDIA_FIELDS)
            if page is None:
                why = "does not show this account: it is private, personal, or goes by another name"
                raise outside_failure(OutsideFailure.REFUSED, "Instagram", why, code=NO_SUCH_ACCOUNT)
            for media in page.media.data:
                if code_of(media.permalink) == code:
                    return _as_post(media)
            after = page.media.paging.cursors.after
            if after is None or not page.media.data or page.media.data[-1].timestamp < not_before:
                break
        return None

    async def _look_up(self, handle: Handle) -> SourcedProfile | None:
        first = await self._discover(handle, "username,name,biography,followers_count,follows_count,media_count,", None)
        if first is None:
            return None
        posts, after = list(first.media.data), first.media.paging.cursors.after
        while after is not None and len(posts) < SAMPLE:
            page = await self._discover(handle, "username,followers_count,", after)
            # An account that was renamed between two pages has what posts it had.
            if page is None or not page.media.data:
                break
            posts += page.media.data
            after = page.media.paging.cursors.after
        try:
            return _found(first, posts[:SAMPLE])
        except ValidationError:
            raise _unreadable("figures that no account can have") from None

    async def _discover(
        self, handle: Handle, fields: str, after: str | None, media_fields: str = SAMPLE_FIELDS
    ) -> _Discovered | None:
        page = f"media{f'.after({after})' if after else ''}.limit({PAGE})"
        media = f"{page}{{{media_fields}}}"
        wanted = f"business_discovery.username({handle}){{{fields}{media}}}"
        try:
            answer = await self._service.get(f"/{self._account}", params={"fields": wanted, **self._proof})
        except ApplicationError as error:
            if error.type == OutsideFailure.REFUSED and error.details[0]["code"] == NO_SUCH_ACCOUNT:
                return None
            raise
        try:
            return _Discovered.model_validate(answer.json()["business_discovery"])
        except (KeyError, TypeError, ValidationError):
            raise _unreadable("an account of an unknown shape") from None


def is_signed(app_secret: str, content: bytes, signature: str) -> bool:
    """Whether a webhook came from Instagram: `signature` is its `X-Hub-Signature-256`, `content` its body as received.

    Whoever handles webhooks must check before parsing, and must not answer an unsigned one any differently.
    """
    expected = f"sha256={_hmac(app_secret, content)}"
    return hmac.compare_digest(expected.encode(), signature.strip().encode("utf-8", "surrogateescape"))


def usage(headers: Mapping[str, str]) -> int:
    """How much of the quota is used, in percent: the largest share that the usage headers name, 0 without any."""
    return max((int(share) for usage in _usages(headers) for share in _shares(usage)), default=0)


def regained_in(headers: Mapping[str, str]) -> timedelta | None:
    """How long the quota is used up for, as the usage headers say; None if they do not."""
    waits = [usage.get("estimated_time_to_regain_access") for usage in _usages(headers)]
    stated = [wait for wait in waits if isinstance(wait, int | float) and wait > 0]
    return minutes(max(stated)) if stated else None


def _usages(headers: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every usage that is stated: the application's, and that of each business account."""
    found: list[Any] = []
    for name in ("x-app-usage", "x-business-use-case-usage"):
        try:
            stated = json.loads(headers.get(name, "{}"))
        except ValueError:
            continue
        if isinstance(stated, dict):
            found += [stated] if name == "x-app-usage" else [one for each in stated.values() for one in each]
    return [one for one in found if isinstance(one, dict)]


def _shares(usage: Mapping[str, Any]) -> list[float]:
    stated = (usage.get(name) for name in ("call_count", "total_cputime", "total_time"))
    return [share for share in stated if isinstance(share, int | float)]


def _diagnose(answer: Answer) -> ApplicationError | None:
    """The API's own codes say more than its status, which is 400 for nearly everything."""
    try:
        error = _GraphError.model_validate(json.loads(answer.content)["error"])
    except (ValueError, KeyError, TypeError, ValidationError):
        return None
    why = f"answered {answer.status}, code {error.code}"
    if error.error_subcode is not None:
        why += f", subcode {error.error_subcode}"
    match error.code:
        case code if code in RATE_LIMITS:
            wait = regained_in(answer.headers) or answer.retry_after
            return outside_failure(OutsideFailure.RATE_LIMITED, answer.service, why, retry_after=wait)
        case 190 | 102:
            hint = f"{why}: the access token has expired or is not valid; make a new one"
            return outside_failure(OutsideFailure.CREDENTIALS, answer.service, hint)
        case 10 if TOO_FEW_VIEWERS in error.message:
            hint = f"{why}: too few people have seen the post for figures"
            return outside_failure(OutsideFailure.REFUSED, answer.service, hint)
        case code if code in (3, 10) or 200 <= code <= 299:
            hint = f"{why}: the token lacks a permission"
            return outside_failure(OutsideFailure.CREDENTIALS, answer.service, hint)
        case 1 | 2:
            return outside_failure(OutsideFailure.UNAVAILABLE, answer.service, why)
        case _ if error.is_transient:
            return outside_failure(OutsideFailure.UNAVAILABLE, answer.service, why)
        case _ if answer.status < 500:
            code = error.code if error.error_subcode is None else error.error_subcode
            return outside_failure(OutsideFailure.REFUSED, answer.service, why, code=code)
        case _:
            return None


def _found(account: _Discovered, posts: Sequence[Media]) -> SourcedProfile:
    likes = [post.like_count for post in posts if post.like_count is not None]
    comments = [post.comments_count for post in posts if post.comments_count is not None]
    mail = _MAIL.search(account.biography)
    return SourcedProfile(
        platform=Platform.INSTAGRAM,
        handle=account.username.lower(),
        name=" ".join(_printable(account.name).split())[:200] or None,
        email=mail[0] if mail else None,
        followers=account.followers_count,
        following=account.follows_count,
        posts=account.media_count,
        average_likes=_average(likes),
        average_comments=_average(comments),
        posts_per_week=_posts_per_week(posts),
        biography=_printable(account.biography)[:5_000],
    )


def _as_post(media: Media) -> PublicPost:
    try:
        return as_post(media)
    except ValidationError:
        raise _unreadable("a post of an unknown shape") from None


def _printable(text: str) -> str:
    """Without control characters, which people paste and no profile can hold."""
    return "".join(mark for mark in text if mark.isprintable() or mark in "\n\t")


def _average(figures: Sequence[int]) -> float | None:
    return round(sum(figures) / len(figures), 1) if figures else None


def _posts_per_week(posts: Sequence[Media]) -> float | None:
    """Over the time that the posts span; two posts are needed to span any."""
    times = sorted(post.timestamp for post in posts)
    if len(times) < 2 or times[0] == times[-1]:
        return None
    return round((len(times) - 1) / ((times[-1] - times[0]) / timedelta(weeks=1)), 1)


def _unreadable(what: str) -> ApplicationError:
    return outside_failure(OutsideFailure.UNREADABLE, "Instagram", f"answered with {what}")


def _hmac(secret: str, content: bytes) -> str:
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
