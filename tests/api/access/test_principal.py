"""Who somebody is, and what follows from it."""

from api.access.principal import BRAND_ROLES, AccessRole, Kind, Principal, creator_by_link, owner_by_key
from domain.decider import Actor, Role


def test_whoever_has_a_key_of_the_environment_is_the_owner() -> None:
    owner = owner_by_key("manager")

    assert (owner.role, owner.kind, owner.workspace, owner.limited) == (AccessRole.OWNER, Kind.KEY, "default", False)
    assert owner.actor == Actor(role=Role.BRAND, id="manager")
    assert owner.reaches("anything")


def test_a_creator_reaches_one_collaboration_and_decides_as_themselves() -> None:
    creator = creator_by_link("creator-7", "c0ffee", "answer_offer", "the token")

    assert creator.actor == Actor(role=Role.CREATOR, id="creator-7")
    assert not creator.is_brand
    assert (creator.reaches("c0ffee"), creator.reaches("another")) == (True, False)


def test_every_role_but_the_creators_is_the_brands() -> None:
    sides = {role: Principal("x", "default", role, Kind.MEMBER).actor.role for role in AccessRole}
    assert {role for role, side in sides.items() if side is Role.BRAND} == set(BRAND_ROLES)
    assert set(AccessRole) - set(BRAND_ROLES) == {AccessRole.CREATOR}
