"""The database's refusals under their names in the domain."""

from pathlib import Path

import asyncpg
import pytest

from activities import store
from activities.store.pool import Pool
from activities.store.refusals import REFUSALS, refusals
from domain.errors import BudgetExceeded


async def test_a_refusal_becomes_the_domains_error_with_its_facts(pool: Pool) -> None:
    """The facts come as JSON beside the code."""
    raised = """do $$ begin raise exception 'no' using errcode = 'GS003',
        detail = '{"available": 5, "budget": 9, "needed": 7}'; end $$"""
    with pytest.raises(BudgetExceeded, match="5 of its budget of 9"), refusals():
        await pool.execute(raised)


async def test_any_other_error_of_the_database_stays_what_it_is(pool: Pool) -> None:
    """A missing table is no refusal."""
    with pytest.raises(asyncpg.UndefinedTableError), refusals():
        await pool.execute("select * from nowhere")


def test_every_code_that_the_schema_raises_has_a_name() -> None:
    """But GS009, with which the triggers stop what nobody should try."""
    schema = "".join(path.read_text() for path in (Path(store.__file__).parent / "schema").glob("*.sql"))
    raised = {schema[at + 11 : at + 16] for at in range(len(schema)) if schema.startswith("errcode = 'GS", at)}
    assert raised - {"GS009"} == set(REFUSALS)
