"""The log's promises: ids and fingerprints, and that every event ever written can be read."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from domain.decider import Event
from domain.errors import UnknownEvent
from domain.events import Envelope, JsonObject, Record, Registry, event_id, fingerprint, metadata
from domain.negotiation import AcceptOffer, DeclineOffer, MakeOffer, OfferDeclined
from tests.domain.given import BRAND, CREATOR, T0, context, offered, stored
from tests.domain.write_golden import GOLDEN, REGISTRIES, path_of, samples

FILES = sorted(GOLDEN.glob("*.json"))


class Renamed(Event):
    """An event whose data has changed twice: v1 {"n"}, v2 {"count"}, v3 {"count", "unit"}."""

    count: int
    unit: str


UPCASTS = {
    ("Renamed", 1): lambda data: {"count": data["n"]},
    ("Renamed", 2): lambda data: {**data, "unit": "pieces"},
}


def an_envelope(type_: str, schema_version: int, data: JsonObject) -> Envelope:
    return Envelope(
        stream="campaign/camp-1",
        version=1,
        event_id=event_id("campaign/camp-1", 1),
        type=type_,
        schema_version=schema_version,
        data=data,
        metadata=metadata(MakeOffer(), context(), correlation_id="camp-1"),
        recorded_at=T0,
        position=1,
    )


def of(path: Path) -> Record:
    return Record.model_validate_json(path.read_text())


def kept(stored: Any, again: Any) -> bool:
    """Whether everything that was stored is still there, as it was; a later release may have added fields beside it."""
    if isinstance(stored, dict) and isinstance(again, dict):
        return all(name in again and kept(part, again[name]) for name, part in stored.items())
    if isinstance(stored, list) and isinstance(again, list):
        return len(stored) == len(again) and all(map(kept, stored, again))
    return type(stored) is type(again) and bool(stored == again)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_what_was_written_can_be_read(path: Path) -> None:
    """Every golden file decodes; one of the current schema version keeps all its data, and gains only defaults."""
    record = of(path)
    assert path.name == f"{record.type}.v{record.schema_version}.json"
    registries = [registry for registry in REGISTRIES.values() if record.type in registry.names]
    assert registries, f"{record.type} has been written once and must be readable for ever"
    for registry in registries:
        event = registry.decode(an_envelope(record.type, record.schema_version, record.data))
        again = registry.encode(event)
        if record.schema_version == registry.schema_version(record.type):
            assert kept(json.loads(path.read_text()), json.loads(again.model_dump_json()))
        assert registry.decode(an_envelope(again.type, again.schema_version, again.data)) == event


@pytest.mark.parametrize("kind", REGISTRIES)
def test_every_event_type_has_a_golden_file(kind: str) -> None:
    """A new event type, or a new version of one, is not complete without its golden file (see write_golden.py)."""
    registry = REGISTRIES[kind]
    missing = [name for name in registry.names if not path_of(registry, name).exists()]
    assert missing == []


def test_the_golden_stories_see_every_event_type() -> None:
    """The stories behind the golden files leave out no event type, so a new one cannot be forgotten there."""
    assert sorted(samples()) == sorted({name for registry in REGISTRIES.values() for name in registry.names})


def test_types_that_both_kinds_store_are_the_same() -> None:
    """A name means one class in every kind of stream, so that one golden file serves both."""
    shared = set(REGISTRIES["campaign"].names) & set(REGISTRIES["collaboration"].names)
    assert shared == {"TaskReminded", "TaskExtended", "TaskEscalated", "TaskExpired"}


@pytest.mark.parametrize(
    ("version", "data", "expected"),
    [
        (1, {"n": 3}, Renamed(count=3, unit="pieces")),
        (2, {"count": 3}, Renamed(count=3, unit="pieces")),
        (3, {"count": 3, "unit": "kg"}, Renamed(count=3, unit="kg")),
    ],
)
def test_old_data_is_upcast_step_by_step(version: int, data: JsonObject, expected: Renamed) -> None:
    """Each schema version is lifted through all later ones to the current class."""
    registry = Registry([Renamed], UPCASTS)
    assert registry.schema_version("Renamed") == 3
    before = json.dumps(data)
    assert registry.decode(an_envelope("Renamed", version, data)) == expected
    assert json.dumps(data) == before


def test_new_data_is_written_in_the_current_version() -> None:
    """Encoding always uses the highest schema version."""
    record = Registry([Renamed], UPCASTS).encode(Renamed(count=1, unit="kg"))
    assert record == Record(type="Renamed", schema_version=3, data={"count": 1, "unit": "kg"})


@pytest.mark.parametrize(("type_", "version"), [("Unheard", 1), ("Renamed", 4)])
def test_what_this_release_does_not_know_is_refused(type_: str, version: int) -> None:
    """An unknown type, or a version from a later release, is named together with its stream."""
    with pytest.raises(UnknownEvent, match=rf"campaign/camp-1 has an event of type {type_} \(schema version {version}"):
        Registry([Renamed], UPCASTS).decode(an_envelope(type_, version, {}))


def test_an_event_of_another_kind_of_stream_is_not_encoded() -> None:
    """A registry only writes what it can read."""
    offer = OfferDeclined.model_validate({"version": 1, "by": "brand", "authority": "person"})
    with pytest.raises(AssertionError, match="OfferDeclined is not registered"):
        REGISTRIES["campaign"].encode(offer)


def test_stored_data_with_unknown_fields_is_not_swallowed() -> None:
    """Data that is not of the version it claims is an error, never half an event."""
    with pytest.raises(ValidationError):
        Registry([Renamed], UPCASTS).decode(an_envelope("Renamed", 3, {"count": 1, "unit": "kg", "n": 1}))


def test_an_event_id_is_derived_from_its_place() -> None:
    """The same place has the same id in every release, another place another one."""
    assert str(event_id("campaign/camp-1", 1)) == "ce9cb307-eb8e-52ff-881b-29697d9b7547"
    ids = {event_id(stream, version) for stream in ("campaign/a", "campaign/b") for version in (1, 2, 3)}
    assert len(ids) == 6


def test_a_fingerprint_tells_commands_apart() -> None:
    """Type and content count, the order of arguments does not."""
    one = DeclineOffer(version=1, reason="no")
    assert fingerprint(one) == fingerprint(DeclineOffer(reason="no", version=1))
    others = (DeclineOffer(version=2, reason="no"), DeclineOffer(version=1), AcceptOffer(version=1))
    assert len({fingerprint(command) for command in (one, *others)}) == 4
    assert len(fingerprint(one)) == 32


def test_metadata_says_who_when_and_why() -> None:
    """The circumstances name the actor by its pseudonym, the command, and the campaign."""
    found = metadata(
        AcceptOffer(version=1), context(CREATOR, T0, "key-7"), correlation_id="camp-1", traceparent="00-ab"
    )
    assert (found.actor.role, found.actor.id) == (CREATOR, "creator-1")
    assert (found.command, found.command_id, found.decided_at) == ("AcceptOffer", "key-7", T0)
    assert found.fingerprint == fingerprint(AcceptOffer(version=1))
    assert (found.correlation_id, found.workspace, found.traceparent) == ("camp-1", "default", "00-ab")


def test_a_whole_stream_comes_back_from_json() -> None:
    """Envelopes that went through JSON hold the same events in the same order."""
    registry: Any = REGISTRIES["collaboration"]
    past = offered().does(DeclineOffer(version=1), by=CREATOR).past
    envelopes = stored(registry, "collaboration/collab-1", past)
    read = [Envelope.model_validate_json(envelope.model_dump_json()) for envelope in envelopes]
    assert read == envelopes
    assert [registry.decode(envelope) for envelope in read] == list(past)
    assert context(BRAND).actor.role is BRAND
