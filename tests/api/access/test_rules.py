"""The table of who may do what: complete, without leftovers, and true of every route for every role."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from activities.store.access_keys import Wanted
from api.access.principal import BRAND_ROLES, AccessRole
from api.access.rates import Rate
from api.access.rules import DECISIONS, RULES, TABLE, Door, as_markdown, calls_of, rule_for
from tests.api.conftest import Bench
from workflows.campaign import ACCEPTS as OF_CAMPAIGNS
from workflows.collaboration import ACCEPTS as OF_COLLABORATIONS
from workflows.rights import ACCEPTS as OF_RIGHTS

DOCS = Path(__file__).parents[3] / "docs" / "access.md"
REFUSED = {401, 403}
UNHURRIED = Rate(per_second=1_000, burst=10_000)
NOT_SAFE_TO_TRY = {"GET /v1/campaigns/{campaign_id}/events": "a stream that does not end, if asked for as one"}


def _calls(app: FastAPI) -> list[str]:
    return [call for call in calls_of(app.routes) if call != "MOUNT /static-offline-docs"]


def test_every_route_has_a_rule(bench: Bench) -> None:
    """A new route is closed until somebody says in api/access/rules.py for whom it is."""
    missing = [call for call in _calls(bench.app) if call not in RULES]
    assert missing == [], (
        f"no rule for {', '.join(missing)}: add a line for each to TABLE in api/access/rules.py, and print the table "
        "anew: groundswell access rules"
    )


def test_every_rule_has_a_route(bench: Bench) -> None:
    """A rule goes with its route, so that no later route of that name is open by accident."""
    assert [call for call in RULES if call not in _calls(bench.app)] == []


def test_no_call_has_two_rules() -> None:
    assert sum(len(rules) for rules in TABLE.values()) == len(RULES)


def test_the_table_is_in_the_docs() -> None:
    """docs/access.md has what `groundswell access rules` prints."""
    assert as_markdown() in DOCS.read_text()


def test_decisions_about_money_have_rules_of_their_own() -> None:
    """What has none is for whoever runs campaigns; each of these commands exists."""
    assert set(DECISIONS) <= {*OF_CAMPAIGNS, *OF_COLLABORATIONS, *OF_RIGHTS}
    assert {"ApproveShortlist", "AcceptOffer", "CounterOffer", "SignContract"} <= {
        name for name, rule in DECISIONS.items() if rule.spends
    }


def test_a_route_without_a_rule_is_closed() -> None:
    assert rule_for("GET", "/v1/nowhere") is None
    assert rule_for("HEAD", "/healthz") is rule_for("GET", "/healthz")


@pytest.mark.parametrize("role", AccessRole)
async def test_every_role_may_call_exactly_what_the_table_says(bench: Bench, role: AccessRole) -> None:
    """Over HTTP, every route: what the table allows is not refused, all else is, and the refusal names who may."""
    collaboration = await bench.offered()
    token = bench.services.links.token(collaboration)
    if role in BRAND_ROLES:
        token = await key_of(bench, role)
    wrong: list[str] = []
    async with bench.client(token) as client:
        for call, rule in RULES.items():
            if rule.door is not None or call in NOT_SAFE_TO_TRY:
                continue
            answer = await _try(client, call, collaboration)
            refused = answer.status_code in REFUSED
            if refused == rule.allows(role):
                wrong.append(f"{role} {call}: {answer.status_code}")
            if refused and " /console" not in call:  # whose refusals are pages
                assert (answer.headers["Content-Type"], answer.json()["code"]) == (
                    "application/problem+json",
                    "not_permitted",
                )
                assert AccessRole.OWNER.value in answer.json()["needed"]
    assert wrong == []


async def test_nobody_gets_in_without_credentials(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """Every route that is for roles answers 401 to a stranger, or leads them to where they can sign in; what an
    operator's key opens, too."""
    bench.services.desk.per_stranger.rate = UNHURRIED
    wrong = []
    for call, rule in RULES.items():
        if rule.door in (None, Door.OPERATOR):
            answer = await _try(anonymous, call, "c0ffee")
            led_away = " /console" in call and answer.headers.get("Location", "").startswith("/console/sign-in")
            if answer.status_code != 401 and not led_away:
                wrong.append(f"{call}: {answer.status_code}")
    assert wrong == []


async def key_of(bench: Bench, role: AccessRole) -> str:
    """The text of a new key with this role."""
    wanted = Wanted(name="of a test", role=role)
    _, text = await bench.services.desk.keys.create("default", wanted, by="test", command_id=f"key of {role}")
    assert text is not None
    return text


async def _try(client: httpx.AsyncClient, call: str, collaboration: str) -> httpx.Response:
    method, _, path = call.partition(" ")
    places = {"collaboration_id": collaboration, "number": "1", "stage": "negotiation", "form": "csv", "name": "none"}
    for part in path.split("/"):
        if "{" in part:
            name = part[part.index("{") + 1 : part.index("}")]
            path = path.replace(f"{{{name}}}", places.get(name, "none"))
    return await client.request(method, path)
