import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.parser import text_string_to_metric_families

from streams.outward.server import Server, WrongAddress
from streams.settings import WrongSettings

HOST = "127.0.0.1"
Conditions = dict[str, str | None]
Fetched = tuple[int, str, str]


def fine() -> Mapping[str, str | None]:
    return {"flush": None}


def server_of(
    port: int = 0, host: str = HOST, live: Conditions | None = None, ready: Conditions | None = None
) -> Server:
    registry = CollectorRegistry()
    Gauge("recording_thing", "A thing: größer.", registry=registry).set(3)
    return Server(host, port, registry, lambda: live or fine(), lambda: ready or fine())


@asynccontextmanager
async def running(server: Server) -> AsyncIterator[Callable[..., Awaitable[Fetched]]]:
    await server.start()
    async with aiohttp.ClientSession(f"http://{HOST}:{server.port}") as session:

        async def fetch(path: str, **headers: str) -> Fetched:
            async with session.get(path, headers=headers) as response:
                return response.status, response.headers["Content-Type"], await response.text()

        yield fetch
    await server.stop()


def fetched(server: Server, path: str, **headers: str) -> Fetched:
    async def fetch_once() -> Fetched:
        async with running(server) as fetch:
            return await fetch(path, **headers)

    return asyncio.run(fetch_once())


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.create_server((HOST, 0)) as other:
        yield other.getsockname()[1]


async def refused(server: Server) -> str:
    with pytest.raises(WrongSettings) as caught:
        await server.start()
    assert isinstance(caught.value, WrongAddress)
    await server.stop()
    return str(caught.value)


def test_the_metrics_are_the_text_that_prometheus_reads() -> None:
    status, content_type, text = fetched(server_of(), "/metrics")

    families = list(text_string_to_metric_families(text))
    assert (status, content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert [(family.name, family.samples[0].value) for family in families] == [("recording_thing", 3)]
    assert families[0].documentation == "A thing: größer."


def test_who_asks_for_openmetrics_gets_it() -> None:
    status, content_type, text = fetched(server_of(), "/metrics", Accept="application/openmetrics-text;version=1.0.0")

    assert status == 200
    assert content_type.startswith("application/openmetrics-text; version=1.0.0")
    assert text.endswith("# EOF\n")


@pytest.mark.parametrize("path", ["/live", "/ready"])
def test_what_is_well_says_ok(path: str) -> None:
    assert fetched(server_of(), path) == (200, "text/plain; charset=utf-8", "ok\n")


def test_what_is_not_ready_says_each_reason_on_a_line_of_its_own() -> None:
    ready: Conditions = {"partitions": "rows are being restored", "sweep": None, "feeds": "not heard of yet"}

    status, _, text = fetched(server_of(ready=ready), "/ready")

    assert (status, text) == (503, "partitions: rows are being restored\nfeeds: not heard of yet\n")


def test_a_worker_that_is_not_ready_may_be_alive() -> None:
    assert fetched(server_of(ready={"sweep": "not yet"}), "/live")[0] == 200
    assert fetched(server_of(live={"flush": "nothing for 90 s"}), "/live")[0] == 503


def test_the_conditions_are_looked_at_with_every_request() -> None:
    ready: Conditions = {"sweep": "not yet"}

    async def look_twice() -> list[int]:
        async with running(server_of(ready=ready)) as fetch:
            first, _, _ = await fetch("/ready")
            ready["sweep"] = None
            second, _, _ = await fetch("/ready")
            return [first, second]

    assert asyncio.run(look_twice()) == [503, 200]


def test_the_root_lists_the_addresses_and_each_is_there() -> None:
    async def follow() -> list[int]:
        async with running(server_of()) as fetch:
            _, _, listed = await fetch("/")
            return [(await fetch(path))[0] for path in listed.split()]

    assert asyncio.run(follow()) == [200, 200, 200]


def test_anything_else_is_not_found() -> None:
    assert fetched(server_of(), "/recording")[0] == 404


def test_a_free_port_is_taken_where_none_is_named_and_given_back_at_the_end() -> None:
    server = server_of(port=0)

    fetched(server, "/live")

    assert server.port > 0
    with socket.create_server((HOST, server.port)):
        pass


def test_a_port_in_use_is_named_with_what_to_do() -> None:
    with taken_port() as port:
        said = asyncio.run(refused(server_of(port)))

    assert said == f"RECORDING_PORT: {port} is in use on {HOST}; choose another one, or 0 for a free one"


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_an_address_that_is_not_this_machines_is_named(host: str) -> None:
    said = asyncio.run(refused(server_of(host=host)))

    assert said == f"RECORDING_HOST: expected an address of this machine, found {host}"


def test_stopping_what_never_started_does_nothing() -> None:
    asyncio.run(server_of().stop())


def test_requests_leave_no_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "aiohttp")

    fetched(server_of(), "/metrics")

    assert caplog.messages == []
