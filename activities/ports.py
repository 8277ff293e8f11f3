"""What the activities need of the outside world, as protocols; adapters are in `store/` and `connectors/`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, runtime_checkable
from uuid import UUID

from pydantic import Field

from domain.budget import BudgetMove
from domain.claims import Held
from domain.creators import Country, Creator, Email, Followers, Handle, Language, Platform
from domain.events import Envelope, Metadata, Record
from domain.exclusivity import ClaimMove
from domain.formats import Format
from domain.money import Currency, Minor, Money
from domain.monitoring import Metrics
from domain.notices import Notice
from domain.peers import Peers
from domain.ranking import Ranked, Wanted
from domain.third_party import AudienceReport
from domain.track_record import TrackRecord
from domain.values import Instant, Line, Text, Value


class EventLog(Protocol):
    """The record: append-only streams of events."""

    async def append(
        self,
        stream: str,
        expected_version: int,
        records: Sequence[Record],
        metadata: Metadata,
        moves: Sequence[BudgetMove] = (),
        claims: Sequence[ClaimMove] = (),
    ) -> list[Envelope]:
        """Store the records after `expected_version` and return them as stored; a repeated command returns its own.

        Raises:
            ConcurrencyConflict: the stream is at another version.
            IdempotencyKeyReused: the command id was used for another command.
            RefusedByLedger: the budget does not allow the moves, or another campaign the claims; nothing was stored.
        """
        ...

    async def read(self, stream: str, after_version: int = 0, upto: int | None = None) -> list[Envelope]:
        """The events of one stream in order; empty if there is no such stream."""
        ...


class Directory(Protocol):
    """Creators as we know them."""

    async def candidates(self, wanted: Wanted, *, campaign_id: str | None = None) -> list[Creator]:
        """Everyone who may fit, opted-out creators left out; a superset of what the ranking keeps."""
        ...

    async def get(self, creator_ids: Sequence[str]) -> dict[str, Creator]:
        """The creators with these ids; unknown ids are left out."""
        ...

    async def peers(self, creator_id: str) -> Peers | None:
        """What is usual among accounts of a creator's platform and about their size; None if no figures are known."""
        ...


class ShortlistEntry(NamedTuple):
    """A creator with their place in a list, from 1."""

    rank: int
    ranked: Ranked


class Shortlists(Protocol):
    """Ranked lists, kept for ever under their digest."""

    async def put(self, ranked: Sequence[Ranked]) -> str:
        """Store a list, best first, and return its digest (SHA-256, hexadecimal); storing it again changes nothing."""
        ...

    async def page(self, digest: str, *, after_rank: int = 0, limit: int = 100) -> list[ShortlistEntry]:
        """Entries with their rank (from 1) after `after_rank`, at most `limit`."""
        ...


class CreatorClaims(Protocol):
    """Who holds which creator."""

    async def held(self, creator_ids: Sequence[str], at: datetime) -> Mapping[str, Sequence[Held]]:
        """The claims of all campaigns that are not over at `at`, by creator; whoever nobody holds is missing."""
        ...


class TrackRecords(Protocol):
    """Creators' past performance with us, from the read model."""

    async def get(self, creator_ids: Sequence[str]) -> Mapping[str, TrackRecord]:
        """The records of those of the creators who have one, by id."""
        ...


class Progress(Protocol):
    """How the collaborations of a campaign stand, from the read model."""

    async def outcomes(self, campaign_id: str) -> Mapping[str, int]:
        """Count of collaborations by outcome; those under way are counted as `active`, those with a concluded contract
        as `engaged` (also when they have been completed)."""
        ...

    async def unfinished(self, campaign_id: str, *, after: str = "", limit: int) -> list[str]:
        """The first `limit` ids of collaborations that have not ended, in the order of ids, after the id `after`."""
        ...

    async def ended(self, collaboration_ids: Sequence[str]) -> Collection[str]:
        """Those of the collaborations that are over."""
        ...


class Document(Value):
    """A file with the SHA-256 that it is kept under, hexadecimal."""

    sha256: Line
    media_type: Line
    content: bytes


class Documents(Protocol):
    """Files by content: the name of a document is its SHA-256."""

    async def put(self, content: bytes, media_type: str, *, creator_id: str | None) -> str:
        """Store the bytes and return their SHA-256, hexadecimal; storing them again changes nothing.

        A document about a creator cannot be read any more once they have been erased.
        """
        ...

    async def get(self, sha256: str) -> Document:
        """The document under this hash.

        Raises:
            NotFound: there is none.
            Erased: it was about a creator who has been erased.
        """
        ...


class SealKeys(Value):
    """What a contract is sealed with: a private key and its certificate chain, its own first, both PEM."""

    private_key: bytes = Field(repr=False)
    certificates: bytes


class Seals(Protocol):
    """The seals of workspaces."""

    async def seal(self, workspace: str, document: bytes, record: bytes, *, reason: str) -> bytes:
        """The document with the pages of `record` behind it, sealed. All are PDFs; the result begins with the first."""
        ...


class Attachment(Value):
    """A file that goes with a letter."""

    name: Line
    media_type: Line
    content: bytes


class Letter(Value):
    """A message as it is sent. `id` is the same at every attempt, so that a mailbox can recognise a repetition."""

    id: Line
    to: Email
    subject: Line
    body: str
    """Plain text of any length: it quotes what people wrote."""
    html: str | None = None
    """The same as an HTML document."""
    headers: tuple[tuple[Line, Line], ...] = ()
    """Further header fields, for machines: ids and names of templates, nothing personal."""
    attachments: tuple[Attachment, ...] = ()


class Mailer(Protocol):
    """The way out for mail."""

    async def send(self, letter: Letter) -> None:
        """Hand the letter over; returns when the receiving server has taken it."""
        ...


class MailLog(Protocol):
    """What has been sent, one row for an event and an audience."""

    async def begin(self, event_id: UUID, notice: Notice, message_id: str) -> bool:
        """Note that sending begins; False if it is known to have been sent, so that it must not be sent again."""
        ...

    async def finish(self, event_id: UUID, notice: Notice) -> None:
        """Note that the receiving server has taken it."""
        ...

    async def sent(self, event_ids: Sequence[UUID]) -> set[tuple[UUID, str, str]]:
        """Which (event, template, audience) have been sent, of these events."""
        ...


class TrackedOrders(Protocol):
    """What shops have told of."""

    async def sold(self, collaboration_id: str) -> tuple[int, int]:
        """How many orders a collaboration has led to, and their revenue in minor units, both after refunds."""
        ...


class Payouts(Protocol):
    """The way out for money."""

    async def pay(self, payout_id: str, collaboration_id: str, amount: Money) -> str:
        """Transfer the amount and return the transfer's reference; the same payout id is only ever paid once."""
        ...


class SourcedProfile(Value):
    """An account as an outside source tells of it; the fields are as in `Profile`. None, or empty, is not told."""

    platform: Platform
    handle: Handle
    followers: Followers
    name: Line | None = None
    email: Email | None = None
    following: int | None = Field(default=None, ge=0)
    posts: int | None = Field(default=None, ge=0)
    average_likes: float | None = Field(default=None, ge=0)
    average_comments: float | None = Field(default=None, ge=0)
    engagement_stated: float | None = Field(default=None, ge=0)
    posts_per_week: float | None = Field(default=None, ge=0)
    country: Country | None = None
    language: Language | None = None
    topics: tuple[Line, ...] = ()
    biography: Text = ""
    fee: Minor | None = None
    fee_currency: Currency = "USD"


class SourcedPage(Value):
    """A part of what a search found; `next` leads to the part after it, None at the end."""

    found: tuple[SourcedProfile, ...]
    unreadable: int = 0
    """Accounts of this page that the source described in a way that cannot be understood."""
    next: str | None = None


class CreatorSource(Protocol):
    """A service outside that knows creators. What it raises has a type of `failures.OutsideFailure`."""

    @property
    def name(self) -> str:
        """What the source is called, in lower case."""
        ...

    @property
    def searchable(self) -> bool:
        """Whether `search` finds anything; some sources only know accounts by name."""
        ...

    async def look_up(self, platform: Platform, handles: Sequence[Handle]) -> Sequence[SourcedProfile | None]:
        """What the source knows of each account, in order; None of one that it does not know.

        Raises:
            ApplicationError: the source failed.
        """
        ...

    async def search(self, query: str, cursor: str | None = None) -> SourcedPage:
        """A page of the accounts that fit the words, the first without a cursor; raises as `look_up`."""
        ...

    async def check(self) -> str:
        """Try the address and the credentials with one cheap request; what it says of them, for a person.

        Raises:
            ApplicationError: what is wrong with them.
        """
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


@runtime_checkable
class AudienceReports(Protocol):
    """A third party that looks at who follows a creator."""

    async def report_on(self, platform: Platform, handle: Handle) -> AudienceReport | None:
        """Its report on an account; None if it has none.

        Raises:
            ApplicationError: the source failed, with a type of `failures.OutsideFailure`.
        """
        ...


class PublicPost(Value):
    """A post as everybody sees it. `id` is what the platform calls it; figures that it hides are None."""

    id: Line
    caption: Text
    published_at: Instant
    likes: int | None = Field(default=None, ge=0)
    comments: int | None = Field(default=None, ge=0)


@runtime_checkable
class PostReader(Protocol):
    """A service that shows the posts of accounts on one platform. What it raises is of `failures.OutsideFailure`."""

    @property
    def name(self) -> str:
        """What the service is called, in lower case."""
        ...

    @property
    def platform(self) -> Platform:
        """Whose posts it shows."""
        ...

    @property
    def formats(self) -> tuple[Format, ...]:
        """What kinds of posts it shows."""
        ...

    async def find_post(self, handle: Handle, url: str, not_before: datetime) -> PublicPost | None:
        """The account's post at this address; None if it is not among those that were published since `not_before`.

        Raises:
            ApplicationError: the service failed; `request_refused` where it does not show this account.
        """
        ...


@runtime_checkable
class MetricsSource(Protocol):
    """A platform that tells how a post does."""

    @property
    def late(self) -> timedelta:
        """How long after publication figures may be missing or too low."""
        ...

    async def figures(self, media_id: str) -> Metrics:
        """The figures of a post so far; those that the platform does not tell are None, which is not zero.

        Raises:
            ApplicationError: the source failed, with a type of `failures.OutsideFailure`; `request_refused` where the
                platform gives no figures of this post, as of one with too few viewers.
        """
        ...
