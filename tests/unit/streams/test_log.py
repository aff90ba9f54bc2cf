"""What is logged of a worker or a desk."""

import logging
from collections.abc import Callable, Iterator

import pytest

from streams.log import log_to_stderr

LIBRARIES = ("aiokafka", "faust")


@pytest.fixture
def logs() -> Iterator[Callable[[str, int], bool]]:
    """Whether a logger says something of a level; all loggers are afterwards as they were."""
    loggers = [logging.getLogger(name) for name in ("streams", *LIBRARIES)]
    before, disabled = [logger.level for logger in loggers], logging.root.manager.disable
    yield lambda name, level: logging.getLogger(name).isEnabledFor(level)
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)
    logging.disable(disabled)


def test_what_an_operator_can_act_on_is_logged_and_nothing_that_a_library_says(
    logs: Callable[[str, int], bool],
) -> None:
    logging.getLogger("streams").setLevel(logging.DEBUG)

    log_to_stderr(LIBRARIES)

    assert logs("streams.kafka.state", logging.WARNING)
    assert not logs("streams.kafka.state", logging.INFO)
    for library in ("aiokafka.conn", "faust.app.base"):
        assert not logs(library, logging.CRITICAL)
