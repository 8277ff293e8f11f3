"""The ten clauses of a contract as typed data: deadlines, payments and expiry derive from them, and so does the PDF."""

from typing import Annotated

from pydantic import Field

from domain.benchmarks import Extra
from domain.disclosure import Jurisdiction
from domain.durations import Duration
from domain.formats import Format
from domain.money import Minor, Money
from domain.signatures import Signing
from domain.values import Line, Text, Value

Ratio = Annotated[float, Field(ge=0, le=1)]
"""A share, 0..1."""

Months = Annotated[int, Field(ge=0, le=60)]


class Gift(Value):
    """Something given beside the fee: it counts at its value for people, and for nothing in the campaign's budget."""

    description: Line
    value: Minor = 0
    """What it would cost to buy, in minor units of the campaign's currency."""


class Commission(Value):
    """A share of what the creator's links and codes have sold, after refunds, up to a cap; a ratio of 0 is none.

    The cap is held in the campaign's budget beside the fee, so that what sells well can be paid as well.
    """

    ratio: Ratio
    cap: Minor
    """The most that it can come to, in minor units of the campaign's currency."""

    @property
    def is_due(self) -> bool:
        """Whether anything can be owed by it."""
        return self.ratio > 0 and self.cap > 0


class FeePart(Value):
    """What a part of the fee is for: a deliverable by its number, or an extra. In minor units of the fee's currency."""

    deliverable: int | None = None
    extra: Extra | None = None
    amount: Minor


class Payment(Value):
    """1. What is paid when. The rest of the fee is due when every post has been published."""

    fee: Money
    upfront: Ratio
    """Share of the fee that is due when both sides have signed."""
    parts: tuple[FeePart, ...] = ()
    """What the fee is made up of; together they are the fee. Empty for a fee that no quote explains."""
    gifts: tuple[Gift, ...] = ()
    commission: Commission | None = None


class Briefing(Value):
    """2. What the brand gives the creator to work with."""

    product_description: Text = ""
    caption_guide: Text = ""
    do: tuple[Line, ...] = ()
    do_not: tuple[Line, ...] = ()
    hashtags: tuple[Line, ...] = ()
    mentions: tuple[Line, ...] = ()
    faq: tuple[tuple[Line, Text], ...] = ()
    """Questions with their answers."""


class Deliverable(Value):
    """3. One thing to make. `number` counts from 1 within the collaboration."""

    number: int = Field(ge=1)
    format: Format


class Deadlines(Value):
    """4. How long the creator has for each step."""

    draft_within: Duration
    publish_within: Duration
    metrics_within: Duration


class ApprovalProcess(Value):
    """5. How drafts are reviewed."""

    review_within: Duration
    """For all drafts of a deliverable together."""
    final_review_within: Duration
    """For the last one."""
    rounds_of_changes: int = Field(ge=0, le=10)


class Length(Value):
    """6. How long the agreement runs from the last signature."""

    months: Months = 3


class UsageRights(Value):
    """7. What the brand may do with the content."""

    channels: tuple[Line, ...] = ("the brand's own social accounts",)
    territory: Line = "worldwide"
    months: Months = 3
    paid: bool = False
    """Whether the content may run as paid advertising, as long as it may be used at all."""
    perpetual: bool = False
    """Whether the rights never expire; then `months` says nothing."""
    whitelisting_months: Months = 0
    """How long the brand may advertise through the creator's own account."""
    raw_footage: bool = False
    """Whether the brand gets the unedited recordings."""

    @property
    def expire(self) -> bool:
        """Whether there are rights that end: neither none at all, nor such without an end."""
        return self.months > 0 and not self.perpetual


class Exclusivity(Value):
    """8. For whom the creator may not work while the collaboration runs, and for how long after the posting window.

    Zero days is none.
    """

    category: Line | None = None
    """The campaign's own if None."""
    competitors: tuple[Line, ...] = ()
    days: int = Field(default=0, ge=0, le=365)


class EndorsementDisclosure(Value):
    """9. Disclosure is a gate by law, never a term to negotiate."""

    jurisdiction: Jurisdiction = Jurisdiction.US


class Cancellation(Value):
    """10. What the creator is owed when the brand cancels, as shares of the fee, by how far the work has come.

    Defaults are figures from industry playbooks: 25 / 50 / 75 %.
    """

    before_creation: Ratio = 0.25
    created: Ratio = 0.5
    delivered: Ratio = 0.75
    cure_days: int = Field(default=7, ge=0, le=60)


class Terms(Value):
    """The clauses that a brief states itself; the others follow from its policies and from the agreed fee."""

    upfront: Ratio = 0.5
    length: Length = Length()
    usage_rights: UsageRights = UsageRights()
    exclusivity: Exclusivity = Exclusivity()
    disclosure: EndorsementDisclosure = EndorsementDisclosure()
    cancellation: Cancellation = Cancellation()
    signature: Signing = Signing.OWN
    """Where the contract and its amendments are signed."""
    gifts: tuple[Gift, ...] = Field(default=(), max_length=10)
    """What the opening offer gives beside the fee."""
    commission: Commission | None = None
    """What the opening offer gives on tracked sales."""


class Clauses(Value):
    """All ten, in the order in which the contract prints them."""

    payment: Payment
    briefing: Briefing
    deliverables: tuple[Deliverable, ...]
    deadlines: Deadlines
    approval_process: ApprovalProcess
    length: Length
    usage_rights: UsageRights
    exclusivity: Exclusivity
    disclosure: EndorsementDisclosure
    cancellation: Cancellation
