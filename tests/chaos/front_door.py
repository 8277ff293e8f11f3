"""The API as people use it: a decision is a POST under a key, sent again with the same key until it has an answer."""

from collections.abc import Mapping

import httpx

from activities.links import CreatorLinks
from activities.starting import Answer
from domain.collaboration import CancelCollaboration
from domain.content_approval import MarkPublished, SubmitDraft
from domain.contract_signing import SignContract
from domain.decider import Actor, Command, Role
from domain.events import fingerprint
from domain.monitoring import RecordMetrics
from domain.negotiation import AcceptOffer, CounterOffer, DeclineOffer
from workflows.client import EngineUnavailable

PATHS: Mapping[type[Command], str] = {
    AcceptOffer: "offer/accept",
    CounterOffer: "offer/counter",
    DeclineOffer: "offer/decline",
    SignContract: "contract/sign",
    SubmitDraft: "deliverables/{deliverable}/draft",
    MarkPublished: "deliverables/{deliverable}/published",
    RecordMetrics: "deliverables/{deliverable}/metrics",
    CancelCollaboration: "cancel",
}
LATER = (429, 503)


class FrontDoor:
    """Has commands decided over HTTP; takes the place of `workflows.client.Engine` for people who act."""

    def __init__(self, session: httpx.AsyncClient, brands_key: str, links: CreatorLinks) -> None:
        self._session = session
        self._brands_key = brands_key
        self._links = links

    async def decide(self, stream: str, command: Command, *, actor: Actor, command_id: str) -> Answer:
        """The API's answer.

        Raises:
            EngineUnavailable: it said to come back, or was not there, or went away before it had answered.
            AssertionError: it said anything else than yes: nobody here does what the rules refuse.
        """
        collaboration_id = stream.partition("/")[2]
        token = self._brands_key if actor.role is Role.BRAND else self._links.token(collaboration_id)
        body = command.model_dump(mode="json", exclude={"deliverable"})
        path = PATHS[type(command)].format(deliverable=getattr(command, "deliverable", None))
        try:
            answer = await self._session.post(
                f"/v1/collaborations/{collaboration_id}/{path}",
                json=body["metrics"] if isinstance(command, RecordMetrics) else body,
                headers={"Authorization": f"Bearer {token}", "Idempotency-Key": command_id},
            )
        except httpx.TransportError as error:
            raise EngineUnavailable(seconds=1, why=type(error).__name__) from error
        if answer.status_code in LATER:
            assert int(answer.headers["Retry-After"]) > 0
            raise EngineUnavailable(seconds=1, why=answer.json()["code"])
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return Answer(**answer.json(), fingerprint=fingerprint(command))
