"""`groundswell twins`: the outside services' twins on this machine, for whoever develops against them."""

import asyncio
import shlex
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import Console

app = typer.Typer()
console = Console(soft_wrap=True, highlight=False)


@app.command()
def twins(
    only: Annotated[list[str] | None, typer.Argument(help="Names of twins; all of them without.")] = None,
    free_ports: Annotated[
        bool, typer.Option("--free-ports", help="Listen on any free ports instead of 8101 and following.")
    ] = False,
) -> None:
    """Serve the twins of outside services, and print the settings that lead to them; Ctrl-C stops them.

    In another shell, paste the settings and start `groundswell worker` and `groundswell api`. A twin fails on demand:

        curl -d '{"fault": "rate_limited", "times": 2, "retry_after": 90}' http://127.0.0.1:8101/twin/faults
    """
    # Only this command and the demo need the twins.
    from activities.connectors.simulated.twins import TWINS  # noqa: PLC0415

    names = only or list(TWINS)
    if unknown := [name for name in names if name not in TWINS]:
        raise typer.BadParameter(f"{', '.join(unknown)}: there are {', '.join(TWINS)}")
    asyncio.run(_serve(names, usual_ports=not free_ports))


async def _serve(names: list[str], *, usual_ports: bool) -> None:
    from activities.connectors.simulated.twins import twins_served  # noqa: PLC0415
    from api.embedded.installation import until_stopped  # noqa: PLC0415

    try:
        async with twins_served(names, usual_ports=usual_ports) as environment:
            _show(environment)
            await until_stopped()
    except OSError as error:
        console.print(f"[red]groundswell:[/] A twin's port is taken ({error.strerror}): try --free-ports")
        raise typer.Exit(1) from None


def _show(environment: Mapping[str, str]) -> None:
    for name, value in environment.items():
        console.print(f"export {name}={shlex.quote(value)}", markup=False)
