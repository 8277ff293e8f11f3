"""Keeps child processes running: whatever kills one, it is started again, with growing pauses if it keeps dying.

A child writes to a log file, is asked to finish when its time has come, and does not outlive its supervisor for long:
one that was orphaned by a kill is ended by the next supervisor, which knows it by the file beside its log.
"""

import asyncio
import json
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

from api.embedded.process import EmbeddedError, Progress, end, silent

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a restart, doubling with each death in a row."""
STABLE = 30.0
"""Seconds after which a death no longer counts as another in a row."""
PATIENCE = 40.0
"""Seconds that a child may take to finish what it has begun; a worker takes up to 30."""


class Child:
    """One supervised process. Its output goes to `<directory>/<name>.log`."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        directory: Path,
        progress: Progress = silent,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self.name = name
        self.log = directory / f"{name}.log"
        self.starts = 0
        """How often it has been started."""
        self._command = list(command)
        self._environment = dict(environment)
        self._progress = progress
        self._first_pause = first_pause
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """The process's number.

        Raises:
            EmbeddedError: it does not run at the moment.
        """
        if self._process is None or self._process.returncode is not None:
            raise EmbeddedError(f"The {self.name} does not run; its log is {self.log}")
        return self._process.pid

    async def start(self) -> None:
        """Start it, and watch over it from now on."""
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        await asyncio.to_thread(self._end_orphan)
        await self._launch()
        self._watching = asyncio.create_task(self._watch(), name=f"supervisor of {self.name}")

    async def stop(self) -> None:
        """Ask it to finish, and end it if it does not within `PATIENCE` seconds."""
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
            self._watching = None
        process = self._process
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), PATIENCE)
            except TimeoutError:
                process.kill()
                await process.wait()
        self._identity.unlink(missing_ok=True)

    def kill(self) -> int:
        """Kill it without warning, as a power cut would; the supervisor starts it again. Returns the process's number.

        Raises:
            EmbeddedError: it does not run at the moment.
        """
        pid = self.pid
        os.kill(pid, signal.SIGKILL)
        return pid

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    async def _launch(self) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is for the supervisor, which stops things in order
            )
        self.starts += 1
        self._identity.write_text(json.dumps({"pid": self._process.pid, "started": _started(self._process.pid)}))

    async def _watch(self) -> None:
        deaths, since = 0, monotonic()
        while True:
            assert self._process is not None, "it was launched before"
            code = await self._process.wait()
            deaths = 0 if monotonic() - since > STABLE else deaths
            pause = min(self._first_pause * 2**deaths, LONGEST_PAUSE)
            self._progress(f"The {self.name} {_ending(code)}; it is started again in {pause:g} s (log: {self.log})")
            await asyncio.sleep(pause)
            deaths, since = deaths + 1, monotonic()
            await self._launch()

    @property
    def _identity(self) -> Path:
        return self.log.with_suffix(".pid")

    def _end_orphan(self) -> None:
        try:
            known = json.loads(self._identity.read_text())
        except (FileNotFoundError, ValueError):
            return
        # Numbers are used again, so a process is only the one we knew if it began when that one did.
        if known["started"] is not None and _started(known["pid"]) == known["started"]:
            self._progress(f"Note: a {self.name} of an earlier start still ran; it is stopped")
            end(known["pid"], patience=PATIENCE)


def _started(pid: int) -> float | None:
    import psutil  # noqa: PLC0415 - only the extra `embedded` brings it

    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def _ending(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was killed by {signal.Signals(-code).name}"
