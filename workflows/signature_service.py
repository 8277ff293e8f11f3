"""Signatures at a service, beside the story: documents are sent, and the service is asked when its word may be lost.

Its word usually comes by webhook, as a command of the side that has signed. Whenever a reminder falls due or somebody
gets more time, and when a lost run is resumed, it is asked as well: a webhook may be lost.
"""

from collections.abc import Iterator

from temporalio import workflow

from activities.signature_service import DocumentToSign, KeptFiles, SignatureServices, SubmissionRequest
from domain.amendments import SIGN_AMENDMENT
from domain.collaboration import Collaboration
from domain.contract_signing import signing_task
from domain.decider import Actor, Role
from domain.errors import Refused
from domain.signature_service import ConfirmSignature, RecordSubmission, RefuseSignature
from domain.signatures import Signing
from workflows import policies
from workflows.event_sourced import EventSourced
from workflows.trying_again import tried_again

Moment = tuple[str, str, int]
"""A signing task, until when it is open, and how many reminders of it are left."""


async def collect_signatures(flow: EventSourced[Collaboration]) -> None:
    """Send what is to be signed, and ask after it, until cancelled."""
    asked: set[Moment] = set()
    while True:
        await workflow.wait_condition(
            lambda: _unsent(flow.state) is not None or not asked.issuperset(_open(flow.state))
        )
        document = _unsent(flow.state)
        if document is not None:
            await tried_again(flow, "asking a service for signatures", _send(flow, document))
        else:
            await tried_again(flow, "asking a service who has signed", _ask(flow))
        asked.update(_open(flow.state))


def _unsent(state: Collaboration) -> str | None:
    """The document that the service does not have yet; None if there is none."""
    if not state.opened or state.agreed.terms.signature is Signing.OWN or state.is_closing:
        return None
    document = state.to_sign
    return document if document is not None and document not in state.submissions else None


def _open(state: Collaboration) -> Iterator[Moment]:
    """The signing tasks of a document that the service has."""
    if state.opened and state.to_sign in state.submissions:
        for task in state.tasks.values():
            if task.name.partition("/")[0] in (SIGN_AMENDMENT, signing_task(Role.BRAND).partition("/")[0]):
                yield task.name, task.due_at.isoformat(), len(task.remind_at)


async def _send(flow: EventSourced[Collaboration], document: str) -> None:
    """Have the service ask for signatures, unless that is not wanted any more before it has answered."""
    sending = workflow.start_activity_method(
        SignatureServices.request_signatures,
        DocumentToSign(stream=flow.stream, document=document),
        summary="ask the signature service for both signatures",
        **policies.TRANSFER,
    )
    await workflow.wait_condition(lambda: sending.done() or _unsent(flow.state) != document)
    if not sending.done():
        sending.cancel()
        return
    service = flow.state.agreed.terms.signature
    submission = (await sending).submission
    await flow.engine(RecordSubmission(document=document, service=service, submission=submission))


async def keep_files(flow: EventSourced[Collaboration], submission: str) -> KeptFiles:
    """Fetch what both sides have signed there, and keep it by its hash."""
    return await workflow.execute_activity_method(
        SignatureServices.keep_files,
        SubmissionRequest(stream=flow.stream, submission=submission),
        summary="fetch the signed document and the record of its signatures",
        **policies.TRANSFER,
    )


async def _ask(flow: EventSourced[Collaboration]) -> None:
    document = flow.state.to_sign
    assert document is not None, "what is asked after is to be signed"
    standings = await workflow.execute_activity_method(
        SignatureServices.look_after,
        SubmissionRequest(stream=flow.stream, submission=flow.state.submissions[document]),
        summary="ask the signature service who has signed",
        **policies.TRANSFER,
    )
    service = flow.state.agreed.terms.signature
    for one in standings.parties:
        command: ConfirmSignature | RefuseSignature
        if one.declined:
            command = RefuseSignature(document=document, service=service, reason=one.reason)
        elif one.signed_at is not None:
            ids = {"submission": one.submission, "submitter": one.submitter}
            command = ConfirmSignature(document=document, service=service, signed_at=one.signed_at, **ids)
        else:
            continue
        try:
            await flow.submit(command, Actor(role=one.role, id=service.value))
        except Refused as refusal:
            workflow.logger.info("the service's word was known, or comes too late: %s", refusal.code)
