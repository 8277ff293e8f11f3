"""The committed client is what the routes give."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from api.app import openapi_document
from api.generator.package import MARK, formatted, generated, write
from tests.api.conftest import Bench

CLIENT = Path(__file__).parents[3] / "api" / "client"


def test_the_committed_client_is_what_the_routes_give(tmp_path: Path) -> None:
    """After a change to a route, `make client` writes it anew."""
    for name, content in generated(openapi_document()).items():
        assert (CLIENT / name).read_text() == formatted(str(CLIENT / name), content), f"api/client/{name}: make client"


async def test_the_document_is_the_one_that_is_served(bench: Bench) -> None:
    assert openapi_document() == bench.app.openapi()


def test_files_are_written_with_the_mark_that_nobody_edits_them(tmp_path: Path) -> None:
    app = FastAPI(title="Small", version="1")

    @app.get("/things/{number}", operation_id="read_thing", summary="A thing")
    def read_thing(number: int) -> dict[str, int]:
        return {"number": number}

    paths = write(app.openapi(), tmp_path)

    assert [path.name for path in paths] == ["models.py", "calls.py"]
    assert all(path.read_text().startswith(MARK) for path in paths)
    assert "async def read_thing(self, number: int) -> dict[str, int]:" in (tmp_path / "calls.py").read_text()


def test_what_is_no_python_is_not_written() -> None:
    with pytest.raises(RuntimeError, match=r"does not format x\.py"):
        formatted("x.py", "def (")
