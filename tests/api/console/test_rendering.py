"""What every page has around it, and what a refusal looks like."""

import re

import httpx
import pytest

from api.console.rendering import HOME, environment, key_of, local_path
from domain.errors import NotFound
from tests.api.conftest import Bench
from tests.api.console.conftest import PART


async def test_a_page_loads_and_runs_nothing_that_is_not_ours(console: httpx.AsyncClient) -> None:
    answer = await console.get("/console/inbox")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "private, no-store"


def test_no_template_has_a_script_or_a_style_of_its_own() -> None:
    """The policy would not let them run; this says so before a browser does."""
    for name in environment().list_templates():
        source, _, _ = environment().loader.get_source(environment(), name)  # type: ignore[union-attr]  # there is one
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son[a-z]+=", source), name


async def test_an_outage_is_told_on_the_page_and_leaves_what_is_shown(bench: Bench, console: httpx.AsyncClient) -> None:
    await bench.services.pool.close()
    answer = await console.get("/console/campaigns")
    assert answer.status_code == 503
    assert "nothing is lost" in answer.text
    assert answer.headers["retry-after"]
    part = await console.get("/console/campaigns", headers=PART)
    assert part.headers["hx-reswap"] == "none"


async def test_what_is_not_well_formed_is_told_by_field(bench: Bench, console: httpx.AsyncClient) -> None:
    await bench.started()
    answer = await console.get("/console/campaigns/tea/overview", params={"as_of": "yesterday"})
    assert answer.status_code == 422
    assert "as_of: must be a version such as 3" in answer.text


def test_a_form_keeps_its_key_unless_it_is_the_engine_s() -> None:
    assert key_of({"key": "abc"}) == "abc"
    for bad in ("engine/1", "x" * 500, "ü"):
        assert key_of({"key": bad}) != bad


@pytest.mark.parametrize("where", ["", "//evil.example", "https://evil.example", "javascript:alert(1)", "/v1/x"])
def test_only_pages_of_the_console_are_gone_back_to(where: str) -> None:
    assert local_path(where) == HOME
    assert local_path("/console/campaigns/a?b=c") == "/console/campaigns/a?b=c"


async def test_an_unknown_campaign_is_told_so(console: httpx.AsyncClient) -> None:
    answer = await console.get("/console/campaigns/none")
    assert (answer.status_code, str(NotFound(kind="campaign", id="none")) in answer.text) == (404, True)
