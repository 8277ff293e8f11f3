"""Cursors."""

from base64 import urlsafe_b64encode

import httpx
import pytest
from fastapi.exceptions import RequestValidationError

from api.pagination import Key, Place, Rank
from tests.api.conftest import Bench

PLACE: Place[tuple[int, str]] = Place(tuple[Rank, Key])


def test_a_page_ends_where_the_next_one_begins() -> None:
    numbers = [(n, "a") for n in range(5)]
    page = PLACE.page(numbers[:3], 2, lambda each: each)

    assert page.items == ((0, "a"), (1, "a"))
    assert PLACE.read(page.next) == (1, "a")


def test_the_last_page_has_no_next() -> None:
    assert PLACE.page([(1, "a")], 1, lambda each: each).next is None
    assert PLACE.page([], 1, lambda each: each).next is None
    assert PLACE.read(None) is None


async def test_pages_are_filled_until_the_list_ends() -> None:
    """Each one from where the one before ended; a full last page has no next."""

    async def look(*, after: tuple[int, str] | None, limit: int) -> list[tuple[int, str]]:
        return [(n, "a") for n in range(4) if after is None or (n, "a") > after][:limit]

    first = await PLACE.fill(None, 2, look, lambda each: each)
    rest = await PLACE.fill(first.next, 2, look, lambda each: each)
    assert (first.items, rest.items) == (((0, "a"), (1, "a")), ((2, "a"), (3, "a")))
    assert rest.next is None


@pytest.mark.parametrize(
    "text", ["[1]", '["a", 1]', '[-1, "a"]', f'[{2**31}, "a"]', '[1, "\\u0000"]', "[]", "1", "null", "{"]
)
def test_a_cursor_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(RequestValidationError):
        PLACE.read(urlsafe_b64encode(text.encode()).decode())


@pytest.mark.parametrize("path", ["campaigns", "campaigns/tea/events", "campaigns/tea/collaborations", "tasks"])
@pytest.mark.parametrize("cursor", ["nonsense", "%00", "ü", "W10=", "x" * 2_000])
async def test_a_cursor_that_no_list_gave_out_is_refused_with_the_rule(
    bench: Bench, brand: httpx.AsyncClient, path: str, cursor: str
) -> None:
    await bench.started()
    answer = await brand.get(f"/v1/{path}?cursor={cursor}")

    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "cursor"
    assert "must be `next` of a page" in error["rule"] or "at most 1000" in error["rule"]


@pytest.mark.parametrize("limit", ["0", "501", "-1", "many", "1.5"])
async def test_a_limit_out_of_bounds_is_refused(brand: httpx.AsyncClient, limit: str) -> None:
    answer = await brand.get(f"/v1/tasks?limit={limit}")

    assert answer.json()["errors"][0] | {"rule": ""} == {"field": "limit", "value": limit, "rule": ""}
