"""Names on the wire: the same thing has the same name wherever it is computed."""

from activities.starting import campaign_stream, collaboration_id, collaboration_stream


def test_a_creator_has_one_collaboration_in_a_campaign() -> None:
    """Inviting twice is inviting once; another campaign or creator is another collaboration."""
    assert collaboration_id("campaign", "creator") == collaboration_id("campaign", "creator")
    assert len({collaboration_id(c, p) for c in ("a", "b") for p in ("x", "y")}) == 4


def test_streams_say_what_they_are_of() -> None:
    """The part before the slash is the kind."""
    assert campaign_stream("c1") == "campaign/c1"
    assert collaboration_stream("x1") == "collaboration/x1"
