"""How a campaign's budget moves: signed amounts that the store applies in the transaction of the events."""

from domain.values import Value


class BudgetMove(Value):
    """One change of a campaign's ledger: signed deltas, in minor units of `currency`.

    `total` opens the ledger. A fee moves from `reserved` (offered) to `committed` (accepted) to `paid`; the three
    together never exceed `total`, and none of them falls below zero.
    """

    campaign_id: str
    total: int = 0
    reserved: int = 0
    committed: int = 0
    paid: int = 0
    currency: str
