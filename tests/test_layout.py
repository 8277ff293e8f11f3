"""The tree keeps its promises: which way data flows, where a stage is found, how large a file may be."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.lifecycle import Stage

ROOT = Path(__file__).parents[1]
PACKAGES = ("api", "workflows", "activities", "domain")
LONGEST = 400
"""Lines of a file: what a reader can keep in mind."""

SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "shared", "misc"}

GENERATED: dict[str, str] = {
    "api/client/calls.py": "a method for each call; its generator is tested, and that it is what is generated now",
    "api/client/models.py": "a class for each schema; as calls.py",
}
"""Files that nobody writes and nobody reads from beginning to end, so that they may be long and need no test module."""

WITHOUT_TEST_MODULE: dict[str, str] = {
    "activities/ports.py": "protocols: there is nothing to run",
    **GENERATED,
}


def sources(*directories: str) -> Iterator[Path]:
    for directory in directories:
        yield from sorted((ROOT / directory).rglob("*.py"))


def relative(paths: Iterator[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def module_that_tests(source: str) -> Path:
    path = Path(source)
    return ROOT / "tests" / path.parent / f"test_{path.name}"


def test_the_import_contracts_hold() -> None:
    """Data flows api -> workflows -> activities -> domain, and the domain is pure: see pyproject.toml."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    result = subprocess.run(
        [sys.executable, "-c", program, "--no-logo", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("layer", PACKAGES)
@pytest.mark.parametrize("stage", Stage)
def test_each_stage_has_a_module_of_its_name_in_each_layer(stage: Stage, layer: str) -> None:
    """Whoever looks for a stage finds it under the same file name in every layer."""
    assert (ROOT / layer / f"{stage.value}.py").is_file()


def test_no_file_is_longer_than_a_reader_can_keep_in_mind() -> None:
    """A file that grows beyond the limit has become two things: give each its name."""
    lengths = {path: len(path.read_text().splitlines()) for path in sources(*PACKAGES, "tests")}
    too_long = {path.relative_to(ROOT).as_posix(): lines for path, lines in lengths.items() if lines > LONGEST}
    assert set(too_long) == set(GENERATED)


def test_every_module_has_a_name_that_says_something() -> None:
    """`utils` and its relatives collect what nobody wanted to name."""
    named = [path for path in sources(*PACKAGES, "tests") if SAYS_NOTHING & {path.stem, *path.stem.split("_")}]
    folders = [path for path in (ROOT / name for name in PACKAGES) for path in path.rglob("*") if path.is_dir()]
    assert relative(iter(named)) == []
    assert relative(path for path in folders if path.name in SAYS_NOTHING) == []


def test_every_module_has_its_tests() -> None:
    """`api/auth.py` is tested by `tests/api/test_auth.py`; the exceptions are few, and each has its reason."""
    untested = [
        name
        for name in relative(path for path in sources(*PACKAGES) if path.name != "__init__.py")
        if name not in WITHOUT_TEST_MODULE and not module_that_tests(name).is_file()
    ]
    assert untested == []


def test_the_exceptions_are_modules_without_tests() -> None:
    """An exception goes when its module goes, or when its tests come."""
    outdated = [
        name for name in WITHOUT_TEST_MODULE if not (ROOT / name).is_file() or module_that_tests(name).is_file()
    ]
    assert outdated == []


def test_tests_are_no_package() -> None:
    """Test modules are found by path, so two may have the same name: an __init__.py would only get in the way."""
    assert relative((ROOT / "tests").rglob("__init__.py")) == []
