import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from rules.book_files import load_rulebook
from streams.clock import WallClock
from streams.outward.gauges import Held
from streams.outward.metrics import Metrics
from streams.tools.gauges import NoMetrics, ready, summed
from streams.tools.reconciliation import ALERTS_OPEN, INCIDENTS

Answer = Callable[[str], tuple[int, bytes]]


@contextmanager
def served(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content = answer(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/metrics"
        finally:
            server.shutdown()
            serving.join()


def metrics(*areas: str) -> bytes:
    """Return the metrics of a worker that holds one overdue incident in each area."""
    kept = Metrics([], load_rulebook(), WallClock(), CollectorRegistry())
    for number, area in enumerate(areas):
        kept.changed(number, None, Held("Example", area, "overdue", "theft", None, (("overdue", "high"),)))
    return generate_latest(kept.registry)


def test_the_gauges_of_all_workers_and_areas_are_summed() -> None:
    with served(lambda _: (200, metrics("N", "S"))) as one, served(lambda _: (200, metrics("N"))) as another:
        found = summed([one, another])

    assert +found == {
        ("Example", INCIDENTS, "theft", "overdue"): 3,
        ("Example", ALERTS_OPEN, "overdue", "high"): 3,
    }


@pytest.mark.parametrize("text", [b"<html>", b"recording_incidents{", b"up 1\n"])
def test_what_serves_something_else_is_one_line(text: bytes) -> None:
    with served(lambda _: (200, text)) as url, pytest.raises(NoMetrics, match="expected the /metrics of a running"):
        summed([url])


def test_an_address_with_no_metrics_is_one_line() -> None:
    with served(lambda _: (404, b"")) as url, pytest.raises(NoMetrics):
        summed([url])


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/metrics", "localhost:9464", "file:///etc/hosts", "http://[/"])
def test_what_is_no_address_of_a_worker_is_one_line_that_names_it(url: str) -> None:
    with pytest.raises(NoMetrics) as raised:
        summed([url])

    assert str(raised.value) == f"{url}: no metrics are served there: expected the /metrics of a running worker"


@pytest.mark.parametrize(("status", "is_ready"), [(200, True), (503, False)])
def test_a_worker_says_beside_its_metrics_whether_it_is_ready(status: int, is_ready: bool) -> None:
    asked: list[str] = []

    def answer(path: str) -> tuple[int, bytes]:
        asked.append(path)
        return status, b""

    with served(answer) as url:
        assert ready([url]) is is_ready
    assert asked == ["/ready"]
