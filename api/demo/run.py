"""The demo from the first command to the last line: a campaign of its own, checked at the end by its own events."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
from rich.console import Console
from rich.markup import escape

from activities.connectors.simulated.serving import served
from activities.connectors.simulated.twins import twins_served
from api.client import Groundswell, Refusal, models
from api.demo import happened
from api.demo.afterwards import let_one_go, show_next_brief, show_what_goes_on
from api.demo.brand import Brand
from api.demo.brief import TIME_ZONE, JsonObject, brief, kept
from api.demo.cast import GHOST, PROMPT, casting
from api.demo.creators import Actor, Troupe
from api.demo.ending import save_files, show_refusals, show_rejected_rows, show_report
from api.demo.listener import Listener
from api.demo.mailroom import Mailroom
from api.demo.notes import Notes
from api.demo.platforms import Bank, Instagram, Shoppers
from api.demo.refused import try_again_with_other_content, try_as_brand, try_as_creators, try_to_renew
from api.demo.screen import Screen
from api.demo.sources import TWINS, ask_instagram
from api.embedded.installation import Installation, addresses, until_stopped

T = TypeVar("T")

AT_MOST = 170.0
"""Seconds for the campaign; it takes about a third of that on two cores."""
PAID_BY_STRIPE = 3
"""Every third creator has an account at Stripe; finance pays the others."""
ON_ONE_MACHINE = {"GROUNDSWELL_WEBHOOKS_ALLOW_PRIVATE": "true"}
"""The program that the webhook tells listens on this machine."""
QUIET = 1.5
"""Seconds without a new mail after which all have arrived."""


async def run(
    data_dir: Path, *, seed: int, keep_running: bool = False, chaos: bool = False, console: Console | None = None
) -> bool:
    """Run it; whether everything that must happen has happened, and nothing that must not.

    Raises:
        EmbeddedError: some part of the installation does not start.
    """
    console = console or Console()
    began = perf_counter()

    def say(line: str) -> None:
        console.print(f"[dim]{escape(line)}[/]", highlight=False, soft_wrap=True)

    async with (
        twins_served(TWINS) as twins,
        Installation(data_dir, progress=say, outside={**twins, **ON_ONE_MACHINE}) as here,
    ):
        limits = httpx.Limits(max_connections=40)
        async with httpx.AsyncClient(base_url=here.api_url, timeout=30, limits=limits) as session:
            problems = await Demo(here, twins, session, console, seed).play(chaos=chaos)
        console.print(addresses(here))
        again = f"groundswell up --data-dir {data_dir}"
        console.print(f"Bring it up again with [bold]{escape(again)}[/]", highlight=False, soft_wrap=True)
        for problem in problems:
            console.print(f"[red]✗[/] {escape(problem)}", highlight=False, soft_wrap=True)
        if not problems:
            everything = "Whatever happened" if chaos else f"All {len(happened.EXPECTED)} things that must happen"
            console.print(
                f"[green]✓[/] {everything} happened in order and once, and nothing was overspent."
                f" {perf_counter() - began:.0f} s in all.",
                highlight=False,
            )
        if keep_running:
            console.print("Running until Ctrl-C.")
            await until_stopped()
    return not problems


class Demo:
    """One campaign on a running installation."""

    def __init__(
        self,
        here: Installation,
        twins: Mapping[str, str],
        session: httpx.AsyncClient,
        console: Console,
        seed: int,
    ) -> None:
        self._here = here
        self._twins = twins
        self._listener = Listener()
        self._session = session
        self._console = console
        self._seed = seed
        self._api = Groundswell("", here.api_key, session=session)
        self._notes = Notes()

    async def play(self, *, chaos: bool) -> list[str]:
        """The whole campaign, its report, and what is wrong with it: nothing, if all is well."""
        await self._import_roster()
        await ask_instagram(self._api, self._console)
        async with Mailroom(self._here.stack.mail_dir) as mailroom, served(self._listener.app) as listening:
            await self._listener.subscribe(self._api, listening)
            mailroom.campaign_id = campaign_id = await self._start_campaign()
            people = await self._people(campaign_id)
            handles = {id_: profile["handle"] for id_, profile in people.items()}
            screen = Screen(self._api, campaign_id, mailroom, self._console, handles)
            instagram = Instagram(self._session, self._twins["GROUNDSWELL_INSTAGRAM_URL"].rpartition("/")[0])
            troupe = Troupe(self._session, mailroom, casting(self._seed), self._notes, self._seed, instagram)
            brand = Brand(
                self._api,
                campaign_id,
                self._notes,
                self._seed,
                may_cancel=troupe.has_an_ordinary_one,
                may_amend=troupe.has_a_prompt_one,
            )
            shop, stripe = self._twins["SHOPIFY_TWIN_URL"], self._twins["GROUNDSWELL_STRIPE_URL"]
            url, events = self._here.api_url, lambda: list(screen.events)
            behind_the_scenes = [
                brand.work(),
                troupe.play({profile["email"]: profile for profile in people.values()}),
                Shoppers(self._session, self._api, shop, events, self._seed).shop(f"{url}/v1/orders/shopify"),
                Bank(self._session, stripe, events).take_back_one(f"{url}/v1/callbacks/stripe"),
                self._try_what_is_not_theirs(troupe, campaign_id),
            ]
            if chaos:
                behind_the_scenes.append(self._kill_the_worker(screen))
            try:
                campaign = await asyncio.wait_for(_beside(behind_the_scenes, screen.follow()), AT_MOST)
            except TimeoutError:
                return [f"The campaign has not ended within {AT_MOST:.0f} s"]
            await let_one_go(self._api, campaign_id)
            await _quiet(mailroom)
            await screen.read_events()
        await self._show(campaign_id)
        self._console.print(
            f"[bold]Batches[/] {sum(brand.batches)} drafts were approved in {len(brand.batches)} requests."
            f" [bold]Webhook[/] {self._listener.received.total()} messages came, each signed and in order.",
            highlight=False,
        )
        missing = happened.missing(screen.events)
        if chaos:
            # While the worker was away, time passed for everybody: a reminder may have come too late to be one.
            for sentence in missing:
                self._console.print(f"[dim]Not this time: {sentence}[/]", highlight=False)
            missing = []
        return [
            *(f"did not happen: {sentence}" for sentence in missing),
            *happened.contradictions(screen.events),
            *happened.overspent(screen.events, campaign.budget.total),
            *happened.mail_repeated(mailroom.delivered),
            *happened.refused_as_expected(self._notes.refusals),
            *happened.not_told(self._listener.received, self._listener.faults, screen.events),
        ]

    async def _import_roster(self) -> None:
        roster = files("api").joinpath("demo", "roster.csv").read_bytes()
        imported = await self._api.import_creators(roster, content_type="text/csv")
        show_rejected_rows(imported, self._console)

    async def _start_campaign(self) -> str:
        wanted = brief(datetime.now(ZoneInfo(TIME_ZONE)).date())
        await try_as_brand(self._session, self._api, wanted, self._notes)
        key = uuid4().hex
        body = models.BriefInput.model_validate(wanted)
        campaign = await self._api.start_campaign(body, idempotency_key=key)
        again = await self._api.start_campaign(body, idempotency_key=key)
        assert again.id == campaign.id, "the same key leads to the same campaign"
        await try_again_with_other_content(self._api, wanted, key, self._notes)
        self._console.print(f"Campaign {campaign.id} for {wanted['brand']} has started.", highlight=False)
        return campaign.id

    async def _people(self, campaign_id: str) -> dict[str, JsonObject]:
        """Profiles by id of the creators whom the brand is going to keep: the ones who need an actor."""
        while True:
            with suppress(Refusal):  # until the ranking is there
                ranked = self._api.read_shortlist(campaign_id)
                ids = [candidate.creator_id async for candidate in ranked if kept(candidate)]
                known = await asyncio.gather(*(self._api.read_creator(id_) for id_ in ids))
                for nth, id_ in enumerate(ids[::PAID_BY_STRIPE]):
                    await self._api.set_payout_account(id_, models.PayoutAccount(account=f"acct_1Twin{nth:04}"))
                return {creator.id: creator.profile.model_dump(mode="json") for creator in known}
            await asyncio.sleep(0.2)

    async def _try_what_is_not_theirs(self, troupe: Troupe, campaign_id: str) -> None:
        """Once somebody who never answers an offer has one, and somebody else as well."""
        await try_to_renew(self._api, campaign_id, self._notes)
        while True:
            actors = [actor for actor in troupe.actors.values() if actor.token]
            one, other = _by_character(actors, GHOST.name), _by_character(actors, PROMPT.name)
            if one is not None and other is not None:
                await try_as_creators(self._session, one, other, self._notes)
                await asyncio.Event().wait()
            await asyncio.sleep(0.2)

    async def _kill_the_worker(self, screen: Screen) -> None:
        """In the thick of it: when contracts are being concluded."""
        concluded = 0
        while concluded < 3:
            await asyncio.sleep(0.1)
            concluded = sum(event.type == "ContractConcluded" for event in screen.events)
        pid = self._here.worker.kill()
        self._console.print(f"[red]The worker (process {pid}) was killed.[/]", highlight=False)
        await asyncio.Event().wait()

    async def _show(self, campaign_id: str) -> None:
        report = await self._api.read_report(campaign_id)
        show_report(report, self._console)
        show_refusals(self._notes, self._console)
        await show_what_goes_on(self._api, campaign_id, self._console)
        await show_next_brief(self._api, campaign_id, self._console)
        for name, path in (await save_files(self._api, campaign_id, report, self._here.data_dir)).items():
            self._console.print(f"[bold]{name}[/]  {escape(str(path))}", highlight=False, soft_wrap=True)


def _by_character(actors: Iterable[Actor], name: str) -> Actor | None:
    return next((actor for actor in actors if actor.character.name == name), None)


async def _beside(background: Iterable[Coroutine[Any, Any, None]], work: Coroutine[Any, Any, T]) -> T:
    """Do `work` while the others do theirs, which has no end; if one of them fails, everything does."""
    main = asyncio.ensure_future(work)
    others = [asyncio.ensure_future(each) for each in background]
    try:
        done, _ = await asyncio.wait([main, *others], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        return await main
    finally:
        for task in (main, *others):
            task.cancel()
        await asyncio.gather(main, *others, return_exceptions=True)


async def _quiet(mailroom: Mailroom) -> None:
    """Wait until no more mail comes."""
    count = -1
    while count != len(mailroom.delivered):
        count = len(mailroom.delivered)
        await asyncio.sleep(QUIET)
