"""The documentation speaks of what exists: links, commands, routes, settings, events, figures."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, get_args

import pytest
import typer
from pydantic import TypeAdapter
from starlette.routing import Match, Route

from api.access.rates import PER_KEY, PER_STRANGER
from api.app import ROUTERS, openapi_document
from api.cli import app
from api.deprecation import DEPRECATED, NOTICE
from api.errors import STATUS
from api.middleware import BODY_LIMIT, MEBIBYTE, ROSTER_LIMIT
from domain import campaign, collaboration, discovery, goal_setting, rights
from domain.brief import Brief, Policies
from domain.campaign import CampaignDecider
from domain.deadlines import DeadlinePolicy
from domain.decider import Command, Context, Event
from domain.durations import BusinessTime, Duration, business_days
from domain.goal_setting import StartCampaign
from domain.notices import Template
from workflows.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)

DURATION: TypeAdapter[timedelta | BusinessTime] = TypeAdapter(Duration)

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return FENCE.sub("", page.read_text())


def blocks(page: Path, *languages: str) -> list[str]:
    """The blocks of code in these languages."""
    return [found["body"] for found in FENCE.finditer(page.read_text()) if found["language"] in languages]


def code(page: Path) -> list[str]:
    """Everything that is set as code: in a line, or as a block."""
    return [*re.findall(r"`([^`\n]+)`", prose(page)), *(found["body"] for found in FENCE.finditer(page.read_text()))]


def anchors(page: Path) -> set[str]:
    """The fragments that lead to the headings of a page, made as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def table(page: Path, first_heading: str) -> Iterator[list[str]]:
    """The rows of the table whose first column has this heading, without the backquotes."""
    lines = page.read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first_heading} |"))
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            return
        yield [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]


@cache
def commands() -> dict[str, type[Command]]:
    """Every command of the domain by name."""
    found: dict[str, type[Command]] = {}
    waiting: list[object] = [
        campaign.CampaignCommand,
        collaboration.CollaborationCommand,
        discovery.DiscoveryCommand,
        rights.RightsCommand,
    ]
    while waiting:
        one = waiting.pop()
        if isinstance(one, UnionType):
            waiting.extend(get_args(one))
        elif isinstance(one, type) and issubclass(one, Command):
            found[one.__name__] = one
    return found


def events() -> set[str]:
    """The name of every event of the domain."""
    return {*campaign.EVENTS.names, *collaboration.EVENTS.names, *rights.EVENTS.names}


def program() -> dict[str, Any]:
    """The commands of `groundswell`."""
    return dict(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # the program is a group


@pages
def test_links_lead_somewhere(page: Path) -> None:
    """A relative link names a file that exists, and a heading that it has."""
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, fragment = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        assert not fragment or fragment in anchors(linked), target


@pages
def test_commands_named_in_the_documentation_exist(page: Path) -> None:
    """Whoever types what a page says finds the command there, with that option."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for snippet in code(page):
        assert set(re.findall(r"(?<![\w-])make ([a-z][a-z-]*)", snippet)) <= targets, snippet
        for name, rest in re.findall(r"(?<![\w/-])groundswell ([a-z]+)([^\n&|]*)", snippet):
            assert name in program(), snippet
            command = program()[name]
            if isinstance(command, typer.core.TyperGroup):
                part = re.match(r" ([a-z-]+)", rest)
                if part is None:  # the group itself is meant
                    continue
                assert part[1] in command.commands, snippet
                command = command.commands[part[1]]
            options = {option for parameter in command.params for option in parameter.opts}
            assert set(re.findall(r" (--[a-z-]+)", rest.partition("#")[0])) <= options, snippet


@pages
def test_files_named_in_the_documentation_exist(page: Path) -> None:
    """A path in backquotes leads to a file or directory of this tree."""
    named = re.findall(r"`((?:api|workflows|activities|domain|tests|docs|docker)/[\w./-]*|\.ci/run)`", prose(page))
    missing = [path for path in named if not (ROOT / path).exists()]
    assert missing == []


def test_every_event_and_command_is_explained() -> None:
    """The page on the domain names every command and every event, and none that does not exist."""
    page = ROOT / "docs" / "domain.md"
    named = {name for snippet in code(page) for name in re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b", snippet)}
    assert events() | set(commands()) <= named
    configuration = {"CamelCase", "NegotiationPolicy", "RankingPolicy", "CheckPolicy", "CampaignCalendar"}
    assert named - configuration <= events() | set(commands())
    assert all(issubclass(event, Event) for event in get_args(collaboration.CollaborationEvent))


def test_the_table_of_deadlines_says_what_policies_are() -> None:
    """Who has how long, and what silence means, as a brief has it that says nothing else."""
    policies = Policies()
    rows = list(table(ROOT / "docs" / "domain.md", "task"))
    deadlines = {name for name in Policies.model_fields if isinstance(getattr(policies, name), DeadlinePolicy)}
    assert {row[1] for row in rows} == deadlines
    for _, name, _, within, remind, on_expiry, _ in rows:
        policy = getattr(policies, name)
        assert policy.within == DURATION.validate_python(within), name
        assert policy.remind_before == (DURATION.validate_python(remind),), name
        assert policy.on_expiry == on_expiry, name
        assert policy.extend_by == (timedelta(hours=24) if name == "offer" else business_days(1)), name
    prose = (ROOT / "docs" / "domain.md").read_text()
    assert f"`resume_at_least` ({policies.resume_at_least})" in prose
    assert f"`final_review_within` ({policies.final_review_within})" in prose


def test_every_mail_is_listed() -> None:
    """The page on the domain says of each mail when it goes out, and to whom."""
    listed = {name.strip() for row in table(ROOT / "docs" / "domain.md", "mail") for name in row[0].split(",")}
    assert listed == set(Template)


def test_every_setting_is_explained() -> None:
    """The runbook has each variable that a process reads, with its default where there is one."""
    rows = {
        name.strip(): default
        for names, defaults, _ in table(ROOT / "docs" / "operations.md", "variable")
        for name, default in zip(names.split(","), defaults.split(",") * 2, strict=False)
    }
    for field, info in Settings.model_fields.items():
        name = "DATABASE_URL" if field == "database_url" else f"GROUNDSWELL_{field.upper()}"
        assert name in rows, name
        assert (rows[name] == "required") == info.is_required(), name
        if isinstance(info.default, int | float) and not isinstance(info.default, bool):
            assert rows[name].strip() == str(info.default)


def test_calls_in_the_tour_are_routes() -> None:
    """Every address that the tour sends something to is one that the API has, with that method."""
    page = ROOT / "docs" / "api.md"
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, Route)]
    calls = list(_calls("\n".join(blocks(page, "sh"))))
    assert len(calls) > 15
    for method, path in calls:
        scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
        assert any(route.matches(scope)[0] is Match.FULL for route in routes), f"{method} {path}"


def _calls(script: str) -> Iterator[tuple[str, str]]:
    """Method and path of each curl, with the shell's variables filled in."""
    variables = dict(re.findall(r"^([A-Z]+)=(\S+)", script, re.MULTILINE)) | {
        "API": "",
        "CAMPAIGN": "1",
        "COLLABORATION": "2",
    }
    for command in re.findall(r"\bcurl (.+)", script.replace("\\\n", " ")):
        address = next(word for word in command.split() if word.strip('"').startswith(("$API", "$WORK")))
        path = address.strip('"').partition("?")[0]
        while "$" in path:
            path = re.sub(r"\$([A-Z]+)", lambda found: variables[found[1]], path)
        method = re.search(r"-X ([A-Z]+) ", command)
        yield method[1] if method else "POST" if re.search(r" (?:-d|--data-binary) ", command) else "GET", path


def test_what_is_said_of_all_calls_is_so() -> None:
    """Limits of rate and of bodies, the notice of a deprecation, filters that exist, statuses that refusals have."""
    page = (ROOT / "docs" / "api.md").read_text()
    assert f"has {PER_KEY.burst:,} requests at once and {PER_KEY.per_second:.0f} a second after that" in page
    assert f"without credentials {PER_STRANGER.burst} and\n{PER_STRANGER.per_second:.0f}." in page
    assert f"({BODY_LIMIT // MEBIBYTE} MiB; rosters {ROSTER_LIMIT // MEBIBYTE} MiB" in page
    assert f"at least {NOTICE.days} days" in page
    assert "At the moment nothing is deprecated." in page if not DEPRECATED else "nothing is deprecated" not in page
    listed = {int(status) for row in table(ROOT / "docs" / "api.md", "status") for status in row[0].split(", ")}
    assert listed == {status for status in STATUS.values() if status < 500} | {422, 503}
    paths = openapi_document()["paths"]
    for path, query in re.findall(r'"\$API(/v1/[^"?]+)\?([^"]+)"', page):
        template = path.replace("$CAMPAIGN", "{campaign_id}")
        known = {each["name"] for item in paths[template].values() for each in item["parameters"]}
        assert {pair.partition("=")[0] for pair in query.split("&")} <= known, path


def test_the_tour_s_brief_works() -> None:
    """Whoever copies the brief of the tour gets a campaign."""
    (text,) = blocks(ROOT / "docs" / "api.md", "json")
    command = StartCampaign(campaign_id="tour", brief=Brief.model_validate(json.loads(text)))
    context = Context(at=datetime(2026, 11, 1, tzinfo=UTC), command_id="tour")
    (started,) = CampaignDecider().decide(command, CampaignDecider.initial, context)
    assert isinstance(started, goal_setting.CampaignStarted)


def test_every_decision_record_is_listed_and_complete() -> None:
    """Records are numbered without gaps, listed under their titles, and each gives context, decision, consequences."""
    directory = ROOT / "docs" / "decisions"
    listed = {row[0]: row[1] for row in table(directory / "README.md", "no.")}
    records = sorted(directory.glob("[0-9]*.md"))
    for number, record in enumerate(records, start=1):
        text = record.read_text()
        title = re.match(r"# (\d{4})\. (.+)", text)
        assert title is not None
        assert int(title[1]) == number == int(record.name[:4])
        assert listed.pop(f"[{title[1]}]({record.name})") == title[2].replace("`", "")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert listed == {}
