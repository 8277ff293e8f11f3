"""What was asked under an idempotency key, and what was answered."""

import asyncio

import pytest

from activities.store.answered_requests import AnsweredRequests, Call, Earlier
from activities.store.pool import Pool
from domain.errors import IdempotencyKeyReused

CALL = Call("default", "shop", "POST /v1/members", "monday")


@pytest.fixture
def requests(pool: Pool) -> AnsweredRequests:
    return AnsweredRequests(pool)


async def test_what_was_answered_is_answered_again(requests: AnsweredRequests) -> None:
    assert await requests.begin(CALL, b"body") == Earlier(answered=False, answer=None)
    assert await requests.begin(CALL, b"body") == Earlier(answered=False, answer=None)
    assert await requests.answered(CALL, b"body", {"id": "robin"}) == {"id": "robin"}
    assert await requests.begin(CALL, b"body") == Earlier(answered=True, answer={"id": "robin"})


async def test_an_answer_of_nothing_is_an_answer(requests: AnsweredRequests) -> None:
    await requests.begin(CALL, b"body")
    await requests.answered(CALL, b"body", None)
    assert await requests.begin(CALL, b"body") == Earlier(answered=True, answer=None)


async def test_another_request_under_the_key_is_refused_also_while_the_first_is_under_way(
    requests: AnsweredRequests,
) -> None:
    await requests.begin(CALL, b"body")
    with pytest.raises(IdempotencyKeyReused, match="monday"):
        await requests.begin(CALL, b"other body")


@pytest.mark.parametrize("elsewhere", [{"workspace": "agency"}, {"caller": "crm"}, {"call": "POST /v1/keys"}])
async def test_a_key_belongs_to_a_caller_and_an_address(requests: AnsweredRequests, elsewhere: dict[str, str]) -> None:
    await requests.begin(CALL, b"body")
    assert not (await requests.begin(CALL._replace(**elsewhere), b"other body")).answered


async def test_of_two_at_the_same_moment_the_first_answer_counts_for_both(requests: AnsweredRequests) -> None:
    await asyncio.gather(*(requests.begin(CALL, b"body") for _ in range(2)))
    answers = await asyncio.gather(*(requests.answered(CALL, b"body", {"number": n}) for n in range(2)))
    assert answers[0] == answers[1] == (await requests.begin(CALL, b"body")).answer


async def test_a_refusal_frees_the_key_but_not_one_that_was_answered(requests: AnsweredRequests) -> None:
    await requests.begin(CALL, b"body")
    await requests.refused(CALL)
    assert not (await requests.begin(CALL, b"mended body")).answered
    await requests.answered(CALL, b"mended body", 1)
    await requests.refused(CALL)
    assert await requests.begin(CALL, b"mended body") == Earlier(answered=True, answer=1)
