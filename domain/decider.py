"""The one idea: a state machine is two pure functions, and a workflow is their fold over a stream of events."""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar, Protocol, TypeVar

from domain.values import Instant, Line, Value


class Role(StrEnum):
    """On whose behalf a command is given."""

    BRAND = "brand"
    CREATOR = "creator"
    ENGINE = "engine"


class Authority(StrEnum):
    """What entitled a decision: a person said so, a policy of the brief did, or a deadline passed."""

    PERSON = "person"
    POLICY = "policy"
    TIMEOUT = "timeout"


class Actor(Value):
    """Who gives a command. `id` is a pseudonymous identifier (a key's or creator's id), never a name or address."""

    role: Role
    id: Line


ENGINE = Actor(role=Role.ENGINE, id="engine")


class Context(Value):
    """What surrounds a command: deciders have no clock and no random source, so time and identity come from outside."""

    at: Instant
    actor: Actor = ENGINE
    command_id: Line


class Command(Value):
    """An intention, named by a verb; `decide` turns it into events or refuses it with a `Refused`."""

    looked_up: ClassVar[frozenset[str]] = frozenset()
    """Fields that the engine fills in: whoever says the same again may find them with other content."""


class Event(Value):
    """A fact, named in the past tense. Its class name and `schema_version` are stored for ever: never rename one."""


C = TypeVar("C", contravariant=True)
S = TypeVar("S")
E = TypeVar("E")


class Decider(Protocol[C, S, E]):
    """`decide` says what follows from a command, `evolve` what a fact changes; both are pure."""

    @property
    def initial(self) -> S:
        """The state of a stream that has no events yet."""
        ...

    def decide(self, command: C, state: S, context: Context) -> Sequence[E]:
        """The events that `command` causes; none if it changes nothing.

        Raises:
            Refused: the rules do not allow the command in this state.
        """
        ...

    def evolve(self, state: S, event: E) -> S:
        """The state after `event`. Total: it never refuses an event that `decide` has produced."""
        ...
