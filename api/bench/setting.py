"""Where a measurement happens: an embedded installation of its own, thrown away afterwards, and the way in to it."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client

from activities.store.sealing import sealer_on
from api.app import open_services
from api.dependencies import Services
from api.embedded.installation import Installation
from api.embedded.postgres import Postmaster
from api.embedded.process import Progress
from api.embedded.stack import Ports
from workflows.settings import Settings, connect_temporal


@dataclass(frozen=True)
class Scene:
    """A running installation with the services that its API has, opened in this process too."""

    here: Installation
    services: Services
    client: Client
    plain: Client
    """Without encryption: what the yardstick sends is a number."""

    @property
    def programs(self) -> Mapping[str, Callable[[], int]]:
        """The processes that share the work, by name."""
        return {
            "worker": lambda: self.here.worker.pid,
            "API": lambda: self.here.api.pid,
            "Temporal": lambda: self.here.stack.temporal_pid,
            "PostgreSQL": self._postgres,
            "bench: crowd and mail server": os.getpid,
        }

    def _postgres(self) -> int:
        running = Postmaster.read(self.here.data_dir / "postgres")
        assert running is not None, "it runs as long as the installation does"
        return running.pid


@asynccontextmanager
async def scene(progress: Progress, data_dir: Path | None = None) -> AsyncIterator[Scene]:
    """An installation on free ports. Without a directory it is in a temporary one, which is deleted at the end.

    Raises:
        EmbeddedError: some part does not start.
    """
    directory = data_dir or Path(tempfile.mkdtemp(prefix="groundswell-bench-"))
    try:
        async with Installation(directory, ports=Ports.ANY_FREE, api_port=0, progress=progress) as here:
            with _surroundings(here.environment()):
                settings = Settings()
                async with open_services(settings) as services:
                    client = await connect_temporal(sealer_on(services.pool, settings.masters))
                    yield Scene(here, services, client, await connect_temporal(None))
    finally:
        if data_dir is None:
            shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _surroundings(variables: Mapping[str, str]) -> Iterator[None]:
    """This process as a part of the installation, which its environment says."""
    before = dict(os.environ)
    os.environ |= variables
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before
