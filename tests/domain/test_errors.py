"""Every error has a code, a message that its facts complete, and a way across a process boundary."""

import json
import re

import pytest

from domain import errors
from domain.errors import ERRORS, BudgetExceeded, Conflict, GroundswellError, NotFound, Refused, StaleVersion, from_code

FACTS = {
    "allowed": 2,
    "available": 5,
    "budget": 9,
    "cap": 7,
    "given": "1",
    "needed": "2",
}


def facts_of(error: type[GroundswellError]) -> dict[str, object]:
    """One value for every gap in an error's message."""
    return {gap: FACTS.get(gap, f"<{gap}>") for gap in re.findall(r"{(\w+)}", error.__doc__ or "")}


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_crosses_a_process_boundary(code: str) -> None:
    """Code and facts are JSON, and rebuild the same error with the same words."""
    error = ERRORS[code](**facts_of(ERRORS[code]))
    code_and_facts = json.loads(json.dumps([error.code, error.facts]))
    again = from_code(*code_and_facts)
    assert type(again) is ERRORS[code]
    assert str(again) == str(error)
    assert "{" not in str(error)


def test_codes_are_the_names() -> None:
    """A code is the class's name in lower case with underscores."""
    assert StaleVersion.code == "stale_version"
    assert NotFound.code == "not_found"
    assert GroundswellError.code == "groundswell_error"


def test_the_drawn_tree_is_the_real_one() -> None:
    """The module's docstring names every error below its parent, and no other."""
    drawn: dict[str, str] = {}
    parents: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^(?P<branch>[│├└─ ]*)(?P<name>[A-Z][A-Za-z]+)(\s{2,}|$)", line)
        if found:
            depth = len(found["branch"]) // 4
            parents[depth:] = [found["name"]]
            drawn[found["name"]] = parents[depth - 1] if depth else ""
    # Other layers add errors of their own, which their own modules draw.
    own = [cls for cls in ERRORS.values() if cls.__module__ == errors.__name__]
    real = {cls.__name__: cls.__bases__[0].__name__ for cls in own}
    assert drawn == {"GroundswellError": "", **real}


def test_refusals_and_conflicts_are_told_apart() -> None:
    """A refusal is about the rules, a conflict about two writers; nothing is both."""
    refused = [cls for cls in ERRORS.values() if issubclass(cls, Refused)]
    conflicts = [cls for cls in ERRORS.values() if issubclass(cls, Conflict)]
    assert len(refused) > 10
    assert not set(refused) & set(conflicts)


def test_a_message_needs_its_facts() -> None:
    """An error without one of its facts cannot be raised half-told."""
    with pytest.raises(KeyError):
        BudgetExceeded(available=1)
    with pytest.raises(KeyError):
        from_code("no_such_code", {})


def test_facts_with_braces_stay_as_they_are() -> None:
    """What people wrote is quoted, never interpreted."""
    assert str(NotFound(kind="campaign", id="{x}")) == "There is no campaign {x}."


def test_a_clash_names_the_campaign_to_the_brand_and_not_to_the_creator() -> None:
    """Another brand's campaign is no creator's business; where and until when they are bound is."""
    clash = errors.ExclusivityClash(campaign="camp-2", scope="category", name="tea", until="2026-05-31")
    rest = "holds this creator in the category tea until 2026-05-31, and the two exclude each other."
    assert str(clash) == f"Campaign camp-2 {rest}"
    assert str(clash.for_creator()) == f"Another campaign {rest}"
    assert "camp-2" not in str(clash.for_creator().facts)


def test_most_errors_say_the_same_to_everybody() -> None:
    """What has nothing to hide is shown as it is."""
    refusal = StaleVersion(command="AcceptOffer", given=1, current=2)
    assert refusal.for_creator() is refusal
