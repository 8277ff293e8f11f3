"""What is made up for measurements: a brief that works, and creators who all fit it."""

from datetime import UTC, date, datetime

import pytest

from activities.connectors.csv_roster import RosterFormat, read_roster
from api.bench.fiction import brief, profile, rosters
from domain.creators import Creator
from domain.discovery import wanted
from domain.goal_setting import objections
from domain.ranking import rank

TODAY = datetime.now(UTC).date()


@pytest.mark.parametrize("creators", [1, 100, 10_000])
def test_the_brief_has_nothing_against_it(creators: int) -> None:
    """Whatever the number of creators; the same goes for the number of posts."""
    assert objections(brief(creators, today=TODAY), today=TODAY) == []
    assert len(brief(creators, today=TODAY, deliverables=3).formats) == 3


def test_everybody_fits_the_brief_and_nobody_is_there_twice() -> None:
    """So a campaign with so many creators really invites so many, and nobody waits for a person's verdict."""
    people = [Creator(id=str(number), profile=profile(number)) for number in range(400)]
    assert len({one.profile.handle for one in people}) == len({one.profile.email for one in people}) == 400
    assert len(rank(people, wanted(brief(400, today=date(2026, 3, 2))))) == 400


def test_rosters_are_taken_whole() -> None:
    """In parts, none of them larger than asked for."""
    parts = [read_roster(roster, RosterFormat.JSON_LINES) for roster in rosters(25, at_once=10)]
    assert [len(part.accepted) for part in parts] == [10, 10, 5]
    assert not any(part.rejected for part in parts)
    assert [one for part in parts for _, one in part.accepted] == [profile(number) for number in range(25)]
