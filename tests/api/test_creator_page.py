"""The creator's page, as a browser without scripts uses it."""

import re
from html.parser import HTMLParser

import httpx
import pytest

from domain.amendments import DraftAmendment
from domain.content_approval import RequestChanges
from domain.decider import Role
from domain.money import Money
from domain.negotiation import CounterOffer
from tests.api.conftest import CONTRACT, Bench
from tests.domain.given import DISCLOSED, UNDISCLOSED
from workflows.client import EngineUnavailable


class Forms(HTMLParser):
    """The forms of a page: where each goes, and the fields that it is sent with as it stands."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.by_action: dict[str, list[dict[str, str]]] = {}
        self._form: dict[str, str] = {}
        self._textarea: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collects forms and their fields."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = {}
            self.by_action.setdefault(attributes["action"].partition("?")[0].rpartition("/")[2], []).append(self._form)
        elif tag == "input" and attributes.get("type") != "checkbox":
            self._form[attributes["name"]] = attributes.get("value", "")
        elif tag == "textarea":
            self._textarea = attributes["name"]
            self._form[self._textarea] = ""

    def handle_data(self, data: str) -> None:
        """Collects the text of text areas."""
        if self._textarea:
            self._form[self._textarea] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        """Ends text areas."""
        if tag == "textarea":
            self._textarea = None


class Visit:
    """A creator at their page."""

    def __init__(self, bench: Bench, client: httpx.AsyncClient, collaboration: str) -> None:
        self.path = f"/c/{bench.services.links.token(collaboration)}"
        self._client = client

    async def forms(self) -> dict[str, list[dict[str, str]]]:
        """What the page asks for now."""
        return Forms((await self._client.get(self.path)).text).by_action

    async def send(self, verb: str, **entered: str) -> httpx.Response:
        """Fills in the page's own form, the last one for this step, and sends it."""
        return await self._client.post(f"{self.path}/{verb}", data={**(await self.forms())[verb][-1], **entered})


async def _ended_well(client: httpx.AsyncClient, answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return (await client.get(answer.headers["Location"])).text


async def test_a_creator_goes_all_the_way_from_the_offer_to_the_figures(
    bench: Bench, anonymous: httpx.AsyncClient, brand: httpx.AsyncClient
) -> None:
    id_ = await bench.to_sign()
    visit = Visit(bench, anonymous, id_)
    assert (await anonymous.get(f"{visit.path}/contract.pdf")).content == CONTRACT
    assert "You have signed" in await _ended_well(
        anonymous, await visit.send("sign", typed_name="Ines Okafor", consent="yes")
    )
    document = (await brand.get(f"/v1/collaborations/{id_}")).json()["document"]
    signature = {"typed_name": "Ada", "document": document, "consent": True}
    await brand.post(f"/v1/collaborations/{id_}/contract/sign", json=signature)
    for number in (2, 1):
        caption = f"{DISCLOSED}\r\nTwo lines."
        assert "with the brand now" in await _ended_well(
            anonymous, await visit.send("draft", caption=caption, media_url="https://media.example/1")
        )
        await brand.post(f"/v1/collaborations/{id_}/deliverables/{number}/approve", json={"version": 1})
        await _ended_well(anonymous, await visit.send("published", url=f"https://posts.example/{number}"))
        await _ended_well(anonymous, await visit.send("metrics", likes="120", reach="4000"))

    works = (await brand.get(f"/v1/collaborations/{id_}")).json()["works"]
    assert [work["status"] for work in works] == ["measured", "measured"]
    assert works[0]["caption"] == f"{DISCLOSED}\nTwo lines."
    assert (works[0]["metrics"]["likes"], works[0]["metrics"]["saves"]) == (120, None)
    assert await visit.forms() == {}


async def test_a_post_that_is_gone_is_restored_with_one_form(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    visit = Visit(bench, anonymous, await bench.gone())
    assert "We did not find it" in (await anonymous.get(visit.path)).text
    ((form,),) = [(await visit.forms())["restored"]]
    assert form["url"] == "https://posts.example/1"
    assert "We look at it now" in await _ended_well(anonymous, await visit.send("restored"))


async def test_the_offer_shows_what_is_asked_for_how_much_and_until_when(
    bench: Bench, anonymous: httpx.AsyncClient
) -> None:
    visit = Visit(bench, anonymous, await bench.offered())
    page = (await anonymous.get(visit.path)).text

    for text in (
        "Lumen Tea",
        "$212.50",
        "reel, story",
        "5 March 2026, 04:00 (America/New_York)",
        "Tea bags that brew in cold water.",
    ):
        assert text in page
    assert "$400" not in page  # the most that the brand would pay
    assert set(await visit.forms()) == {"accept", "counter", "decline", "extend"}


async def test_an_offer_is_accepted_with_one_button(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    id_ = await bench.offered()

    assert "accepted the offer" in await _ended_well(anonymous, await Visit(bench, anonymous, id_).send("accept"))
    assert await bench.services.log.head(f"collaboration/{id_}") == 5


async def test_a_counter_offer_is_entered_in_whole_units(
    bench: Bench, anonymous: httpx.AsyncClient, brand: httpx.AsyncClient
) -> None:
    id_ = await bench.offered()
    visit = Visit(bench, anonymous, id_)

    assert "with the brand now" in await _ended_well(
        anonymous, await visit.send("counter", fee="250,50", message="Rush.")
    )
    offer = (await brand.get(f"/v1/collaborations/{id_}")).json()["offer"]
    assert (offer["fee"], offer["message"], offer["by"]) == ({"amount": 25_050, "currency": "USD"}, "Rush.", "creator")
    assert await visit.forms() == {}


async def test_a_creator_who_needs_more_time_takes_it_once(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """A day more, and then the page no longer offers it."""
    visit = Visit(bench, anonymous, await bench.offered())
    page = await _ended_well(anonymous, await visit.send("extend"))

    assert "You have more time." in page
    assert "6 March 2026, 04:00 (America/New_York) (extended)" in page
    assert set(await visit.forms()) == {"accept", "counter", "decline"}


async def test_no_counter_offer_is_asked_for_when_no_round_is_left(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    id_ = await bench.offered()
    visit = Visit(bench, anonymous, id_)
    for version in (2, 4):
        await visit.send("counter", fee="399")
        ours = CounterOffer(version=version, fee=Money(amount=220_00, currency="USD"))
        await bench.give(f"collaboration/{id_}", ours, Role.BRAND)

    assert set(await visit.forms()) == {"accept", "decline", "extend"}


async def test_pressing_twice_decides_once(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    id_ = await bench.offered()
    visit = Visit(bench, anonymous, id_)
    (form,) = (await visit.forms())["accept"]
    first, again = [await anonymous.post(f"{visit.path}/accept", data=form) for _ in range(2)]

    assert (first.status_code, again.status_code) == (303, 303)
    assert await bench.services.log.head(f"collaboration/{id_}") == 5


async def test_a_refusal_says_why_and_keeps_what_was_entered(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    id_ = await bench.approved()
    visit = Visit(bench, anonymous, id_)
    answer = await visit.send("published", url="https://posts.example/1", caption=UNDISCLOSED)

    assert answer.status_code == 409
    assert "does not disclose the partnership" in answer.text
    (form,) = Forms(answer.text).by_action["published"]
    assert (form["url"], form["caption"]) == ("https://posts.example/1", UNDISCLOSED)


async def test_an_outage_keeps_the_forms_key_so_that_sending_again_is_safe(
    bench: Bench, anonymous: httpx.AsyncClient
) -> None:
    visit = Visit(bench, anonymous, await bench.offered())
    (form,) = (await visit.forms())["accept"]
    bench.engine.outage = EngineUnavailable(seconds=10, why="no worker took it in time")
    answer = await anonymous.post(f"{visit.path}/accept", data=form)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert Forms(answer.text).by_action["accept"][0]["key"] == form["key"]


@pytest.mark.parametrize(
    ("situation", "verb", "entered", "said"),
    [
        ("offered", "counter", {"fee": "a lot"}, "write the amount in USD as a plain number, such as 250.00"),
        ("offered", "counter", {"fee": "1,234"}, "write the amount"),
        ("offered", "accept", {"version": "soon"}, "Version: Input should be a valid integer"),
        ("to_sign", "sign", {"typed_name": "Ines"}, "Tick the box"),
        ("to_sign", "sign", {"typed_name": " ", "consent": "yes"}, "Your name: Field required"),
        ("signed", "draft", {"caption": ""}, "Caption: Field required"),
        ("signed", "draft", {"caption": "#ad", "media_url": "javascript:alert(1)"}, "The address: "),
        ("published", "metrics", {"likes": "-1"}, "Likes: Input should be greater than or equal to 0"),
        ("published", "metrics", {}, "Enter at least one figure"),
    ],
)
async def test_a_form_that_was_not_filled_in_well_says_what_is_wrong(
    bench: Bench, anonymous: httpx.AsyncClient, situation: str, verb: str, entered: dict[str, str], said: str
) -> None:
    id_ = await getattr(bench, situation)()
    before = await bench.services.log.head(f"collaboration/{id_}")
    answer = await Visit(bench, anonymous, id_).send(verb, **entered)

    assert answer.status_code == 422
    assert said in answer.text
    assert await bench.services.log.head(f"collaboration/{id_}") == before


async def test_a_form_from_before_the_offer_changed_is_refused(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    id_ = await bench.offered()
    visit = Visit(bench, anonymous, id_)
    (old,) = (await visit.forms())["accept"]
    await visit.send("counter", fee="300")
    answer = await anonymous.post(f"{visit.path}/accept", data=old)

    assert answer.status_code == 409
    assert "version 2 is the current one" in answer.text


@pytest.mark.parametrize("key", ["", "x" * 201, "ключ", "engine/PassTime/5"])
async def test_a_key_that_was_tampered_with_is_replaced(bench: Bench, anonymous: httpx.AsyncClient, key: str) -> None:
    id_ = await bench.offered()

    assert (await Visit(bench, anonymous, id_).send("accept", key=key)).status_code == 303
    recorded = (await bench.services.log.read(f"collaboration/{id_}", 4))[0].metadata.command_id
    assert re.fullmatch(r"[0-9a-f]{32}", recorded)


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "%00", "x" * 400, "../../etc/passwd"])
@pytest.mark.parametrize("path", ["", "/contract.pdf"])
async def test_a_link_that_is_not_ours_says_so_as_a_page(anonymous: httpx.AsyncClient, token: str, path: str) -> None:
    answer = await anonymous.get(f"/c/{token}{path}")

    assert answer.status_code == 404
    if "/" not in token:
        assert "This link does not work" in answer.text


async def test_a_verb_that_does_not_exist_is_404(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    visit = Visit(bench, anonymous, await bench.offered())

    assert (await anonymous.post(f"{visit.path}/pay")).status_code == 404
    assert (await anonymous.get(f"{visit.path}/accept")).status_code == 405


async def test_the_page_is_closed_to_scripts_frames_caches_and_referrers(
    bench: Bench, anonymous: httpx.AsyncClient
) -> None:
    visit = Visit(bench, anonymous, await bench.offered())
    answer = await anonymous.get(visit.path)
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"style-src 'nonce-([^']+)'", policy)

    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert nonce is not None
    assert f'<style nonce="{nonce[1]}">' in answer.text
    assert "<script" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_what_people_wrote_is_text_on_the_page(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    await bench.started(product="<script>alert(1)</script>", briefing={"caption_guide": '"><img src=x onerror=y>'})
    id_ = await bench.in_review()
    changes = RequestChanges(deliverable=1, version=1, feedback="</p><script>alert(2)</script>")
    await bench.give(f"collaboration/{id_}", changes, Role.BRAND)
    page = (await anonymous.get(Visit(bench, anonymous, id_).path)).text

    assert "<script>" not in page  # ours says which page it belongs to
    assert "<img" not in page
    assert "&lt;script&gt;alert(2)" in page


async def test_an_ended_collaboration_says_how_it_ended(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    visit = Visit(bench, anonymous, await bench.offered())
    await visit.send("decline", reason="No time.")

    assert "has ended (declined)" in (await anonymous.get(visit.path)).text


async def test_a_creator_asks_for_other_terms_and_signs_them(
    bench: Bench, anonymous: httpx.AsyncClient, brand: httpx.AsyncClient
) -> None:
    """The page shows old and new beside each other, and the document; without a tick nothing is signed."""
    id_ = await bench.signed()
    visit = Visit(bench, anonymous, id_)
    asked = await _ended_well(anonymous, await visit.send("propose", fee="300", reason="one more scene"))
    assert "Amendment 1 is open" in asked
    assert "propose" not in Forms(asked).by_action
    document = await bench.services.documents.put(CONTRACT, "application/pdf", creator_id=None)
    await bench.give(f"collaboration/{id_}", DraftAmendment(number=1, document=document))
    page = (await anonymous.get(visit.path)).text
    assert "until now: USD 212.50" in page
    assert (await anonymous.get(f"{visit.path}/amendments/1.pdf")).content == CONTRACT
    assert (await visit.send("sign-amendment", typed_name="Ines Okafor")).status_code == 422
    signed = await _ended_well(anonymous, await visit.send("sign-amendment", typed_name="Ines Okafor", consent="yes"))
    assert "You have signed the amendment." in signed
    view = (await brand.get(f"/v1/collaborations/{id_}/amendments/1")).json()
    assert (view["by"], list(view["signatures"])) == ("creator", ["creator"])


async def test_a_creator_declines_what_the_brand_asks_for(
    bench: Bench, anonymous: httpx.AsyncClient, brand: httpx.AsyncClient
) -> None:
    id_ = await bench.signed()
    visit = Visit(bench, anonymous, id_)
    await brand.post(f"/v1/collaborations/{id_}/amendments", json={"changes": {"exclusivity_days": 30}})
    await bench.give(f"collaboration/{id_}", DraftAmendment(number=1, document="a1" * 32))
    assert "stays as it is" in await _ended_well(anonymous, await visit.send("decline-amendment", reason="no"))
    assert (await brand.get(f"/v1/collaborations/{id_}/amendments/1")).json()["status"] == "declined"
