"""Every way in which the engine says no. A class's docstring is its message; its facts fill the gaps.

GroundswellError
├── NotFound                  there is no such campaign, collaboration, creator or document
├── Erased                    it was about somebody who has been erased, and nothing of it can be read any more
├── Refused                   a well-formed command that the rules do not allow now
│   ├── BriefRefused          a brief that cannot work, with all its reasons
│   ├── WrongStage            the command belongs to another stage
│   ├── AlreadyEnded          the campaign or collaboration is over
│   ├── NotYourTurn           the other side holds the ball
│   ├── StaleVersion          the decision is about a version that has been replaced
│   ├── NothingToDecide       what the command answers is not being asked
│   ├── DisclosureFailed      content without the disclosure that the law asks for
│   ├── AlreadyExtended       the step has had its one extension
│   ├── RoundsExhausted       no rounds of changes or counter-offers are left
│   ├── AboveCap              a fee above what the brief allows for one creator
│   ├── CannotAmend           what was done, paid or is being decided leaves no room for other terms
│   ├── NothingTracked        a commission in a campaign whose sales nobody tells of
│   ├── NotYet                something that is said to have been done on a day that is still to come
│   ├── CurrencyMismatch      an amount in another currency than the campaign's
│   ├── StillUnderWay         a creator is erased only when their collaborations are over
│   ├── AudienceSampleTooSmall  too few followers to say anything of the rest
│   ├── ConsentMissing        a signature without consent or for another document
│   └── RefusedByLedger       what others hold leaves no room for it, which only the append can tell
│       ├── BudgetExceeded    the campaign's budget does not cover the amount
│       └── ExclusivityClash  another campaign holds the creator, and the two exclude each other
├── Conflict                  two writers met; the loser may try again
│   ├── ConcurrencyConflict   the stream has moved on since it was read
│   └── IdempotencyKeyReused  the same key came with another command
└── UnknownEvent              a stored event that this release cannot read
"""

from typing import Any, ClassVar


class GroundswellError(Exception):
    """Groundswell could not do what was asked."""

    code: ClassVar[str] = "groundswell_error"

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        message = " ".join((type(self).__doc__ or "").split())
        super().__init__(message.format(**facts))

    def for_creator(self) -> "GroundswellError":
        """The error without what is no creator's business."""
        return self

    def __init_subclass__(cls) -> None:
        name = cls.__name__
        cls.code = "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")
        ERRORS[cls.code] = cls


ERRORS: dict[str, type[GroundswellError]] = {}
"""Code to class, so that an error that crossed a process boundary can be raised again as what it was."""


def from_code(code: str, facts: dict[str, Any]) -> GroundswellError:
    """The error that `code` names, with its facts.

    Raises:
        KeyError: no error has that code, or a fact that its message needs is missing.
    """
    return ERRORS[code](**facts)


class NotFound(GroundswellError):
    """There is no {kind} {id}."""


class Erased(GroundswellError):
    """The {kind} {id} was erased with the creator whom it was about: nothing of it can be read or written any more."""


class Refused(GroundswellError):
    """The rules do not allow this now."""


class BriefRefused(Refused):
    """This brief cannot work: {reasons}"""


class WrongStage(Refused):
    """{command} belongs to stage {needed}; {subject} is in stage {stage}."""


class AlreadyEnded(Refused):
    """{subject} has ended ({outcome}); it takes no more commands."""


class NotYourTurn(Refused):
    """{command} is for the {needed} to give, not the {role}."""


class StaleVersion(Refused):
    """{command} is about version {given}, but version {current} is the current one: read it and decide again."""


class NothingToDecide(Refused):
    """{command} answers nothing that is open on {subject}: {open}."""


class DisclosureFailed(Refused):
    """Deliverable {deliverable} does not disclose the partnership: {why} Fix: {fix}"""


class AlreadyExtended(Refused):
    """The time for {task} has been extended before, and a step is extended once."""


class RoundsExhausted(Refused):
    """All {allowed} rounds of {what} are used."""


class AboveCap(Refused):
    """{amount} {currency} (minor units) is above the cap of {cap} for one creator."""


class CannotAmend(Refused):
    """{what} cannot be amended: {why}."""


class NothingTracked(Refused):
    """A commission is on tracked sales, and this campaign has no shop that tells of them: offer a fee or gifts."""


class NotYet(Refused):
    """{what} is {date}, which is still to come: say it once it has happened."""


class CurrencyMismatch(Refused):
    """The amount is in {given}, but the campaign is in {needed}."""


class StillUnderWay(Refused):
    """Creator {creator} can be erased when these collaborations are over: {collaborations}. {todo}"""


class AudienceSampleTooSmall(Refused):
    """{sampled} followers say too little of a whole audience: sample at least {needed}."""


class ConsentMissing(Refused):
    """The signature was not taken: {why}"""


class RefusedByLedger(Refused):
    """What others hold leaves no room for this."""


class BudgetExceeded(RefusedByLedger):
    """The campaign has {available} of its budget of {budget} left (minor units); {needed} was asked for."""


class ExclusivityClash(RefusedByLedger):
    """{holder} holds this creator in the {scope} {name} until {until}, and the two exclude each other."""

    def __init__(self, **facts: Any) -> None:
        holder = f"Campaign {facts['campaign']}" if "campaign" in facts else "Another campaign"
        super().__init__(**{"holder": holder, **facts})

    def for_creator(self) -> "ExclusivityClash":
        """The same without which campaign it is: where and until when the creator knows from their own contract."""
        return ExclusivityClash(**{name: self.facts[name] for name in ("scope", "name", "until")})


class Conflict(GroundswellError):
    """Two writers met on the same thing."""


class ConcurrencyConflict(Conflict):
    """{stream} is at version {actual}, not at {expected}: it has moved on since it was read."""


class IdempotencyKeyReused(Conflict):
    """Idempotency-Key {key} was used before with another request; use a new key for a new request."""


class UnknownEvent(GroundswellError):
    """{stream} has an event of type {type} (schema version {schema_version}) that this release cannot read."""
