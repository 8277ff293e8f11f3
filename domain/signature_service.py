"""Signatures at a service outside, in place of typed names: it was asked for them, and what it tells of each side.

Nobody's consent is pretended here: what is recorded is that the service holds a signature, and under which of its ids.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from domain import amending, contract_signing
from domain.decider import Command, Context, Event, Role
from domain.errors import NothingToDecide, NotYourTurn
from domain.lifecycle import Stage
from domain.personal import PERSONAL
from domain.signatures import ServiceSignature, Signing
from domain.values import Instant, Line, Sha256, Text

if TYPE_CHECKING:
    from domain.collaboration import Collaboration


class RecordSubmission(Command):
    """The service has the document and asks both sides to sign it."""

    document: Sha256
    service: Signing
    submission: Line


class ConfirmSignature(Command):
    """The service says that this side has signed."""

    document: Sha256
    service: Signing
    submission: Line
    submitter: Line
    signed_at: Instant


class RefuseSignature(Command):
    """The service says that this side has declined to sign."""

    document: Sha256
    service: Signing
    reason: Text = ""


class SignaturesRequested(Event):
    """The service has the document, as this submission of its own."""

    document: Sha256
    service: Signing
    submission: Line


class ContractDeclined(Event):
    """One side has declined to sign the contract."""

    role: Role
    reason: Annotated[Text, PERSONAL] = ""


ServiceCommand = RecordSubmission | ConfirmSignature | RefuseSignature
ServiceEvent = SignaturesRequested | ContractDeclined


def decide(command: ServiceCommand, state: "Collaboration", context: Context) -> Sequence[Event]:
    """Take the service's word for the document that is to be signed, the contract or the open amendment."""
    name = type(command).__name__
    if state.to_sign != command.document or state.agreed.terms.signature is not command.service:
        raise NothingToDecide(command=name, subject="the collaboration", open=state.open_tasks)
    match command:
        case RecordSubmission():
            if command.document in state.submissions:
                raise NothingToDecide(command=name, subject="the collaboration", open=state.open_tasks)
            return [SignaturesRequested.model_validate(command.model_dump())]
        case ConfirmSignature():
            return _confirm(command, state, context)
        case RefuseSignature():
            return _refuse(command, state, context)


def _confirm(command: ConfirmSignature, state: "Collaboration", context: Context) -> Sequence[Event]:
    _must_be_a_side(command, context)
    signature = ServiceSignature.model_validate(command.model_dump())
    if state.stage is Stage.CONTRACT_SIGNING:
        return contract_signing.signed(signature, state, context, command="ConfirmSignature")
    assert state.amendment is not None, "what is to be signed beside the contract is an amendment"
    return amending.signed(signature, state.amendment, state, context, command="ConfirmSignature")


def _refuse(command: RefuseSignature, state: "Collaboration", context: Context) -> Sequence[Event]:
    _must_be_a_side(command, context)
    role = context.actor.role
    if state.stage is Stage.CONTRACT_SIGNING:
        return contract_signing.declined(ContractDeclined(role=role, reason=command.reason), role, state)
    assert state.amendment is not None, "what is to be signed beside the contract is an amendment"
    return [amending.given_up(state.amendment, role, command.reason)]


def _must_be_a_side(command: ServiceCommand, context: Context) -> None:
    if context.actor.role is Role.ENGINE:
        raise NotYourTurn(command=type(command).__name__, needed="brand or creator", role=Role.ENGINE)


def evolve(state: "Collaboration", event: ServiceEvent) -> "Collaboration":
    """The collaboration after `event`."""
    match event:
        case SignaturesRequested():
            return replace(state, submissions={**state.submissions, event.document: event.submission})
        case ContractDeclined():
            return state  # the event that follows says what changes
