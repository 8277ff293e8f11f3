"""Amendments: typed changes to a contract in force, as a document of their own that needs both signatures.

    propose -> draft (the engine renders it) -> one signature from either side -> concluded -> sealed

Work goes on meanwhile, by the contract as it is. Whatever does not end in both signatures changes nothing, silence
included. What an amendment changes, everything that derives from the contract follows in the append of its conclusion.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.changes import Changes
from domain.claims import Claim
from domain.deadlines import Task
from domain.decider import Command, Event, Role
from domain.money import Minor
from domain.personal import PERSONAL
from domain.signatures import AnySignature
from domain.values import Line, Sha256, Text, Value

SIGN_AMENDMENT = "sign_amendment"


def amendment_task(role: Role) -> str:
    """The name of the task in which `role` signs the open amendment."""
    return f"{SIGN_AMENDMENT}/{role}"


class Proposal(Value):
    """An amendment as it is proposed: the difference, each change with what the contract in force says there."""

    number: int = Field(ge=1)
    by: Role
    before: Changes
    after: Changes
    reason: Annotated[Text, PERSONAL] = ""


class ProposeAmendment(Command):
    """Ask the other side for other terms than those in force."""

    changes: Changes
    reason: Text = ""


class DraftAmendment(Command):
    """Put the rendered amendment before both sides."""

    number: int = Field(ge=1)
    document: Sha256


class SignAmendment(Command):
    """Consent to the amendment by typing one's name."""

    number: int = Field(ge=1)
    typed_name: Line
    document: Sha256
    """Hash of the document that was read; another one is refused."""
    consent: Literal[True] = Field(description="I have read this document and agree to be bound by it.")


class DeclineAmendment(Command):
    """Leave the contract as it is, as the side that was asked."""

    number: int = Field(ge=1)
    reason: Text = ""


class WithdrawAmendment(Command):
    """Leave the contract as it is, as the side that has asked."""

    number: int = Field(ge=1)
    reason: Text = ""


class RecordAmendmentSeal(Command):
    """Both signatures are written behind the amendment, and the whole is sealed."""

    number: int = Field(ge=1)
    sealed: Sha256
    audit: Sha256 | None = None
    """The signature service's own record, where it was signed at one."""


class AmendmentProposed(Event):
    """One side asks for other terms. `reserved` is what the brand's own proposal holds of the budget beyond the fee."""

    proposal: Proposal
    reserved: Minor = 0


class AmendmentDrafted(Event):
    """The amendment is ready to be signed; `contract` is the hash of the contract that it changes."""

    number: int
    document: Sha256
    contract: Sha256
    tasks: tuple[Task, ...]


class AmendmentSigned(Event):
    """One side has signed. What a higher fee takes of the budget is `reserved` when the brand does, if not before."""

    number: int
    role: Role
    signature: AnySignature
    reserved: Minor = 0


class AmendmentConcluded(Event):
    """Both sides have signed: from here on the contract says what the amendment says.

    `committed` is by how much the fee grows or shrinks, in minor units. `tasks` are open steps with their new
    deadlines, and those of new deliverables; `dropped` are steps that are asked for no more.
    """

    number: int
    document: Sha256
    changes: Changes
    committed: int = 0
    released: Minor = 0
    tasks: tuple[Task, ...] = ()
    dropped: tuple[Line, ...] = ()
    claims: tuple[Claim, ...] = ()
    """What the campaign claims of the creator from now on; empty if that stays as it is."""


class AmendmentSealed(Event):
    """The concluded amendment, with the record of its signatures, is a sealed file for both sides."""

    number: int
    document: Sha256
    sealed: Sha256
    audit: Sha256 | None = None


class AmendmentLapsed(Event):
    """One side did not sign in time: the contract stays as it is."""

    number: int
    role: Role
    released: Minor = 0


class AmendmentDeclined(Event):
    """The side that was asked said no: the contract stays as it is."""

    number: int
    by: Role
    reason: Annotated[Text, PERSONAL] = ""
    released: Minor = 0


class AmendmentWithdrawn(Event):
    """The side that had asked took it back: the contract stays as it is."""

    number: int
    by: Role
    reason: Annotated[Text, PERSONAL] = ""
    released: Minor = 0


AmendmentCommand = (
    ProposeAmendment | DraftAmendment | SignAmendment | DeclineAmendment | WithdrawAmendment | RecordAmendmentSeal
)
AmendmentOver = AmendmentLapsed | AmendmentDeclined | AmendmentWithdrawn
AmendmentEvent = (
    AmendmentProposed | AmendmentDrafted | AmendmentSigned | AmendmentConcluded | AmendmentSealed | AmendmentOver
)


class AmendmentStatus(StrEnum):
    """How far an amendment has come."""

    PROPOSED = "proposed"
    TO_SIGN = "to_sign"
    CONCLUDED = "concluded"
    LAPSED = "lapsed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Amendment:
    """An amendment and how far it has come. `reserved` in minor units."""

    proposal: Proposal
    status: AmendmentStatus = AmendmentStatus.PROPOSED
    document: str | None = None
    sealed: str | None = None
    audit: str | None = None
    signatures: Mapping[Role, AnySignature] = field(default_factory=dict)
    reserved: int = 0

    @property
    def number(self) -> int:
        """Which of the collaboration's amendments it is, from 1."""
        return self.proposal.number

    @property
    def undecided(self) -> bool:
        """Whether both signatures may still come."""
        return self.status in (AmendmentStatus.PROPOSED, AmendmentStatus.TO_SIGN)
