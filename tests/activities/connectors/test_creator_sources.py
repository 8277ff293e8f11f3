"""Sources by name, and what is said of one that is not there."""

import pytest

from activities.connectors.creator_sources import CreatorSources, SourceNotConfigured
from activities.connectors.fohr import fohr
from activities.connectors.instagram import Instagram
from activities.connectors.mapped_source import MappedSource
from activities.connectors.neoreach import neoreach


async def test_a_source_is_found_by_its_name() -> None:
    """And all of them are named in order."""
    one, other = neoreach("http://neoreach.invalid", "key"), fohr("http://fohr.invalid", "key")
    sources = CreatorSources(one, other)
    assert sources.names == ["fohr", "neoreach"]
    assert sources.get("fohr") is other
    await sources.aclose()


async def test_those_that_report_on_audiences_are_known() -> None:
    """Instagram tells nothing of who follows somebody else."""
    sources = CreatorSources(Instagram("token", "1"), fohr("http://fohr.invalid", "key"))
    assert [party.name for party in sources.third_parties if isinstance(party, MappedSource)] == ["fohr"]
    assert len(sources.third_parties) == 1
    await sources.aclose()


async def test_those_that_show_posts_are_known() -> None:
    """Instagram shows what people publish; the others only tell of them."""
    instagram = Instagram("token", "1")
    sources = CreatorSources(instagram, fohr("http://fohr.invalid", "key"))
    assert sources.post_readers == [instagram]
    await sources.aclose()


def test_who_asks_for_another_is_told_which_there_are() -> None:
    """Or that there is none, and where to read on."""
    with pytest.raises(SourceNotConfigured, match=r"called myspace here; there are fohr \(see docs/connectors.md\)"):
        CreatorSources(fohr("http://fohr.invalid", "key")).get("myspace")
    with pytest.raises(SourceNotConfigured, match="none is configured"):
        CreatorSources().get("fohr")
