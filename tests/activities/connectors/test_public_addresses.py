"""Addresses that people give lead into the public internet, or nowhere."""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from temporalio.exceptions import ApplicationError

from activities.connectors.public_addresses import (
    LONGEST,
    AddressRefused,
    PublicOnly,
    is_public,
    must_be_reachable,
    well_formed,
)
from activities.connectors.simulated.serving import served

NOT_PUBLIC = [
    "10.0.0.1",
    "172.16.3.4",
    "192.168.1.1",
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",  # noqa: S104 - nothing is bound
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.2.1",
    "192.0.0.8",
    "192.88.99.1",
    "3fff::1",
    "fec0::1",
    "::ffff:192.0.0.8",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "::127.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "2001:0:1::1",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_only_we_can_reach_is_not_public(address: str) -> None:
    """Private, loopback, link-local, metadata, reserved, and IPv4 of that kind written as IPv6."""
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_anybody_can_reach_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://receiver.example/", "https"),
        ("ftp://receiver.example/", "https"),
        ("receiver.example", "https"),
        ("https://", "no host"),
        ("https:///hooks", "no host"),
        ("https://user:word@receiver.example/", "password"),
        ("https://receiver.example/#here", "#"),
        ("https://receiver.example:port/", "no URL"),
        (f"https://receiver.example/{'x' * LONGEST}", "longer"),
    ],
)
def test_a_malformed_address_is_refused_with_the_rule(url: str, why: str) -> None:
    with pytest.raises(AddressRefused, match=why):
        well_formed(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::ffff:10.0.0.1]/",
    ],
)
async def test_an_address_within_is_refused_however_it_is_written(url: str) -> None:
    """As a name, as a number, in hexadecimal, as IPv6."""
    with pytest.raises(AddressRefused, match="not in the public internet"):
        await must_be_reachable(url)


async def test_a_name_that_nobody_knows_is_refused() -> None:
    with pytest.raises(AddressRefused, match="does not know its host"):
        await must_be_reachable("https://nobody.invalid/")


async def test_development_may_reach_its_own_machine() -> None:
    await must_be_reachable("http://127.0.0.1:1/", allow_private=True)


async def _say_host(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.headers["host"])


@pytest.fixture
async def inside() -> AsyncIterator[str]:
    """Where a server listens that nobody outside should reach."""
    async with served(Starlette(routes=[Route("/", _say_host)])) as address:
        yield address


async def test_nothing_is_sent_within(inside: str) -> None:
    """Also when the address has been in the database for long."""
    async with httpx.AsyncClient(transport=PublicOnly()) as client:
        with pytest.raises(ApplicationError, match="not in the public internet") as refusal:
            await client.get(inside)
    assert refusal.value.type == "request_refused"


async def test_a_name_is_looked_up_once_for_the_check_and_the_connection(
    inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a name that answers otherwise the second time has no second time; the server still sees the name."""
    port = int(inside.rpartition(":")[2])
    asked: list[str] = []

    async def answer(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    connected: list[str] = []
    connect = httpx.AsyncHTTPTransport.handle_async_request

    async def watched(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        connected.append(request.url.host)
        assert request.extensions["sni_hostname"] == "receiver.example"
        return await connect(self, request)

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", watched)
    async with httpx.AsyncClient(transport=PublicOnly(allow_private=True)) as client:
        with monkeypatch.context() as patched:
            patched.setattr(asyncio.get_running_loop(), "getaddrinfo", answer)
            assert (await client.get(f"http://receiver.example:{port}/")).text == f"receiver.example:{port}"
    assert (asked[0], connected) == ("receiver.example", ["127.0.0.1"])


async def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", answer)
    with pytest.raises(AddressRefused, match="not in the public internet"):
        await must_be_reachable("https://receiver.example/")


async def test_the_next_address_is_tried_where_nobody_listens(inside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    port = int(inside.rpartition(":")[2])

    async def answer(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("127.0.0.77", "127.0.0.1")]

    async with httpx.AsyncClient(transport=PublicOnly(allow_private=True)) as client:
        with monkeypatch.context() as patched:
            patched.setattr(asyncio.get_running_loop(), "getaddrinfo", answer)
            assert (await client.get(f"http://receiver.example:{port}/")).status_code == 200


def certified(name: str, directory: Path) -> ssl.SSLContext:
    """What a server of this name shows, by a certificate of its own in `cert.pem`."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (directory / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (directory / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "cert.pem", directory / "key.pem")
    return context


async def test_the_certificate_is_checked_by_the_name_though_the_connection_goes_to_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever answers at the address under another name gets no message."""

    async def thank(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nthanks")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(thank, "127.0.0.1", 0, ssl=certified("receiver.example", tmp_path))
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))

    async def answer(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    async with server, httpx.AsyncClient(transport=PublicOnly(allow_private=True)) as client:
        with monkeypatch.context() as patched:
            patched.setattr(asyncio.get_running_loop(), "getaddrinfo", answer)
            assert (await client.get(f"https://receiver.example:{port}/")).text == "thanks"
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await client.get(f"https://another.example:{port}/")


def test_nothing_else_opens_connections_of_its_own() -> None:
    """What fetches is HttpService, at addresses of the settings, or goes through PublicOnly: a new client of HTTP would
    have to say here whose addresses it calls. Twins are for tests and demonstrations."""
    opening = re.compile(r"httpx\.(?:AsyncClient|Client|get|post|request|stream)\(|urlopen\(|open_connection\(")
    root = Path(__file__).parents[3]
    sources = [path for layer in ("activities", "workflows", "domain") for path in (root / layer).rglob("*.py")]
    found = {path.relative_to(root).as_posix() for path in sources if opening.search(path.read_text())}

    assert {path for path in found if "/simulated/" not in path} == {"activities/connectors/http.py"}
    given = (root / "activities/connectors/receivers.py").read_text()
    assert "PublicOnly(allow_private=" in given, "the addresses of webhooks are what people give"
