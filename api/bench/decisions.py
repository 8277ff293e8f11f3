"""How long a decision takes through our API, beside a bare update of a bare workflow.

Creators and brand haggle: whoever's turn it is answers the offer with another fee, which is too much for the policy to
accept by itself, so that every answer waits for a person of the other side. Each is one request, with a link of the
creator's or the key of the brand's: `POST /v1/collaborations/{id}/offer/counter`.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from operator import attrgetter
from time import perf_counter
from typing import Any
from uuid import uuid4

from api.bench import bare
from api.bench.lean_http import Caller, callers, request
from api.bench.processes import median_ratio, quantile
from api.bench.setting import Scene
from domain.values import Value

LATENCY_GOAL = 2.0
"""99th percentile of a decision, as a multiple of the bare update's."""
TURNS = 4
"""Answers to one offer: a creator may make two counter-offers, and the brand answers both."""
ASKED = 1.5
"""What creators ask for, as a multiple of the brand's offer."""
LATER = (429, 503)
COME_BACK = 0.3
"""Seconds until somebody who was told to come back does so."""


class DecisionRound(Value):
    """So many decisions of one kind, some at a time."""

    decisions: int
    seconds: float
    p50: float
    p99: float
    """Seconds from a decision's sending to its answer."""

    @property
    def rate(self) -> float:
        """Decisions a second."""
        return self.decisions / self.seconds


class DecisionFigures(Value):
    """Rounds of both kinds, in turns."""

    ours: Sequence[DecisionRound]
    bare: Sequence[DecisionRound]
    refused: Sequence[str]
    """What the rules refused: nobody here does what they forbid, so it stays empty."""
    sent_again: int
    """How often somebody was told to come back."""

    @property
    def p50_ratio(self) -> float:
        """The median, over the rounds, of our median as a multiple of the bare update's."""
        return median_ratio(self.ours, self.bare, attrgetter("p50"))

    @property
    def p99_ratio(self) -> float:
        """The same of the 99th percentile."""
        return median_ratio(self.ours, self.bare, attrgetter("p99"))

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.p99_ratio <= LATENCY_GOAL


class Haggle:
    """The negotiation about one offer, its first version the one that is on the table."""

    def __init__(self, collaboration_id: str, fee: Mapping[str, Any], *, creators_token: str, brands_key: str) -> None:
        self._path = f"/v1/collaborations/{collaboration_id}/offer/counter"
        self._offered = dict(fee)
        self._asked = {**fee, "amount": int(fee["amount"] * ASKED)}
        self._tokens = brands_key, creators_token

    def answer(self, version: int) -> bytes:
        """The request with which the side whose turn it is answers a version, from 1 on, under a key of its own."""
        creators = version % 2 == 1
        message = "My audience does listen." if creators else "This is what we have."
        body = {"version": version, "fee": self._asked if creators else self._offered, "message": message}
        return request("POST", self._path, self._tokens[creators], body, Idempotency_Key=uuid4().hex)


class Haggling:
    """Rounds of both kinds, each with the same number of decisions, and the same number under way at a time."""

    def __init__(self, scene: Scene, *, at_once: int) -> None:
        self.refused: list[str] = []
        self.sent_again = 0
        self._scene = scene
        self._at_once = at_once

    async def ours(self, collaboration_ids: Sequence[str]) -> DecisionRound:
        """One round in collaborations whose first offer waits for its creator."""
        waiting = iter([await self._haggle(one) for one in collaboration_ids])
        took: list[float] = []

        async def keep_deciding(caller: Caller) -> None:
            for haggle in waiting:
                for version in range(1, TURNS + 1):
                    if not await self._decided(caller, haggle.answer(version), took):
                        break

        async with callers(self._scene.here.api_port, self._at_once) as connections:
            began = perf_counter()
            await asyncio.gather(*map(keep_deciding, connections))
            return _round(took, perf_counter() - began)

    async def bare(self, queue: str, count: int) -> DecisionRound:
        """One round with as many workflows, each of which takes as many updates."""
        waiting = [
            await self._scene.plain.start_workflow(
                bare.BareLifecycle.run, TURNS, id=f"bare-{uuid4().hex}", task_queue=queue
            )
            for _ in range(count)
        ]
        left = iter(waiting)
        took: list[float] = []

        async def keep_deciding() -> None:
            for handle in left:
                await bare.take_decisions(handle, TURNS, took)

        began = perf_counter()
        await asyncio.gather(*(keep_deciding() for _ in range(self._at_once)))
        found = _round(took, perf_counter() - began)
        await asyncio.gather(*(handle.result() for handle in waiting))
        return found

    async def _haggle(self, collaboration_id: str) -> Haggle:
        services = self._scene.services
        events = await services.log.read(f"collaboration/{collaboration_id}")
        [offer] = [event.data["offer"] for event in events if event.type == "OfferMade"]
        return Haggle(
            collaboration_id,
            offer["fee"],
            creators_token=services.links.token(collaboration_id),
            brands_key=self._scene.here.api_key,
        )

    async def _decided(self, caller: Caller, decision: bytes, took: list[float]) -> bool:
        began = perf_counter()
        while (answer := await caller.send(decision)).status in LATER:
            self.sent_again += 1
            await asyncio.sleep(COME_BACK)
        if answer.status != 200:
            self.refused.append(f"{answer.status} {json.loads(answer.body).get('code')}")
            return False
        took.append(perf_counter() - began)
        return True


def _round(took: Sequence[float], seconds: float) -> DecisionRound:
    return DecisionRound(decisions=len(took), seconds=seconds, p50=quantile(took, 0.5), p99=quantile(took, 0.99))
