"""Fohr by its table: the documentation states what is assumed, and the twin's reports are understood."""

import pytest

from activities.connectors.fohr import DIALECT, fohr
from activities.connectors.simulated.fohr import KEY, FohrTwin
from activities.connectors.simulated.people import audience, fake_share, people
from activities.connectors.simulated.serving import served
from tests.activities.connectors.documented import documented_mapping


def test_the_documentation_states_every_assumption() -> None:
    """Whoever compares our table with Fohr's own documentation reads the one that is used."""
    assert documented_mapping("Fohr") == DIALECT


async def test_its_reports_on_audiences_are_understood() -> None:
    """Where followers are, and how many of them are not real."""
    person = people()[0]
    profile = person.profile
    async with served(FohrTwin().app) as address:
        source = fohr(address, KEY)
        report = await source.report_on(profile.platform, profile.handle)
        nobody = await source.report_on(profile.platform, "nobody.of.this.name")
        await source.aclose()
    assert report is not None
    assert report.source == "fohr"
    assert report.fake_share == pytest.approx(fake_share(person))
    assert dict(report.countries) == pytest.approx(dict(audience(person)))
    assert nobody is None
