"""A bare Faust agent, as its documentation has it: BROKER GROUP FROM TO."""

import sys
import tempfile
from typing import Any

import faust


def run(broker: str, group: str, source: str, target: str, datadir: str) -> None:
    """Copy one topic to another until the process is ended."""
    app = faust.App(
        group,
        broker=f"kafka://{broker}",
        store="memory://",
        datadir=datadir,
        autodiscover=False,
        origin="tests.bench.live.rivals.faust_agent",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
    )
    out = app.topic(target, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    @app.agent(app.topic(source, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"))
    async def copy(stream: Any) -> None:
        async for key, value in stream.items():
            await out.send(key=key, value=value)

    worker = faust.Worker(app, redirect_stdouts=False, quiet=True, loglevel="ERROR")
    worker.spinner = None
    worker.execute_from_commandline()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="recording-bench-faust-") as folder:
        broker, group, source, target = sys.argv[1:]
        run(broker, group, source, target, folder)
