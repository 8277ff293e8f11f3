"""The command that writes the Python client from the API as it is."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command("client")
def write_client(
    directory: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Where the client is: `api/client` in this project.")
    ],
) -> None:
    """Write the generated part of the Python client anew: a model for each schema, a method for each call.

    `make client` does it here; tests fail until the committed files are what the routes give.
    """
    # No other command needs the whole API to be described.
    from api.app import openapi_document  # noqa: PLC0415
    from api.generator.package import write  # noqa: PLC0415

    for path in write(openapi_document(), directory):
        typer.echo(str(path))
