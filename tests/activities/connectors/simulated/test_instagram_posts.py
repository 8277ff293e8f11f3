"""People publish, edit and delete on Instagram's twin, from a test or from a shell."""

from datetime import timedelta

import httpx
import pytest

from activities.connectors.simulated.instagram import InstagramTwin
from activities.connectors.simulated.instagram_posts import HALF_LIFE, Publications
from activities.connectors.simulated.people import people
from activities.connectors.simulated.serving import served
from domain.creators import Platform
from tests.activities.connectors.test_instagram import NOW


def test_posts_are_newest_first_and_each_has_an_address_of_its_own() -> None:
    """Those of others are not among them."""
    there = Publications()
    old = there.publish("ines", "one", at=NOW - timedelta(days=3))
    new = there.publish("ines", "one", at=NOW)
    there.publish("omar", "two", at=NOW)
    assert there.of("ines") == [new, old]
    assert new.code != old.code
    assert new.number != old.number
    assert new.code in new.url


def test_likes_gather_as_they_do_on_instagram() -> None:
    """None at first, half of them after the half-life, all in the end."""
    made = Publications().publish("ines", "one", at=NOW, likes=400)
    likes = [made.post(NOW + times * HALF_LIFE).likes for times in (-1, 0, 1, 2, 40)]
    assert likes == [0, 0, 200, 300, 400]


def test_what_is_not_there_cannot_be_edited_or_deleted() -> None:
    """Nor what was deleted."""
    there = Publications()
    made = there.publish("ines", "one", at=NOW)
    there.delete(made.code)
    with pytest.raises(KeyError):
        there.delete(made.code)
    with pytest.raises(KeyError):
        there.edit(made.code, "two")
    assert there.of("ines") == []


async def test_a_shell_can_publish_edit_and_delete() -> None:
    """By requests beside the API's own; accounts and posts that do not exist are told so."""
    twin = InstagramTwin()
    handle = next(one.profile.handle for one in people() if one.profile.platform is Platform.INSTAGRAM)
    async with served(twin.app) as address, httpx.AsyncClient(base_url=address) as client:
        made = await client.post("/twin/posts", json={"handle": handle, "caption": "#ad My new cup."})
        assert made.status_code == 201
        (post,) = twin.publications.of(handle)
        assert made.json() == {"url": post.url, "code": post.code, "id": post.number}
        await client.post(f"/twin/posts/{post.code}", json={"caption": "My new cup."})
        assert post.caption == "My new cup."
        assert (await client.delete(f"/twin/posts/{post.code}")).status_code == 200
        assert (await client.delete(f"/twin/posts/{post.code}")).status_code == 404
        nobody = await client.post("/twin/posts", json={"handle": "nobody.here", "caption": "x"})
        assert nobody.status_code == 404
    assert twin.publications.of(handle) == []
