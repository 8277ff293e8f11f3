"""The creator's link: bound to one collaboration, not to be forged, and not for ever."""

from string import ascii_letters, digits
from urllib.parse import quote

import pytest
from itsdangerous import URLSafeTimedSerializer

from activities.links import CreatorLinks, LinkInvalid

LETTERS = f"{ascii_letters}{digits}-_"
SECRET = "a secret of at least thirty-two characters"


def test_a_link_opens_exactly_its_collaboration() -> None:
    """What was signed into the link comes out of it."""
    links = CreatorLinks(SECRET, "https://groundswell.example/")
    url = links.url("c0ffee")
    assert url.startswith("https://groundswell.example/c/")
    assert links.read(url.rpartition("/")[2]) == ("c0ffee", None)


def test_a_token_needs_no_quoting_in_a_url() -> None:
    """A mail program that does not know how to quote cannot break the link."""
    token = CreatorLinks(SECRET, "https://groundswell.example").token("c0ffee")
    assert quote(token, safe="") == token


@pytest.mark.parametrize("token", ["", "nonsense", "ImMwZmZlZSI.abc.def"])
def test_a_token_that_is_not_ours_is_invalid(token: str) -> None:
    """Guessing opens nothing."""
    with pytest.raises(LinkInvalid, match="not one of ours"):
        CreatorLinks(SECRET, "https://groundswell.example").read(token)


@pytest.mark.parametrize("other", [*LETTERS, *(f"{letter}=" for letter in LETTERS), *"=!\n "])
def test_a_token_has_one_spelling(other: str) -> None:
    """Base64 has several for the same bytes, and a link that works once would work once in each."""
    links = CreatorLinks(SECRET, "https://groundswell.example")
    token = links.token("c0ffee")
    for respelt in (token[:-1] + other, token + other):
        if respelt != token:
            with pytest.raises(LinkInvalid, match="not one of ours"):
                links.read(respelt)


def test_a_token_of_another_installation_is_invalid() -> None:
    """Another secret, another installation."""
    foreign = CreatorLinks("another secret of thirty-two characters!", "https://groundswell.example").token("c0ffee")
    with pytest.raises(LinkInvalid):
        CreatorLinks(SECRET, "https://groundswell.example").read(foreign)


def test_a_token_made_for_another_purpose_is_invalid() -> None:
    """What else is signed with the same secret does not open a creator's page."""
    other = URLSafeTimedSerializer(SECRET, salt="something-else").dumps("c0ffee")
    with pytest.raises(LinkInvalid):
        CreatorLinks(SECRET, "https://groundswell.example").read(str(other))


def test_a_token_expires() -> None:
    """A link that is older than allowed says that it has expired."""
    links = CreatorLinks(SECRET, "https://groundswell.example")
    with pytest.raises(LinkInvalid, match="expired"):
        links.read(links.token("c0ffee"), max_age_seconds=-1)


def test_the_host_is_that_of_the_public_url() -> None:
    """Message-IDs end in the public name, without port."""
    assert CreatorLinks(SECRET, "http://127.0.0.1:8000").host == "127.0.0.1"
