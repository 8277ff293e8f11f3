import pytest

from activities.store.pool import Pool
from tests.activities.store.projections.desk import Desk


@pytest.fixture
def desk(pool: Pool) -> Desk:
    """A desk over an empty database."""
    return Desk(pool)
