"""Looking up what the record and the directory know."""

import pytest

from activities.records import brief_of, campaign_after, collaboration_after, creator_of
from domain.errors import NotFound
from tests.activities.conftest import Store
from tests.domain.given import a_brief, live, proposed


async def test_a_stored_stream_folds_to_the_state_that_was_decided_on(store: Store) -> None:
    """What went into the store as events comes out as the same state."""
    assert campaign_after(await store.record_campaign(proposed())) == proposed().state
    story = live()
    stored = collaboration_after(await store.record_collaboration(story))
    assert stored == story.state


async def test_the_brief_is_that_of_the_campaigns_first_event(store: Store) -> None:
    """A collaboration finds the brief that its campaign was started with."""
    await store.record_campaign(proposed())
    assert await brief_of(store.log, "camp-1") == a_brief()


async def test_what_does_not_exist_is_not_found(store: Store) -> None:
    """Unknown campaigns and creators are errors with their kind and id."""
    with pytest.raises(NotFound, match="There is no campaign camp-2"):
        await brief_of(store.log, "camp-2")
    with pytest.raises(NotFound, match="There is no creator nobody"):
        await creator_of(store.directory, "nobody")
