"""What ends a worker: the world did not do what it must, and the next start repeats what was not finished."""

import os
import sys


class Frozen(Exception):
    """The process stood still for so long that its partitions may be another worker's; it must not write."""


class CutOff(Exception):
    """The group has not heard of this worker for so long that its partitions may be another worker's; it must not write."""


class Unfinished(Exception):
    """An earlier flush was refused or cancelled: what comes after it must not be written as if it had not been."""


class SendRefused(Exception):
    """The broker did not take a record: its topic, and why; `right` where it is a right that is missing."""

    def __init__(self, topic: str, error: BaseException) -> None:
        self.right = "AuthorizationFailed" in type(error).__name__
        why = "this worker has no right to write to it" if self.right else type(error).__name__
        super().__init__(f"{topic}: {why}")


def end_now(error: Exception) -> None:
    """End the process: Faust may wait for ever for a broker that has given its partitions to another worker."""
    print(
        f"the worker ended, and has to be started again: {type(error).__name__}: {error}", file=sys.stderr, flush=True
    )
    os._exit(1)
