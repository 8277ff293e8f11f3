"""The installation of a measurement: its own, and gone afterwards."""

import os
import tempfile
from pathlib import Path

import pytest

from api.bench.setting import scene


async def test_a_scene_is_whole_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> None:
    """Both doors lead to the same engine: the API over HTTP, and the services in this process."""
    before = dict(os.environ)
    monkeypatch.setattr(tempfile, "tempdir", str(data_dir))
    async with scene(lambda _: None) as here:
        assert list(data_dir.iterdir()) == [here.here.data_dir]
        assert await here.services.pool.fetchval("select count(*) from events") == 0
        assert (await here.client.count_workflows()).count == 0
        assert {name: pid() > 0 for name, pid in here.programs.items()} == dict.fromkeys(here.programs, True)
        assert len({pid() for pid in here.programs.values()}) == len(here.programs)
    assert list(data_dir.iterdir()) == []
    assert os.environ == before
