"""Quix Streams with a state of its own for each key: BROKER GROUP FROM TO. It runs in an environment of its own."""

import sys
import tempfile

from quixstreams import Application, State


def run(broker: str, group: str, source: str, target: str, folder: str) -> None:
    """Copy one topic to another until the process is ended, and keep the newest value of each key."""
    app = Application(broker, consumer_group=group, auto_offset_reset="earliest", state_dir=folder, loglevel="ERROR")

    def keep(value: bytes, state: State) -> bytes:
        state.set_bytes("newest", value)
        return value

    frame = app.dataframe(app.topic(source, key_deserializer="bytes", value_deserializer="bytes"))
    frame.apply(keep, stateful=True).to_topic(app.topic(target, key_serializer="bytes", value_serializer="bytes"))
    app.run()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="recording-bench-quix-") as state:
        broker, group, source, target = sys.argv[1:]
        run(broker, group, source, target, state)
