"""Commands about access: keys, members, workspaces, and the table of who may do what."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from activities.store.access_audit import AccessAudit
from activities.store.access_identities import Identities
from activities.store.access_keys import IssuedKeys, Wanted
from activities.store.access_members import Members
from activities.store.pool import Pool, open_pool
from api.access.grants import Grant, NewMember
from api.access.principal import DEFAULT_WORKSPACE, AccessRole
from api.access.rules import as_markdown
from api.doctor import settings_problem
from domain.errors import GroundswellError
from domain.money import Money
from workflows.settings import Settings

T = TypeVar("T")

keys = typer.Typer(no_args_is_help=True, help="API keys: make one, list them, revoke one.")
members = typer.Typer(no_args_is_help=True, help="The people of a workspace, who sign in by a link in a mail.")
access = typer.Typer(no_args_is_help=True, help="Who may do what.")

BY = "command line"
"""Whom the record names for what is done here."""

InWorkspace = Annotated[str, typer.Option("--workspace", help="Of this workspace; it is opened if there is none.")]
Amount = Annotated[
    str | None, typer.Option("--limit", help="The most that one decision may commit: `50000 USD` is 500.00.")
]
Given = Annotated[AccessRole, typer.Option("--role", help="Any role but creator.")]

_screen = Console(width=160)


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    role: Given = AccessRole.SERVICE_ACCOUNT,
    limit: Amount = None,
    campaign: Annotated[str | None, typer.Option(help="The only campaign that it reaches.")] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="For looking only.")] = False,
    expires_in_days: Annotated[int | None, typer.Option(min=1, max=3_650)] = None,
    workspace: InWorkspace = DEFAULT_WORKSPACE,
) -> None:
    """Make a key and print it: it is shown this once."""
    grant = _grant(role, limit)
    life = None if expires_in_days is None else timedelta(days=expires_in_days)

    async def make(pool: Pool) -> str:
        await Members(pool).open_workspace(workspace)
        wanted = Wanted(
            name=name, role=role, limit=grant.limit, campaign_id=campaign, read_only=read_only, expires_in=life
        )
        made, text = await IssuedKeys(pool).create(workspace, wanted, by=BY, command_id=secrets.token_hex(16))
        await _note(pool, workspace, "key.created", key_id=made.id)
        return text or ""

    typer.echo(_with_database(make))


@keys.command("list")
def list_keys(workspace: InWorkspace = DEFAULT_WORKSPACE) -> None:
    """List a workspace's keys, oldest first; those that have ended too."""
    table = Table("id", "name", "role", "narrowed to", "expires", "revoked", "last used")
    for key in _with_database(lambda pool: IssuedKeys(pool).of(workspace)):
        narrowed = ", ".join(filter(None, [key.campaign_id, "looking" if key.read_only else None]))
        table.add_row(
            key.id, key.name, key.role, narrowed, _day(key.expires_at), _day(key.revoked_at), _day(key.used_at)
        )
    _screen.print(table)


@keys.command("revoke")
def revoke_key(key_id: str, workspace: InWorkspace = DEFAULT_WORKSPACE) -> None:
    """Revoke a key: from now on it opens nothing."""

    async def end(pool: Pool) -> None:
        await IssuedKeys(pool).revoke(workspace, key_id, by=BY)
        await _note(pool, workspace, "key.revoked", key_id=key_id)

    _with_database(end)
    typer.echo(f"Key {key_id} is revoked.")


@members.command("add")
def add_member(
    address: Annotated[str, typer.Argument(help="Where sign-in links are sent.")],
    role: Given,
    limit: Amount = None,
    workspace: InWorkspace = DEFAULT_WORKSPACE,
) -> None:
    """Let somebody in, or give a member another role and limit."""
    grant = _grant(role, limit)
    try:
        member = NewMember(address=address, role=role, limit=grant.limit)
    except ValidationError:
        _give_up("That is no mail address.")

    async def take_in(pool: Pool) -> str:
        people = Members(pool)
        await people.open_workspace(workspace)
        added = await people.add(workspace, member.address, member.role, member.limit, by=BY)
        await _note(pool, workspace, "member.added", member_id=added.id)
        return added.id

    typer.echo(f"Member {_with_database(take_in)} is {role.value} of {workspace}: they sign in at /sign-in.")


@members.command("list")
def list_members(workspace: InWorkspace = DEFAULT_WORKSPACE) -> None:
    """List the people of a workspace, in the order in which they came."""
    table = Table("id", "address", "role", "limit", "since")
    for member in _with_database(lambda pool: Members(pool).of(workspace)):
        limit = f"{member.limit.amount} {member.limit.currency}" if member.limit else ""
        table.add_row(member.id, member.address, member.role, limit, _day(member.added_at))
    _screen.print(table)


@members.command("remove")
def remove_member(member_id: str, workspace: InWorkspace = DEFAULT_WORKSPACE) -> None:
    """Let a member go: they are signed out everywhere, and their address is forgotten."""

    async def let_go(pool: Pool) -> None:
        await Members(pool).remove(workspace, member_id)
        await _note(pool, workspace, "member.removed", member_id=member_id)

    _with_database(let_go)
    typer.echo(f"Member {member_id} has left.")


@members.command("forget-account")
def forget_account(member_id: str, workspace: InWorkspace = DEFAULT_WORKSPACE) -> None:
    """Forget with which account a member signs in: the next one with their mail address is theirs."""

    async def forget(pool: Pool) -> None:
        await Identities(pool).forget(workspace, member_id)
        await _note(pool, workspace, "member.account_forgotten", member_id=member_id)

    _with_database(forget)
    typer.echo(f"Member {member_id} signs in with another account, or by mail.")


@access.command("rules")
def print_rules() -> None:
    """Print who may call what, as the table in docs/access.md."""
    typer.echo(as_markdown(), nl=False)


def _grant(role: AccessRole, limit: str | None) -> Grant:
    try:
        return Grant(role=role, limit=None if limit is None else _money(limit))
    except ValidationError as error:
        _give_up(error.errors()[0]["msg"].removeprefix("Value error, "))


def _money(text: str) -> Money:
    amount, _, currency = text.partition(" ")
    if not amount.isdecimal():
        _give_up(f"{text!r} is no limit: write minor units and a currency, as in '50000 USD'.")
    return Money(amount=int(amount), currency=currency.strip().upper())


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


async def _note(pool: Pool, workspace: str, what: str, **about: str) -> None:
    await AccessAudit(pool).note(
        what, workspace=workspace, kind=None, principal=BY, role=None, about=about, refused=None, request_id=""
    )


def _with_database(work: Callable[[Pool], Awaitable[T]]) -> T:
    async def connected() -> T:
        pool = await open_pool(settings.database_url.get_secret_value(), application_name="groundswell", max_size=1)
        try:
            return await work(pool)
        finally:
            await pool.close()

    try:
        settings = Settings()
    except ValidationError as error:
        _give_up(settings_problem(error))
    try:
        return asyncio.run(connected())
    except GroundswellError as refusal:
        _give_up(str(refusal))


def _give_up(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(2)
