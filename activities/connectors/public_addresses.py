"""Requests to addresses that people give: they must not lead to what only we can reach (SSRF).

A name is resolved here, every address that it has is looked at, and the connection goes to one of exactly these: a name
that answers otherwise the second time (DNS rebinding) leads nowhere else. TLS still checks the certificate by the name.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence

import httpx

from activities.failures import OutsideFailure, outside_failure
from domain.errors import Refused

LONGEST = 2_000
"""Characters of an address."""
RESOLVE_WITHIN = 5.0
"""Seconds that the name service has."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_METADATA = frozenset({ipaddress.ip_address("168.63.129.16")})
"""Services of the cloud's own at addresses that look public: Azure's. All others are link-local or private."""


_WITHIN = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20", "fec0::/10")))
"""What some releases of Python take for anybody's: protocols' own addresses, relays, documentation, and what was once
for a site (RFC 6890, 7526, 9637, 3879)."""


class AddressRefused(Refused):
    """Nothing is sent to this address: {why}."""


def is_public(written: str) -> bool:
    """Whether an IP address is anybody's in the public internet, looking through IPv6's ways to write an IPv4 one."""
    address: Address = ipaddress.ip_address(written.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            address = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        elif address.teredo is not None:
            return False
        else:
            address = address.ipv4_mapped or address.sixtofour or address
    if address in _METADATA or any(address in network for network in _WITHIN if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def well_formed(url: str, *, allow_private: bool = False) -> httpx.URL:
    """The address, if it is https (http as well where private addresses are allowed), has a host and no user.

    Raises:
        AddressRefused: it is not so.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise AddressRefused(why="it is no URL") from None
    if len(url) > LONGEST:
        raise AddressRefused(why=f"it is longer than {LONGEST:,} characters")
    if parsed.scheme != "https" and not (allow_private and parsed.scheme == "http"):
        raise AddressRefused(why="it must begin with https://")
    if not parsed.host:
        raise AddressRefused(why="it has no host")
    if parsed.userinfo or parsed.fragment:
        raise AddressRefused(why="it must have neither a user or password before the host nor a part after #")
    return parsed


async def resolved(url: httpx.URL, *, allow_private: bool = False) -> Sequence[str]:
    """The IP addresses of the URL's host, all of them public unless private ones are allowed.

    Raises:
        AddressRefused: one of them is not.
        OSError, TimeoutError: the name service does not know the host, or does not answer.
    """
    port = url.port or (443 if url.scheme == "https" else 80)
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(RESOLVE_WITHIN):
        found = await loop.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(where[0]) for *_, where in found))
    if not allow_private and not all(is_public(address) for address in addresses):
        raise AddressRefused(why="its host is not in the public internet")
    return addresses


async def must_be_reachable(url: str, *, allow_private: bool = False) -> None:
    """Refuses an address to which nothing would be sent, as soon as somebody gives it.

    Raises:
        AddressRefused: it is malformed, not public, or the name service does not know its host now.
    """
    try:
        await resolved(well_formed(url, allow_private=allow_private), allow_private=allow_private)
    except (OSError, UnicodeError):  # TimeoutError is an OSError
        raise AddressRefused(why="the name service does not know its host") from None


class PublicOnly(httpx.AsyncBaseTransport):
    """Sends to the addresses that it has looked at itself, and neither through proxies nor after redirects."""

    def __init__(self, *, allow_private: bool = False) -> None:
        self._allow_private = allow_private
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.AsyncBaseTransport`.

        Raises:
            ApplicationError: `request_refused`, of an address that is not public.
            httpx.ConnectError: there is no such host, or nobody at any of its addresses.
        """
        host = request.url.host
        try:
            addresses = await resolved(request.url, allow_private=self._allow_private)
        except AddressRefused as refused:
            raise outside_failure(OutsideFailure.REFUSED, "the receiver", str(refused.facts["why"])) from None
        except (OSError, UnicodeError):
            raise httpx.ConnectError("the name service does not know the host") from None
        for address in addresses[:-1]:
            try:
                return await self._inner.handle_async_request(_pinned(request, host, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._inner.handle_async_request(_pinned(request, host, addresses[-1]))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def _pinned(request: httpx.Request, host: str, address: str) -> httpx.Request:
    """The request to this very address; the name stays in the Host header, and is what TLS asks the other side for."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )
