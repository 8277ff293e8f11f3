"""The master keys of the tests: they open nothing but what tests have sealed."""

from activities.store.keys import MasterKeys
from activities.store.pool import Pool
from activities.store.sealing import Sealer, sealer_on

MASTER_KEYS = "tests=" + "dGVz" * 10 + "dHM="
MASTERS = MasterKeys.parse(MASTER_KEYS)


def a_sealer(pool: Pool) -> Sealer:
    """Seals with the keys in this database."""
    return sealer_on(pool, MASTERS)
