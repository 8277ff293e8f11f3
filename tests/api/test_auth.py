"""Who gets in, and how far."""

import httpx
import pytest

from api.auth import ApiKeys
from tests.api.conftest import API_KEY, Bench


def test_a_key_has_the_name_it_was_given_under() -> None:
    keys = ApiKeys({"a": "first", "b": "second"})

    assert [keys.owner(key) for key in ("first", "second", "third", "", "firs", "\udce9")] == [
        "a",
        "b",
        None,
        None,
        None,
        None,
    ]


def test_keys_are_read_from_a_setting() -> None:
    keys = ApiKeys.parse(" a = one , b=two=2,")

    assert (keys.owner("one"), keys.owner("two=2")) == ("a", "b")
    assert ApiKeys.parse("").owner("") is None


@pytest.mark.parametrize("text", ["just-a-key", "=key", "name=", "a=secret-1,a=secret-2"])
def test_a_malformed_setting_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(ValueError, match="API key") as refused:
        ApiKeys.parse(text)
    assert "secret" not in str(refused.value)


def test_keys_are_not_kept_as_text() -> None:
    assert "first" not in repr(vars(ApiKeys({"a": "first"})))


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer wrong", "Basic dXNlcjpwYXNz", "bearer " + "x" * 5_000, b"Bearer \xff"]
)
async def test_without_valid_credentials_nothing_is_served(
    anonymous: httpx.AsyncClient, header: str | bytes | None
) -> None:
    value = header.encode() if isinstance(header, str) else header
    headers = [] if value is None else [(b"Authorization", value)]
    answer = await anonymous.get("/v1/campaigns", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] in ("not_authenticated", "link_invalid")


async def test_a_key_opens_the_api(bench: Bench) -> None:
    async with bench.client(API_KEY) as brand:
        assert (await brand.get("/v1/campaigns")).status_code == 200


async def test_a_token_that_was_altered_opens_nothing(bench: Bench) -> None:
    id_ = await bench.offered()
    token = bench.services.links.token(id_)
    async with bench.client(token[:-1] + ("A" if token[-1] != "A" else "B")) as creator:
        assert (await creator.get(f"/v1/collaborations/{id_}")).status_code == 401


async def test_a_token_of_a_collaboration_that_does_not_exist_opens_nothing(bench: Bench) -> None:
    async with bench.as_creator("0" * 32) as creator:
        assert (await creator.get(f"/v1/collaborations/{'0' * 32}")).status_code == 401


async def test_a_creator_reaches_their_own_collaboration_only(bench: Bench) -> None:
    """Somebody else's collaboration is as unknown as one that does not exist."""
    mine, other = await bench.offered(), await bench.offered("creator-2", 2)
    async with bench.as_creator(mine) as creator:
        own = await creator.get(f"/v1/collaborations/{mine}")
        others = await creator.get(f"/v1/collaborations/{other}")
        nobodys = await creator.get(f"/v1/collaborations/{'0' * 32}")

    assert own.status_code == 200
    assert others.status_code == nobodys.status_code == 404
    said = [{**answer.json(), "id": "", "detail": "", "request_id": ""} for answer in (others, nobodys)]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("offer/accept", {"version": 1}),
        ("offer/counter", {"version": 1, "fee": {"amount": 1, "currency": "USD"}}),
        ("offer/decline", {"version": 1}),
        ("contract/sign", {"typed_name": "A", "document": "0" * 64, "consent": True}),
        ("deliverables/1/draft", {"caption": "#ad"}),
        ("deliverables/1/published", {"url": "https://posts.example/1", "caption": "#ad"}),
        ("deliverables/1/metrics", {"likes": 1}),
    ],
)
async def test_a_creator_decides_nothing_in_somebody_elses_collaboration(
    bench: Bench, path: str, body: dict[str, object]
) -> None:
    mine, other = await bench.offered(), await bench.offered("creator-2", 2)
    async with bench.as_creator(mine) as creator:
        answer = await creator.post(f"/v1/collaborations/{other}/{path}", json=body)

    assert answer.status_code == 404
    assert await bench.services.log.head(f"collaboration/{other}") == 4


@pytest.mark.parametrize(
    "path",
    [
        "campaigns",
        "campaigns/tea",
        "campaigns/tea/events",
        "campaigns/tea/report",
        "campaigns/tea/shortlist",
        "campaigns/tea/collaborations",
        "tasks",
        "creators/creator-1",
    ],
)
async def test_a_creator_sees_nothing_of_the_brands(bench: Bench, path: str) -> None:
    async with bench.as_creator(await bench.offered()) as creator:
        answer = await creator.get(f"/v1/{path}")

    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("campaigns/tea/shortlist/approve", {}),
        ("campaigns/tea/shortlist/reject", {"reason": "no"}),
        ("campaigns/tea/cancel", {"reason": "no"}),
        ("campaigns/tea/close", {}),
        ("creators/import", {}),
        ("collaborations/{id}/verification/approve", {}),
        ("collaborations/{id}/verification/reject", {"reason": "no"}),
        ("collaborations/{id}/cancel", {"reason": "no"}),
        ("collaborations/{id}/deliverables/1/approve", {"version": 1}),
        ("collaborations/{id}/deliverables/1/request-changes", {"version": 1, "feedback": "no"}),
    ],
)
async def test_a_creator_does_nothing_that_is_the_brands(bench: Bench, path: str, body: dict[str, object]) -> None:
    id_ = await bench.offered()
    async with bench.as_creator(id_) as creator:
        answer = await creator.post("/v1/" + path.format(id=id_), json=body)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


async def test_decisions_are_recorded_under_pseudonyms(bench: Bench, brand: httpx.AsyncClient) -> None:
    """The brand by its key's name, a creator by the directory's id; never by the key or the token."""
    id_ = await bench.to_sign()
    signature = {"typed_name": "A", "document": (await brand.get(f"/v1/collaborations/{id_}")).json()["document"]}
    async with bench.as_creator(id_) as creator:
        for client in (brand, creator):
            await client.post(f"/v1/collaborations/{id_}/contract/sign", json={**signature, "consent": True})

    signers = [event.metadata.actor for event in await bench.services.log.read(f"collaboration/{id_}", 6)]
    assert [(actor.role, actor.id) for actor in signers][:2] == [("brand", "manager"), ("creator", "creator-1")]
