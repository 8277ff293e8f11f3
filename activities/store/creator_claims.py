"""The claims on creators as the ledger has them; they are moved by `PostgresEventLog.append` alone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.claims import Claim, Held


class CreatorClaims:
    """Who holds which creator."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def held(self, creator_ids: Sequence[str], at: datetime) -> Mapping[str, Sequence[Held]]:
        """The claims of all campaigns that are not over at `at`, by creator; whoever nobody holds is missing."""
        found: defaultdict[str, list[Held]] = defaultdict(list)
        for row in await self._pool.fetch(QUERIES.held_claims, creator_ids, at):
            claim = Claim.model_validate({name: row[name] for name in Claim.model_fields})
            found[row["creator_id"]].append(Held(campaign_id=row["campaign_id"], claim=claim, ended=row["ended"]))
        return found
