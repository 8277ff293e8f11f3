import asyncio

import pytest

from api.demo.run import _beside


async def test_work_ends_and_so_does_what_goes_on_beside_it() -> None:
    """The people of the demo have nothing to do when the campaign is over."""
    stopped = asyncio.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async def work() -> dict[str, int]:
        await asyncio.sleep(0.01)
        return {"answer": 42}

    assert await _beside([endless()], work()) == {"answer": 42}
    assert stopped.is_set()


async def test_a_failure_beside_the_work_is_a_failure_of_the_demo() -> None:
    """Rather than a campaign that waits for people who are gone."""

    async def fails() -> None:
        raise ValueError("the brand has left")

    with pytest.raises(ValueError, match="the brand has left"):
        await _beside([fails()], asyncio.Event().wait())
