"""The worker: knows every activity that the workflows call, and stops in good order."""

import ast
from pathlib import Path

from pydantic import SecretStr

from activities.store.pool import Pool, open_pool
from tests.keys import MASTER_KEYS, a_sealer
from workflows import worker
from workflows.settings import Settings


def called_activities() -> set[str]:
    """The names of the activity methods that workflow code calls."""
    called = set()
    for path in Path(worker.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                name = node.func.attr
                if name.endswith("activity_method") and isinstance(node.args[0], ast.Attribute):
                    called.add(node.args[0].attr)
    return called


async def test_every_activity_that_a_workflow_calls_is_offered(database: str) -> None:
    """And none that no workflow calls."""
    settings = Settings(
        database_url=SecretStr(database), secret_key=SecretStr("k" * 32), master_keys=SecretStr(MASTER_KEYS)
    )
    pool: Pool = await open_pool(database, application_name="tests")
    offered = {activity.__name__ for activity in worker.activities(settings, pool, a_sealer(pool))}
    await pool.close()
    assert offered == called_activities()
