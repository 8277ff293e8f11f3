"""The letters about amendments, to both sides: what is to be signed, what is in force, what has come to nothing."""

from collections.abc import Callable, Mapping

from activities import wording
from activities.letters import Asks, Draft, Occasion, Sheet
from domain.amendments import (
    SIGN_AMENDMENT,
    AmendmentDeclined,
    AmendmentDrafted,
    AmendmentLapsed,
    AmendmentSealed,
    AmendmentWithdrawn,
    amendment_task,
)
from domain.decider import Role
from domain.notices import Audience, Template


def amendment_to_sign(occasion: Occasion) -> Draft:
    """One side asks for other terms; the reader signs or declines, or signs what they have asked for themselves."""
    event = occasion.of(AmendmentDrafted)
    reader = Role.CREATOR if occasion.audience is Audience.CREATOR else Role.BRAND
    task = next(task for task in event.tasks if task.name == amendment_task(reader))
    party = _party(occasion, occasion.work.amendments[-1].proposal.by)
    sheet = Sheet(Template.AMENDMENT_TO_SIGN, occasion, number=event.number)
    sheet.says("proposed", party=party)
    sheet.says("due", due=occasion.moment(task.due_at))
    sheet.button()
    sheet.says("checksum")
    sheet.shows(event.document)
    return sheet.draft(documents=(event.document,))


def amendment_concluded(occasion: Occasion) -> Draft:
    """Both have signed; the sealed file for the reader's records."""
    event = occasion.of(AmendmentSealed)
    sheet = Sheet(Template.AMENDMENT_CONCLUDED, occasion, number=event.number)
    sheet.says("signed")
    sheet.button()
    return sheet.draft(documents=(event.sealed,))


def amendment_over(occasion: Occasion) -> Draft:
    """It has not come about, and why: the contract stays as it was."""
    event = occasion.event
    assert isinstance(event, AmendmentLapsed | AmendmentDeclined | AmendmentWithdrawn), "the notices' table says so"
    sheet = Sheet(Template.AMENDMENT_OVER, occasion, number=event.number)
    if isinstance(event, AmendmentLapsed):
        sheet.says("lapsed", party=_party(occasion, event.role))
    else:
        how = "declined" if isinstance(event, AmendmentDeclined) else "withdrawn"
        sheet.says(how, party=_party(occasion, event.by))
        if event.reason:
            sheet.quotes(event.reason)
    sheet.button()
    return sheet.draft()


def _party(occasion: Occasion, role: Role) -> str:
    return wording.one_line(occasion.brief.brand if role is Role.BRAND else occasion.person.profile.name)


def _sign(occasion: Occasion, side: str) -> str:
    party = wording.one_line(occasion.brief.brand) if side == Role.CREATOR else occasion.account
    return occasion.asks(SIGN_AMENDMENT, party=party)


ASKS: Mapping[str, Asks] = {SIGN_AMENDMENT: _sign}
"""What the task asks for, in words; the second part of its name is who signs."""

LETTERS: Mapping[Template, Callable[[Occasion], Draft]] = {
    Template.AMENDMENT_TO_SIGN: amendment_to_sign,
    Template.AMENDMENT_CONCLUDED: amendment_concluded,
    Template.AMENDMENT_OVER: amendment_over,
}
"""Who writes which letter."""
