"""The outside sources of creators that are configured, by name."""

from collections.abc import Sequence

from activities.ports import AudienceReports, CreatorSource, PostReader
from domain.errors import Refused


class SourceNotConfigured(Refused):
    """There is no source of creators called {name} here; {configured}."""


class CreatorSources:
    """The sources of one process. Close them with `aclose`."""

    def __init__(self, *sources: CreatorSource) -> None:
        self._sources = {source.name: source for source in sources}

    @property
    def names(self) -> Sequence[str]:
        """What they are called."""
        return sorted(self._sources)

    def get(self, name: str) -> CreatorSource:
        """The source of this name.

        Raises:
            SourceNotConfigured: there is none; the message names those that there are.
        """
        if name not in self._sources:
            there = f"there are {', '.join(self.names)}" if self._sources else "none is configured"
            raise SourceNotConfigured(name=name[:40], configured=f"{there} (see docs/connectors.md)")
        return self._sources[name]

    @property
    def third_parties(self) -> Sequence[AudienceReports]:
        """Those of them that report on audiences."""
        return [source for source in self._sources.values() if isinstance(source, AudienceReports)]

    @property
    def post_readers(self) -> Sequence[PostReader]:
        """Those of them that show people's posts."""
        return [source for source in self._sources.values() if isinstance(source, PostReader)]

    async def aclose(self) -> None:
        """Close their connections."""
        for source in self._sources.values():
            await source.aclose()
