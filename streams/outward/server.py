"""The worker's small server: its metrics for Prometheus, and whether it is alive and ready.

It runs in the event loop that it speaks for: where that stands still, nothing answers.
"""

import errno
from collections.abc import Callable, Mapping

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from streams.settings import WrongSettings

Conditions = Callable[[], Mapping[str, str | None]]
"""What must hold, by name: None where it does, else one line why not."""


class WrongAddress(WrongSettings):
    """The address cannot be listened on: one line that names the setting and says what to do."""


class Server:
    """Serves `/metrics`, `/live` and `/ready`, and at `/` a list of these; `port` is the real one once it has started."""

    def __init__(self, host: str, port: int, registry: CollectorRegistry, live: Conditions, ready: Conditions) -> None:
        self.host = host
        self.port = port
        self._registry = registry
        self._live = live
        self._ready = ready
        app = web.Application()
        app.router.add_get("/", self._index)
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/live", self._say_live)
        app.router.add_get("/ready", self._say_ready)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)

    async def start(self) -> None:
        """Listen; raises WrongAddress."""
        _, self.port = await listen(self._runner, self.host, self.port, "RECORDING_PORT")

    async def stop(self) -> None:
        """Stop listening, with a second for answers that are under way; does nothing where it has not started."""
        await self._runner.cleanup()

    async def _index(self, _: web.Request) -> web.Response:
        return web.Response(text="/metrics\n/live\n/ready\n")

    async def _metrics(self, request: web.Request) -> web.Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(self._registry), headers={"Content-Type": content_type})

    async def _say_live(self, _: web.Request) -> web.Response:
        return _answer(self._live())

    async def _say_ready(self, _: web.Request) -> web.Response:
        return _answer(self._ready())


def _answer(conditions: Mapping[str, str | None]) -> web.Response:
    unmet = [f"{name}: {why}" for name, why in conditions.items() if why is not None]
    return web.Response(text="\n".join(unmet or ["ok"]) + "\n", status=503 if unmet else 200)


async def listen(runner: web.AppRunner, host: str, port: int, setting: str) -> tuple[str, int]:
    """Listen on an address and return it with the real port; raises WrongAddress, which names the setting of the port."""
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise _wrong(host, port, error, setting) from None
    return host, runner.addresses[0][1]


def _wrong(host: str, port: int, error: OSError, setting: str) -> WrongAddress:
    match error.errno:
        case errno.EADDRINUSE:
            return WrongAddress(f"{setting}: {port} is in use on {host}; choose another one, or 0 for a free one")
        case errno.EACCES:
            return WrongAddress(f"{setting}: {port} needs rights that this user lacks; choose one above 1023")
    return WrongAddress(f"{setting.replace('PORT', 'HOST')}: expected an address of this machine, found {host}")
