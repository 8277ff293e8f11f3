"""What must be true of the record, the mails and the money after whatever has happened: nothing lost, nothing twice."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

import asyncpg

from activities.event_streams import registry_of
from activities.notification import message_id
from activities.records import collaboration_after, state_after
from activities.store.pool import Pool
from api.embedded.mail import Mail, MailSink
from domain.collaboration import Collaboration
from domain.events import Envelope, event_id
from domain.money import share
from domain.notices import Audience, notices
from domain.outcomes import Outcome
from tests.keys import a_sealer

ONCE = {
    "CollaborationOpened",
    "CreatorAssessed",
    "CreatorApproved",
    "CreatorRejected",
    "OfferAccepted",
    "OfferDeclined",
    "ContractDrafted",
    "ContractConcluded",
    "ContractSealed",
    "ContractLapsed",
    "CollaborationCancelled",
    "CollaborationEnded",
    "CampaignStarted",
    "ShortlistProposed",
    "ShortlistApproved",
    "OutreachCompleted",
    "CampaignClosed",
    "RightsOpened",
}
"""Events that no stream has twice."""

MANAGERS = {Audience.MANAGER: "manager@lumen-tea.example", Audience.ESCALATION: "head@lumen-tea.example"}


TABLES = {
    "events": "select * from events order by stream, version",
    "creators": "select id, handle from creators",
    **{name: f"select * from {name}" for name in ("payment_orders", "budget", "commands", "mail_log")},
}

Rows = Sequence[asyncpg.Record]


@dataclass(frozen=True)
class Ending:
    """How one creator's collaboration ended, in all that does not depend on the clock."""

    outcome: str
    reason: str
    fee: int | None
    paid: int
    events: Mapping[str, int]
    """How often each type of event happened. Reminders are left out: those missed in an outage are not made up for. So
    is the seal where the brand cancels: one that is cancelled before it could be sealed is not sealed any more."""


@dataclass(frozen=True)
class Aftermath:
    """Everything that is left after a campaign."""

    streams: Mapping[str, Sequence[Envelope]]
    handles: Mapping[str, str]
    """Creators' handles by id."""
    mails: Sequence[Mail]
    deliveries: int
    """How many mails the mail server was handed, the same ones again included."""
    orders: Rows
    ledgers: Rows
    commands: Rows
    sendings: Rows
    """The mail log."""

    @property
    def collaborations(self) -> Mapping[str, Collaboration]:
        """The fold of every collaboration's stream, by handle."""
        states = [collaboration_after(events) for stream, events in self._of("collaboration/")]
        return {self.handles[state.creator_id]: state for state in states}

    @property
    def size(self) -> int:
        """How many events there are."""
        return sum(map(len, self.streams.values()))

    @property
    def redeliveries(self) -> int:
        """How many mails were handed over once more, under the Message-ID that they had before."""
        return self.deliveries - len(self.mails)

    def endings(self) -> Mapping[str, Ending]:
        """How each collaboration ended, by the creator's handle."""
        endings = {}
        for _, events in self._of("collaboration/"):
            state = collaboration_after(events)
            left_out = {"TaskReminded", "ContractSealed"} if state.outcome is Outcome.CANCELLED else {"TaskReminded"}
            types = Counter(event.type for event in events if event.type not in left_out)
            endings[self.handles[state.creator_id]] = Ending(
                outcome=str(state.outcome),
                reason=state.reason,
                fee=state.fee.amount if state.fee else None,
                paid=sum(order["amount"] for order in self.orders if order["collaboration_id"] == state.id),
                events=dict(sorted(types.items())),
            )
        return endings

    def check(self) -> None:
        """Assert everything that holds after every campaign that has ended."""
        for stream, events in self.streams.items():
            self._check_stream(stream, events)
        self._check_commands()
        self._check_mails()
        self._check_money()

    def _of(self, prefix: str) -> Iterable[tuple[str, Sequence[Envelope]]]:
        return ((stream, events) for stream, events in self.streams.items() if stream.startswith(prefix))

    def _check_stream(self, stream: str, events: Sequence[Envelope]) -> None:
        versions = [event.version for event in events]
        assert versions == list(range(1, len(events) + 1)), f"{stream} has gaps or repetitions: {versions}"
        assert all(event.event_id == event_id(stream, event.version) for event in events)
        twice = {name for name, times in Counter(event.type for event in events).items() if times > 1 and name in ONCE}
        assert not twice, f"{stream} has {twice} twice: {[event.type for event in events]}"
        if stream.startswith("rights/"):
            return  # their clocks run for months
        state = state_after(stream, events)
        assert state.ended, f"{stream} has not ended: {[event.type for event in events]}"
        assert state.tasks == {}
        before = state_after(stream, events[:-1])
        assert not before.ended, f"{stream} goes on after its end"

    def _check_commands(self) -> None:
        """The events of one command stand together, and no stream has carried out a command twice."""
        recorded = {(row["stream"], row["command_id"]): row for row in self.commands}
        found = []
        for stream, events in self.streams.items():
            for command_id, group in groupby(events, key=lambda event: event.metadata.command_id):
                caused = list(group)
                found.append((stream, command_id))
                row = recorded[stream, command_id]
                assert (row["first_version"], row["last_version"]) == (caused[0].version, caused[-1].version)
                assert len({event.metadata.decided_at for event in caused}) == 1, f"{command_id} was decided twice"
        assert len(found) == len(set(found)) == len(recorded)

    def _check_mails(self) -> None:
        """Every notice of every event reached its mailbox as one mail, and no other mail went out."""
        due = Counter(self._due())
        assert not [notice for notice, times in due.items() if times > 1]
        arrived = Counter(
            (UUID(mail.message["X-Groundswell-Event"]), mail.recipient, mail.message_id.strip("<>").partition("@")[0])
            for mail in self.mails
        )
        assert due - arrived == Counter(), "mails are missing"
        assert arrived - due == Counter(), "there are mails that nobody should have sent, or the same one twice"
        by_event = Counter((event, recipient) for event, recipient, _ in arrived)
        assert max(by_event.values()) == 1, "somebody has two mails for one event"
        assert [row for row in self.sendings if row["state"] != "sent"] == []
        assert len(self.sendings) == len(self.mails)

    def _due(self) -> Iterable[tuple[UUID, str, str]]:
        for stream, events in self.streams.items():
            state = collaboration_after(events) if stream.startswith("collaboration/") else None
            number = self.handles[state.creator_id].rpartition(".")[2] if state else ""
            for event in events:
                for notice in notices(registry_of(stream).decode(event)):
                    to = MANAGERS.get(notice.audience, f"somebody.{number}@creators.example")
                    yield event.event_id, to, message_id(event.event_id, notice)

    def _check_money(self) -> None:
        """Payouts, payment orders and the ledger say the same, and it is what the contracts promise."""
        for state in self.collaborations.values():
            ordered = {row["payout_id"]: row["amount"] for row in self.orders if row["collaboration_id"] == state.id}
            assert ordered == {payout.id: payout.amount.amount for payout in state.payouts.values()}
            assert all(payout.reference for payout in state.payouts.values())
            assert sum(ordered.values()) == _promised(state)
        [ledger] = self.ledgers
        assert (ledger["reserved"], ledger["committed"]) == (0, 0)
        made = [event.data["amount"]["amount"] for event in self._events("PayoutMade")]
        assert ledger["paid"] == sum(made) == sum(order["amount"] for order in self.orders)
        assert len(made) == len(self.orders)

    def _events(self, name: str) -> Iterable[Envelope]:
        return (event for events in self.streams.values() for event in events if event.type == name)


def _promised(state: Collaboration) -> int:
    """What a creator of the cast is owed at the end: the fee, or the kill fee before anything was made, or nothing."""
    if state.fee is None:
        return 0
    match state.outcome:
        case Outcome.COMPLETED:
            return state.fee.amount
        case Outcome.CANCELLED:
            return share(state.fee.amount, state.agreed.terms.cancellation.before_creation)
        case _:
            return 0


async def aftermath(pool: Pool, mail: MailSink) -> Aftermath:
    """Everything that is left in a database, as it stood at one moment, and in a mail server."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
        tables = {name: await connection.fetch(query) for name, query in TABLES.items()}
    events = await a_sealer(pool).open_events(tables["events"])
    return Aftermath(
        streams={stream: list(group) for stream, group in groupby(events, lambda event: event.stream)},
        handles={row["id"]: row["handle"] for row in tables["creators"]},
        mails=mail.messages(),
        deliveries=len((mail.directory / "deliveries.log").read_text().splitlines()),
        orders=tables["payment_orders"],
        ledgers=tables["budget"],
        commands=tables["commands"],
        sendings=tables["mail_log"],
    )
