"""The people of the chaos tests: what everybody does with what they are asked, whatever fails around them.

A creator's part is in their handle, so it is the same in every run, and so is how their collaboration must end. Where
somebody is silent, everybody is: no outcome depends on who is faster, a person or a deadline.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from domain.brief import Asked, Brief, Policies
from domain.collaboration import CancelCollaboration, Collaboration
from domain.content_approval import MarkPublished, SubmitDraft
from domain.contract_signing import SignContract
from domain.creators import Profile
from domain.deadlines import DeadlinePolicy, OnExpiry
from domain.decider import Actor, Command, Role
from domain.money import Money
from domain.monitoring import Metrics, RecordMetrics
from domain.negotiation import AcceptOffer, CounterOffer, DeclineOffer
from domain.outcomes import Outcome
from tests.domain.given import DISCLOSED, UNDISCLOSED, a_profile
from tests.workflows.campaigning import a_current_brief

PATIENT = timedelta(hours=1)
"""For whatever somebody does: no test takes so long."""


class Part(StrEnum):
    """What a creator, and the brand with them, does."""

    PROMPT = "prompt"
    BARGAINS = "bargains"
    """Asks for so little more that the policy accepts it."""
    HAGGLES = "haggles"
    """Asks for so much more that the brand must answer, which it does not."""
    DECLINES = "declines"
    FORGETS = "forgets"
    """Does not disclose in the first draft."""
    DROPPED = "dropped"
    """The brand cancels once the contract is concluded, and owes a kill fee."""
    DOUBTFUL = "doubtful"
    """Has evidence that somebody should look at; nobody does."""
    SILENT = "silent"
    """Never answers the offer."""


PARTS = {
    Part.PROMPT: Outcome.COMPLETED,
    Part.BARGAINS: Outcome.COMPLETED,
    Part.HAGGLES: Outcome.EXPIRED,
    Part.DECLINES: Outcome.DECLINED,
    Part.FORGETS: Outcome.COMPLETED,
    Part.DROPPED: Outcome.CANCELLED,
    Part.DOUBTFUL: Outcome.REJECTED,
    Part.SILENT: Outcome.EXPIRED,
}
"""How each part ends."""

_ORDER = (
    Part.PROMPT,
    Part.BARGAINS,
    Part.FORGETS,
    Part.DROPPED,
    Part.HAGGLES,
    Part.PROMPT,
    Part.DECLINES,
    Part.DOUBTFUL,
    Part.SILENT,
    Part.PROMPT,
)


@dataclass(frozen=True)
class Story:
    """A campaign with so many creators. Without `offers_lapse` nobody is silent on an offer; with it offers lapse after
    so long, and the others must manage to answer in that time."""

    creators: int
    offers_lapse: timedelta | None = None

    @property
    def profiles(self) -> list[Profile]:
        """Everybody, each with another number of followers and so another fee."""
        return [_profile(number, self._part(number)) for number in range(self.creators)]

    def _part(self, number: int) -> Part:
        part = _ORDER[number % len(_ORDER)]
        return Part.PROMPT if part is Part.SILENT and self.offers_lapse is None else part

    @property
    def brief(self) -> Brief:
        """Everybody is wanted and can be paid, so that who is invited does not depend on who was faster either."""
        soon = timedelta(seconds=1)
        return a_current_brief(
            creators_wanted=self.creators,
            budget={"amount": self.creators * 400_00, "currency": "USD"},
            policies=Policies(
                performance_report_from=Asked.NOBODY,
                shortlist=_silence(soon, OnExpiry.APPROVE),
                verification=_silence(soon, OnExpiry.DECLINE, remind=True),
                offer=_silence(self.offers_lapse or PATIENT, OnExpiry.DECLINE),
                counter_offer=_silence(soon, OnExpiry.ESCALATE, remind=True),
                creator_signature=_silence(PATIENT, OnExpiry.DECLINE),
                brand_signature=_silence(PATIENT, OnExpiry.DECLINE),
                draft=_silence(PATIENT, OnExpiry.DECLINE),
                review=_silence(soon, OnExpiry.APPROVE),
                publication=_silence(PATIENT, OnExpiry.DECLINE),
                metrics=_silence(PATIENT, OnExpiry.DECLINE),
            ),
            terms={"upfront": 0.1},
        )


def _silence(within: timedelta, on_expiry: OnExpiry, *, remind: bool = False) -> DeadlinePolicy:
    reminders = (within / 2,) if remind else ()
    return DeadlinePolicy(within=within, remind_before=reminders, on_expiry=on_expiry, extend_by=within)


def _profile(number: int, part: Part) -> Profile:
    followers = 4_000 + 29 * number
    doubts = {"following": 9_900, "sample_comments": ["nice"] * 9 + ["wow"]} if part is Part.DOUBTFUL else {}
    return a_profile(
        handle=f"{part}.{number:03d}",
        name=f"Somebody {number}",
        email=f"somebody.{number:03d}@creators.example",
        followers=followers,
        average_likes=followers * 0.026,
        average_comments=followers * 0.0016,
        country="US",
        language="en",
        **doubts,
    )


@dataclass(frozen=True)
class Act:
    """A command with whoever gives it."""

    command: Command
    by: Actor


def act(handle: str, task: str, nth: int, state: Collaboration) -> Act | None:
    """What is done about a creator's task when it is opened the `nth` time, from 1; None is silence."""
    part = Part(handle.partition(".")[0])
    brand, creator = Actor(role=Role.BRAND, id="brand-1"), Actor(role=Role.CREATOR, id=state.creator_id)
    step, _, rest = task.partition("/")
    match step:
        case "answer_offer":
            command = _answer(part, state)
            return Act(command, creator) if command else None
        case "sign_contract":
            who = brand if rest == Role.BRAND else creator
            return Act(SignContract(typed_name="A. Name", document=state.document or "", consent=True), who)
        case "submit_draft" if part is Part.DROPPED:
            return Act(CancelCollaboration(reason="the product is late"), brand) if rest == "1" else None
        case "submit_draft":
            caption = UNDISCLOSED if part is Part.FORGETS and (rest, nth) == ("1", 1) else DISCLOSED
            return Act(SubmitDraft(deliverable=int(rest), caption=caption), creator)
        case "publish":
            url = f"https://posts.example/{rest}"
            return Act(MarkPublished(deliverable=int(rest), url=url, caption=DISCLOSED), creator)
        case "report_metrics":
            return Act(RecordMetrics(deliverable=int(rest), metrics=Metrics(likes=100, comments=7)), creator)
        case _:
            return None


def _answer(part: Part, state: Collaboration) -> Command | None:
    offer = state.offer
    assert offer is not None, "the task is only open while an offer is"
    match part:
        case Part.SILENT:
            return None
        case Part.DECLINES:
            return DeclineOffer(version=offer.version, reason="no time")
        case Part.BARGAINS | Part.HAGGLES:
            more = 105 if part is Part.BARGAINS else 150
            fee = Money(amount=offer.fee.amount * more // 100, currency=offer.fee.currency)
            return CounterOffer(version=offer.version, fee=fee, message="My audience listens.")
        case _:
            return AcceptOffer(version=offer.version)
