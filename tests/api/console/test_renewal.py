"""The next campaign as a form: what is different and why, to be edited and started like any other."""

import html
import re
from datetime import UTC, datetime

import httpx

from tests.api.conftest import Bench
from tests.api.test_renewal import over


async def test_the_proposal_is_a_form_that_can_be_started(bench: Bench, console: httpx.AsyncClient) -> None:
    """What it has no field for, such as who is preferred, goes along."""
    creator_id = await over(bench)
    assert "/console/campaigns/tea/renew" in (await console.get("/console/campaigns/tea/overview")).text
    page = (await console.get("/console/campaigns/tea/renew")).text
    assert "1 of 1 creators with an offer came to an agreement" in page
    basis = re.search(r'name="basis" value="([^"]+)"', page)
    assert basis is not None
    form = dict(re.findall(r'<input id="([\w.]+)" name="\1"[^>]* value="([^"]+)"', page))
    for name, options in re.findall(r'<select id="([\w.]+)"[^>]*>(.*?)</select>', page):
        chosen = re.search(r'value="([^"]*)" selected', options)
        form[name] = chosen[1] if chosen else ""
    sent = {name: html.unescape(value) for name, value in form.items()} | {"basis": html.unescape(basis[1])}
    bench.engine.now = datetime.now(UTC)
    answer = await console.post("/console/start", data={**sent, "creators_wanted": "5"})
    assert answer.status_code == 303, answer.text
    started = (await console.get(f"{answer.headers['location']}/overview")).text
    assert "5 creators wanted" in started
    assert 'href="/console/campaigns/tea">the campaign before' in started
    assert creator_id in sent["basis"]


async def test_only_what_is_over_goes_on(bench: Bench, console: httpx.AsyncClient) -> None:
    await bench.started()
    assert (await console.get("/console/campaigns/tea/renew")).status_code == 409
    assert "/renew" not in (await console.get("/console/campaigns/tea/overview")).text
    assert (await console.get("/console/campaigns/none/renew")).status_code == 404
