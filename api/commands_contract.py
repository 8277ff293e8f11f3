"""Commands about sealed contracts: check one, and say with what they are sealed."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from pydantic import ValidationError

from activities.connectors.pades import PadesSeal, SealUnreadable, SealUnusable, self_signed, verify
from activities.ports import SealKeys
from activities.store.pool import open_pool
from activities.store.seal_keyring import SealKeyring
from activities.store.sealing import sealer_on
from api.doctor import settings_problem
from workflows.settings import Settings

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, help="Sealed contracts: check one, and with what they are sealed.")

WORKSPACE = "default"

PemFile = typer.Option(exists=True, dir_okay=False, help="A file in PEM.")


@app.command()
def check(
    contract: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The PDF.")],
    certificate: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Whom you trust, in PEM.")],
) -> None:
    """Say whether a contract is what was sealed, by whom, and what both sides signed. It needs no database.

    The exit code is 1 if the contract was changed, or was sealed by somebody whom the certificate does not vouch for.
    """
    try:
        found = asyncio.run(verify(contract.read_bytes(), certificate.read_bytes()))
    except SealUnreadable as error:
        typer.echo(f"CHANGED after it was sealed: {error}")
        raise typer.Exit(1) from None
    except ValueError as error:
        _give_up(f"{contract.name}: {error}")
    typer.echo(f"Sealed by {found.sealed_by}" + (f" at {found.sealed_at.isoformat()}" if found.sealed_at else ""))
    typer.echo(f"Both sides signed the document {found.signed_document}")
    typer.echo("Unchanged since it was sealed" if found.intact and found.complete else "CHANGED after it was sealed")
    if not found.trusted:
        typer.echo("NOT TRUSTED: the certificate that you gave does not vouch for whoever sealed it")
    if not found.good:
        raise typer.Exit(1)


@app.command()
def certificate() -> None:
    """Print the certificate that contracts are sealed with, for whoever checks them: `... certificate > seal.pem`."""
    keys = asyncio.run(_with_keyring(lambda keyring: keyring.of(WORKSPACE)))
    typer.echo(keys.certificates.decode(), nl=False)


@app.command()
def seal_with(
    key: Annotated[Path, PemFile],
    certificates: Annotated[Path, PemFile],
) -> None:
    """Seal contracts with a certificate from an authority from now on, instead of the one that was made here.

    The key is a PEM file without a password; it is kept encrypted in the database. The certificates are its own first,
    then those that issued it. Contracts that are sealed already stay as they are.
    """
    keys = SealKeys(private_key=key.read_bytes(), certificates=certificates.read_bytes())
    try:
        PadesSeal.of(keys)
    except SealUnusable as error:
        _give_up(str(error))
    asyncio.run(_with_keyring(lambda keyring: keyring.use(WORKSPACE, keys)))
    typer.echo("Contracts are sealed with it from now on.")


async def _with_keyring(work: Callable[[SealKeyring], Awaitable[T]]) -> T:
    try:
        settings = Settings()
    except ValidationError as error:
        _give_up(settings_problem(error))
    pool = await open_pool(settings.database_url.get_secret_value(), application_name="groundswell")
    try:
        return await work(SealKeyring(pool, sealer_on(pool, settings.masters).keyring, make=self_signed))
    finally:
        await pool.close()


def _give_up(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(2)
