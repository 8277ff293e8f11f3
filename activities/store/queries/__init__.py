"""The SQL of the store, by name: `QUERIES.read_stream` is the query that some `.sql` file here introduces as

-- name: read_stream
-- One sentence that says what it is for.
"""

import re
from collections.abc import Iterable, Iterator
from importlib.resources import files

_HEADER = re.compile(r"^-- name: (\w+)\n-- (.+)\n", re.MULTILINE)


class Queries:
    """Named queries, as attributes.

    Raises:
        ValueError: a file has SQL without a name and a sentence, or a name is used twice.
    """

    def __init__(self, sources: Iterable[str]) -> None:
        self._queries: dict[str, str] = {}
        for source in sources:
            for name, sql in _parse(source):
                if name in self._queries:
                    raise ValueError(f"two queries are named {name}")
                self._queries[name] = sql

    def __getattr__(self, name: str) -> str:
        try:
            return self._queries[name]
        except KeyError:
            raise AttributeError(f"no query is named {name}; there are {', '.join(sorted(self._queries))}") from None


def _parse(source: str) -> Iterator[tuple[str, str]]:
    before, *parts = _HEADER.split(source)
    if before.strip():
        raise ValueError(f"SQL without a name and a sentence: {before.strip()[:80]}")
    for name, sentence, sql in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        # The comment travels along, so that a query can be recognised in PostgreSQL's log and statistics.
        yield name, f"-- {name}: {sentence}\n{sql.strip()}"


QUERIES = Queries(entry.read_text() for entry in files(__name__).iterdir() if entry.name.endswith(".sql"))
