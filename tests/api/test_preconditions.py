"""Reading again only what has changed, and changing only what one has read."""

import httpx
import pytest
from starlette.requests import Request

from api.preconditions import Precondition, PreconditionFailed, edition_of, is_current, tag_of, with_etag
from api.views import collaboration_events, collaboration_view
from tests.api.conftest import Bench
from tests.domain.given import a_profile

DECIDED = {"url": "https://x.example", "types": ("OfferMade",), "enabled": True}
TAG = tag_of(b"as shown", edition_of(DECIDED))


def _asking(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw})


@pytest.mark.parametrize(
    ("given", "current"),
    [('"a"', True), ('W/"a"', True), ('"b", "a"', True), ("*", True), ('"b"', False), ("a", False), ("", False)],
)
def test_an_etag_is_found_among_those_that_the_caller_has(given: str, current: bool) -> None:
    assert is_current(_asking(if_none_match=given), '"a"') is current


async def test_a_tag_begins_with_the_version_and_changes_with_the_view(bench: Bench) -> None:
    events = await collaboration_events(bench.services.log, await bench.offered())
    view, before = collaboration_view(events), collaboration_view(events[:-1])
    tags = [with_etag(_asking(), each, 4).headers["ETag"] for each in (view, view, before)]

    assert tags[0] == tags[1] != tags[2]
    assert all(tag.startswith('"4-') for tag in tags)


@pytest.mark.parametrize("given", [None, "*", TAG, f'"other", {TAG}', tag_of(b"shown later", edition_of(DECIDED))])
def test_what_was_read_may_be_changed_whatever_goes_on_there_by_itself(given: str | None) -> None:
    """If-Match goes by what people have decided; without it, or with `*`, nothing is asked."""
    Precondition(given).must_hold("The webhook", DECIDED)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (tag_of(b"", edition_of({**DECIDED, "types": None, "enabled": False})), "changed since: types, enabled"),
        (f"W/{TAG}", "none of this resource's"),
        ('"7-0011"', "none of this resource's"),
        ("nonsense", "none of this resource's"),
        ("", "none of this resource's"),
    ],
)
def test_what_somebody_has_changed_since_is_named(given: str, why: str) -> None:
    """A weak tag matches nothing, as RFC 9110 has it; nor does one of something else."""
    with pytest.raises(PreconditionFailed, match=why):
        Precondition(given or '""').must_hold("The webhook", DECIDED)


@pytest.mark.parametrize(("given", "why"), [('"6-0a"', "read at version 6, now at version 7"), ('"x-0a"', "none of")])
def test_a_stream_goes_by_its_version(given: str, why: str) -> None:
    Precondition('"7-ffff"').must_be_version("The campaign", 7)
    with pytest.raises(PreconditionFailed, match=why):
        Precondition(given).must_be_version("The campaign", 7)


async def test_a_decision_on_another_version_than_was_read_is_not_taken(bench: Bench, brand: httpx.AsyncClient) -> None:
    """And one that was taken is answered as it was, however often it is sent under its key."""
    path = f"/v1/collaborations/{await bench.opened()}"
    read = (await brand.get(path)).headers["ETag"]
    decision = {"If-Match": read, "Idempotency-Key": "approve"}
    first, again = [await brand.post(f"{path}/verification/approve", json={}, headers=decision) for _ in range(2)]
    late = await brand.post(f"{path}/cancel", json={"reason": "No."}, headers={"If-Match": read})
    now = (await brand.get(path)).headers["ETag"]
    cancelled = await brand.post(f"{path}/cancel", json={"reason": "No."}, headers={"If-Match": now})

    assert (first.status_code, again.json()) == (200, first.json())
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert f"read at version {read[1:].split('-')[0]}, now at version" in late.json()["detail"]
    assert cancelled.status_code == 200


LIMIT = {"amount": 500, "currency": "USD"}


@pytest.fixture
async def edited(bench: Bench, brand: httpx.AsyncClient) -> dict[str, tuple[str, dict[str, object], str]]:
    """What people edit: its path, a change, and the field that is changed by it; and by which method."""
    member = await brand.post("/v1/members", json={"address": "robin@brand.example", "role": "ops"})
    webhook = await brand.post("/v1/webhooks", json={"url": "https://1.1.1.1/hook"})
    [creator] = await bench.services.creators.upsert("default", [a_profile()])
    return {
        "PATCH member": (f"/v1/members/{member.json()['id']}", {"role": "approver", "limit": LIMIT}, "role, limit"),
        "PATCH webhook": (f"/v1/webhooks/{webhook.json()['id']}", {"enabled": False}, "enabled"),
        "PUT account": (f"/v1/creators/{creator.id}/payout-account", {"account": "acct_1Maya"}, "account"),
    }


@pytest.mark.parametrize("what", ["PATCH member", "PATCH webhook", "PUT account"])
async def test_the_second_of_two_people_who_edit_the_same_is_told_what_the_first_has_changed(
    brand: httpx.AsyncClient, edited: dict[str, tuple[str, dict[str, object], str]], what: str
) -> None:
    """And does it on what is there now, which the first one's answer has the ETag of, too."""
    (path, change, fields), method = edited[what], what.partition(" ")[0]
    read = (await brand.get(path)).headers["ETag"]
    assert (await brand.get(path, headers={"If-None-Match": read})).status_code == 304
    first = await brand.request(method, path, json=change, headers={"If-Match": read})
    second = await brand.request(method, path, json=change, headers={"If-Match": read})
    third = await brand.request(method, path, json=change, headers={"If-Match": first.headers["ETag"]})

    assert (first.status_code, third.status_code) == (200, 200)
    assert (second.status_code, second.headers["Content-Type"]) == (412, "application/problem+json")
    assert f"changed since: {fields}." in second.json()["detail"]
    assert (await brand.get(path, headers={"If-None-Match": read})).status_code == 200


async def test_nothing_is_removed_that_was_changed_since_it_was_read(
    brand: httpx.AsyncClient, edited: dict[str, tuple[str, dict[str, object], str]]
) -> None:
    for path, change, _ in (edited["PATCH member"], edited["PATCH webhook"]):
        read = (await brand.get(path)).headers["ETag"]
        changed = await brand.patch(path, json=change)
        assert (await brand.delete(path, headers={"If-Match": read})).status_code == 412
        assert (await brand.delete(path, headers={"If-Match": changed.headers["ETag"]})).status_code == 204


async def test_a_key_is_read_by_itself_and_revoked_once_by_its_tag(brand: httpx.AsyncClient) -> None:
    made = (await brand.post("/v1/keys", json={"name": "shop", "role": "ops"})).json()
    path = f"/v1/keys/{made['id']}"
    read = await brand.get(path)
    revoked, late = [await brand.delete(path, headers={"If-Match": read.headers["ETag"]}) for _ in range(2)]

    assert read.json() == {name: value for name, value in made.items() if name != "key"}
    assert (revoked.status_code, late.status_code) == (200, 412)
    assert "changed since: revoked_at" in late.json()["detail"]
    assert (await brand.get("/v1/keys/nobodys")).status_code == 404


async def test_lists_of_what_people_edit_are_read_again_only_when_they_have_changed(brand: httpx.AsyncClient) -> None:
    for path, new in (
        ("/v1/members", {"address": "a@b.example", "role": "ops"}),
        ("/v1/keys", {"name": "x", "role": "ops"}),
    ):
        tag = (await brand.get(path)).headers["ETag"]
        assert (await brand.get(path, headers={"If-None-Match": tag})).status_code == 304
        await brand.post(path, json=new)
        assert (await brand.get(path, headers={"If-None-Match": tag})).status_code == 200


def test_every_edit_and_every_decision_takes_if_match_and_says_what_412_means(bench: Bench) -> None:
    """What begins something, uploads it or tells of it has nothing that could have been read before."""
    without = set()
    for item in bench.app.openapi()["paths"].values():
        for method in {"post", "put", "patch", "delete"} & set(item):
            operation = item[method]
            if "If-Match" in {parameter["name"] for parameter in operation["parameters"]}:
                assert (
                    "ETag" in operation["responses"]["412"]["content"]["application/problem+json"]["example"]["detail"]
                )
            else:
                without.add(operation["operationId"])

    assert without == {
        *("start_campaign", "renew_campaign", "simulate_brief", "import_creators", "audit_audience", "erase_creator"),
        *(
            "discover_creators",
            "upload_proof",
            "upload_draft_file",
            "take_decisions",
            "place_order",
            "refund_order",
            "settle_late_reversal",
        ),
        *("create_webhook", "replay_webhook", "try_webhook", "create_key", "add_member", "forget_account"),
    }
