"""Which decisions somebody may take wherever they take them, up to how much money, and with which link."""

import hashlib
from typing import Any

import pytest

from activities.store.pool import Pool
from api.access.principal import AccessRole
from domain.money import Money
from tests.api.access.conftest import FrontDoor
from tests.api.conftest import API_KEY, CONTRACT

DOCUMENT = hashlib.sha256(CONTRACT).hexdigest()
SIGNATURE: dict[str, Any] = {"typed_name": "Ines", "document": DOCUMENT, "consent": True}


@pytest.mark.parametrize(
    ("limit", "status", "code"),
    [(10_000_000, 200, None), (1, 403, "above_spend_limit"), (None, 200, None)],
)
async def test_a_contract_is_signed_up_to_the_signers_limit(
    door: FrontDoor, limit: int | None, status: int, code: str | None
) -> None:
    """The refusal names amount and limit, and nothing is recorded."""
    id_ = await door.to_sign()
    role = AccessRole.LEGAL if limit is None else AccessRole.APPROVER
    key = await door.key(role, limit=None if limit is None else Money(amount=limit, currency="USD"))
    before = await door.services.log.head(f"collaboration/{id_}")
    async with door.client(key) as signer:
        answer = await signer.post(f"/v1/collaborations/{id_}/contract/sign", json=SIGNATURE)

    assert (answer.status_code, answer.json().get("code")) == (status, code)
    if code:
        assert answer.json()["limit"] == "1" or answer.json()["limit"] == 1
        assert await door.services.log.head(f"collaboration/{id_}") == before


async def test_a_limit_in_another_currency_covers_nothing(door: FrontDoor) -> None:
    """What an amount is worth in another currency is nobody's to guess."""
    id_ = await door.to_sign()
    key = await door.key(AccessRole.APPROVER, limit=Money(amount=10_000_000, currency="JPY"))
    async with door.client(key) as signer:
        answer = await signer.post(f"/v1/collaborations/{id_}/contract/sign", json=SIGNATURE)
    assert (answer.status_code, answer.json()["code"]) == (403, "above_spend_limit")


async def test_a_shortlist_is_approved_up_to_the_whole_budget(door: FrontDoor) -> None:
    """To approve it is to let the campaign spend."""
    await door.shortlisted()
    statuses = []
    for amount in (1, 10**11):
        key = await door.key(AccessRole.APPROVER, limit=Money(amount=amount, currency="USD"))
        async with door.client(key) as approver:
            statuses.append((await approver.post("/v1/campaigns/tea/shortlist/approve", json={})).status_code)
    assert statuses == [403, 200]


async def test_a_link_for_signing_signs_once(door: FrontDoor) -> None:
    """The same request again is answered as before; another one is told that the link was used, and changes nothing."""
    id_ = await door.to_sign()
    path = f"/v1/collaborations/{id_}/contract/sign"
    async with door.client(door.services.links.token(id_, "sign_contract")) as creator:
        first = await creator.post(path, json=SIGNATURE, headers={"Idempotency-Key": "one"})
        again = await creator.post(path, json=SIGNATURE, headers={"Idempotency-Key": "one"})
        head = await door.services.log.head(f"collaboration/{id_}")
        another = await creator.post(path, json=SIGNATURE, headers={"Idempotency-Key": "two"})
        still = await creator.get(f"/v1/collaborations/{id_}")

    assert (first.status_code, again.json()) == (200, first.json())
    assert (another.status_code, another.json()["code"]) == (401, "link_used")
    assert "does not sign again" in another.json()["detail"]
    assert still.status_code == 200, "to look is allowed"
    assert await door.services.log.head(f"collaboration/{id_}") == head


async def test_a_signature_that_was_refused_does_not_use_up_the_link(door: FrontDoor) -> None:
    id_ = await door.to_sign()
    path = f"/v1/collaborations/{id_}/contract/sign"
    async with door.client(door.services.links.token(id_, "sign_contract")) as creator:
        refused = await creator.post(path, json={**SIGNATURE, "document": "0" * 64})
        taken = await creator.post(path, json=SIGNATURE)
    assert (refused.status_code, taken.status_code) == (409, 200)


@pytest.mark.parametrize(
    ("step", "path", "status"),
    [
        ("answer_offer", "offer/decline", 200),
        ("sign_contract", "offer/decline", 403),
        ("submit_draft", "offer/decline", 403),
        ("look", "offer/accept", 403),
        (None, "offer/decline", 200),
    ],
)
async def test_a_link_is_for_the_step_that_its_mail_asked_for(
    door: FrontDoor, step: str | None, path: str, status: int
) -> None:
    id_ = await door.offered()
    async with door.client(door.services.links.token(id_, step)) as creator:
        answer = await creator.post(f"/v1/collaborations/{id_}/{path}", json={"version": 1})
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "not_this_link"


async def test_more_time_may_be_asked_for_with_any_link(door: FrontDoor) -> None:
    id_ = await door.offered()
    async with door.client(door.services.links.token(id_, "sign_contract")) as creator:
        answer = await creator.post(f"/v1/collaborations/{id_}/extend", json={"task": "answer_offer"})
    assert answer.status_code == 200


async def test_drafts_go_with_a_link_that_binds_nobody(door: FrontDoor) -> None:
    id_ = await door.signed()
    statuses = []
    for step in ("sign_contract", "submit_draft"):
        async with door.client(door.services.links.token(id_, step)) as creator:
            path = f"/v1/collaborations/{id_}/deliverables/1/draft"
            statuses.append((await creator.post(path, json={"caption": "#ad tea"})).status_code)
    assert statuses == [403, 200]


async def test_on_the_creators_page_a_used_link_says_so_and_it_is_noted_once(door: FrontDoor, pool: Pool) -> None:
    id_ = await door.to_sign()
    form = {"typed_name": "Ines", "document": DOCUMENT, "consent": "yes"}
    async with door.client() as browser:
        page = f"/c/{door.services.links.token(id_, 'sign_contract')}/sign"
        signed = await browser.post(page, data={**form, "key": "one"})
        again = await browser.post(page, data={**form, "key": "two"})

    assert (signed.status_code, again.status_code) == (303, 401)
    assert "does not sign again" in again.text
    noted = await pool.fetch("select * from access_audit")
    assert [(row["action"], row["refused"], row["kind"]) for row in noted] == [("SignContract", "link_used", "creator")]
    assert noted[0]["about"] == {"collaboration_id": id_}


async def test_a_decision_that_is_refused_over_the_api_is_noted_once(door: FrontDoor, pool: Pool) -> None:
    id_ = await door.offered()
    async with door.client(door.services.links.token(id_, "sign_contract")) as creator:
        answer = await creator.post(f"/v1/collaborations/{id_}/offer/accept", json={"version": 1})

    (row,) = await pool.fetch("select * from access_audit")
    assert (row["action"], row["refused"]) == ("AcceptOffer", "not_this_link")
    assert row["request_id"] == answer.headers["X-Request-ID"]


async def test_the_owner_by_the_environments_key_has_no_limit(door: FrontDoor) -> None:
    id_ = await door.to_sign()
    async with door.client(API_KEY) as owner:
        answer = await owner.post(f"/v1/collaborations/{id_}/contract/sign", json=SIGNATURE)
    assert answer.status_code == 200
