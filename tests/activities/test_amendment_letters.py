"""Letters about amendments: to both sides, with the document that they are about."""

from typing import Any

import pytest

from activities.amendment_letters import ASKS, LETTERS, amendment_concluded, amendment_over, amendment_to_sign
from activities.letters import Occasion
from domain.amendments import (
    AmendmentDeclined,
    AmendmentDrafted,
    AmendmentEvent,
    AmendmentSealed,
    AmendmentWithdrawn,
    DeclineAmendment,
    RecordAmendmentSeal,
    WithdrawAmendment,
)
from domain.notices import Audience, notices
from tests.activities.occasions import occasion
from tests.domain.given import BRAND, CREATOR
from tests.domain.test_amending import PAPER, amended, to_sign

SEALED = "5e" * 32


def about(story: Any, kind: type[Any], audience: Audience = Audience.CREATOR) -> Occasion:
    """What a letter about the story's event of this type is written from."""
    return occasion(story, kind, audience=audience)


@pytest.mark.parametrize("audience", [Audience.CREATOR, Audience.MANAGER])
def test_whoever_is_to_sign_reads_until_when_and_that_silence_changes_nothing(audience: Audience) -> None:
    """With the document, its checksum and who has asked for it; each side has its own time."""
    letter = amendment_to_sign(about(to_sign(), AmendmentDrafted, audience))
    assert letter.documents == (PAPER,)
    assert PAPER in letter.body
    assert "Lumen Tea proposes amendment 1 to the contract." in letter.body
    assert "if one side does not sign, the contract stays as it is" in letter.body
    assert ("4 March 2026" if audience is Audience.CREATOR else "5 March 2026") in letter.body


def test_both_sides_get_the_sealed_file() -> None:
    story = amended().does(RecordAmendmentSeal(number=1, sealed=SEALED))
    letter = amendment_concluded(about(story, AmendmentSealed))
    assert letter.documents == (SEALED,)
    assert "amendment 1" in letter.subject


def test_what_has_come_to_nothing_is_said_with_its_reason() -> None:
    """Who declined or withdrew, in whose words, and that the contract is what it was."""
    declined = to_sign().does(DeclineAmendment(number=1, reason="no time"), by=CREATOR)
    letter = amendment_over(about(declined, AmendmentDeclined, Audience.MANAGER))
    assert "Ines Okafor has declined amendment 1. The contract stays as it was." in letter.body
    assert "> no time" in letter.body
    withdrawn = to_sign().does(WithdrawAmendment(number=1), by=BRAND)
    assert "Lumen Tea has withdrawn amendment 1." in amendment_over(about(withdrawn, AmendmentWithdrawn)).body


def test_every_message_about_an_amendment_has_its_letter() -> None:
    story = amended().does(RecordAmendmentSeal(number=1, sealed=SEALED))
    told = {notice.template for event in story.past if isinstance(event, AmendmentEvent) for notice in notices(event)}
    assert told < set(LETTERS)


def test_each_side_is_asked_to_sign_with_the_other() -> None:
    """In reminders and escalations."""
    letter = about(to_sign(), AmendmentDrafted)
    assert ASKS["sign_amendment"](letter, "creator") == "sign the amendment to the contract with Lumen Tea"
    assert "@steep.and.pour" in ASKS["sign_amendment"](letter, "brand")
