"""A collector of traces: an HTTP server that takes what OpenTelemetry's exporter sends, and remembers it."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Collector:
    """What has come in."""

    url: str = ""
    spans: list[Span] = field(default_factory=list)
    services: set[str] = field(default_factory=set)
    bodies: bytes = b""
    """Everything as it was sent, to search it."""

    def named(self, name: str) -> list[Span]:
        """The spans of this name, in the order in which they came."""
        return [span for span in self.spans if span.name == name]

    def trace(self, of: Span) -> list[Span]:
        """All spans of a span's trace."""
        return [span for span in self.spans if span.trace_id == of.trace_id]

    def way_up(self, span: Span) -> list[str]:
        """The names from a span to its root; a parent that nobody has sent is `?`."""
        known, way = {each.span_id: each for each in self.spans}, [span.name]
        while span.parent_span_id:
            if span.parent_span_id not in known:
                return [*way, "?"]
            span = known[span.parent_span_id]
            way.append(span.name)
        return way


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a port of its own."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            assert (self.path, self.headers["Content-Type"]) == ("/v1/traces", "application/x-protobuf")
            collector.bodies += body
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                named = {each.key: each.value.string_value for each in resource.resource.attributes}
                collector.services.add(named["service.name"])
                for scope in resource.scope_spans:
                    collector.spans.extend(scope.spans)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Nothing: tests say what they saw."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
