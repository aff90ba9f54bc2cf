"""Kafka for the commands, by kafka-python: what goes wrong there becomes one line that says what a person can do.

Nothing waits for a broker that is not there longer than `PATIENCE`.
"""

import logging
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka import errors as kafka_errors
from kafka.admin import ConfigResource

from streams.kafka.security import for_kafka_python, principal
from streams.kafka.unconnected import listening
from streams.settings import Settings

PATIENCE = timedelta(seconds=10)
"""How long a broker may take to answer at all."""
DELIVERY = timedelta(seconds=30)
"""How long a record may wait for its acknowledgement while the broker is away or chooses another leader."""
_PATIENCE_MS = int(PATIENCE.total_seconds() * 1000)
_DELIVERY_MS = int(DELIVERY.total_seconds() * 1000)
_RETRY_UP_TO_MS = 1_000
_BATCH_BYTES = 128 * 1024
_LINGER_MS = 50
_CLOSE_WITHIN = 1.0
_READ_AT_ONCE = 5_000

# What the library logs by itself, on closing for one, is not for who runs a command, unless they set up a log.
logging.getLogger("kafka").addHandler(logging.NullHandler())

KafkaError = kafka_errors.KafkaError
AlreadyThere = kafka_errors.TopicAlreadyExistsError
NoSuchTopic = kafka_errors.UnknownTopicOrPartitionError
NotAllowed = kafka_errors.TopicAuthorizationFailedError
GroupNotAllowed = kafka_errors.GroupAuthorizationFailedError
TimedOut = kafka_errors.KafkaTimeoutError


class BrokerError(Exception):
    """Kafka is not there, or refused what was asked; its text is one line that says what to do."""


def error_of(code: int) -> Any | None:
    """Return the class of error that a code in an answer stands for, None if it stands for success."""
    found = kafka_errors.for_code(code)
    return None if found is kafka_errors.NoError else found


def lacks(right: str, name: str, settings: Settings, kind: str = "topic") -> str:
    """Return the one line for a right on a topic, or on something else, that is missing."""
    return f"{name}: the right {right} on this {kind} is missing for {principal(settings)}: have the broker's owner grant it"


def said(error: BaseException) -> str:
    """Return what an error of kafka-python says, on one line and without its requests and answers."""
    described = getattr(error, "description", None)
    text = str(described or (error.args[0] if error.args else "") or type(error).__name__)
    return re.sub(r"\s+", " ", text).strip().rstrip(".")


def configurations(admin: Any, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the broker's settings of topics by name; none of a topic on which the right to read them is missing."""
    resources = [ConfigResource("topic", name) for name in names]
    told = admin.describe_configs(resources, config_filter="all").get("topic", {}) if resources else {}
    return {topic: {name: entry["value"] for name, entry in entries.items()} for topic, entries in told.items()}


class _Producer(KafkaProducer):  # type: ignore[misc]
    """A producer that can be closed while records have no answer; the library's own raises there, and again when freed."""

    def flush(self, timeout: float | None = None) -> None:
        with suppress(TimedOut):
            super().flush(timeout)


@contextmanager
def administration(settings: Settings) -> Iterator[Any]:
    """Give a connection for looking at topics and making them; raises BrokerError, also for what fails within."""
    with _in_one_line(settings):
        admin = _connected(settings, KafkaAdminClient)
        try:
            yield admin
        finally:
            admin.close()


@contextmanager
def production(settings: Settings) -> Iterator[Any]:
    """Give a producer that counts on every replica's word and never sends a record twice; raises BrokerError.

    It makes no topic by naming it. What is not acknowledged when the block is left is given up.
    """
    with _in_one_line(settings):
        producer = _connected(
            settings,
            _Producer,
            acks="all",
            enable_idempotence=True,
            allow_auto_create_topics=False,
            max_block_ms=_PATIENCE_MS,
            delivery_timeout_ms=_DELIVERY_MS,
            batch_size=_BATCH_BYTES,
            linger_ms=_LINGER_MS,
        )
        try:
            yield producer
        finally:
            producer.close(timeout=_CLOSE_WITHIN)


@contextmanager
def consumption(settings: Settings) -> Iterator[Any]:
    """Give a consumer that belongs to no group and commits nothing; raises BrokerError, also for what fails within."""
    with _in_one_line(settings):
        consumer = _connected(
            settings,
            KafkaConsumer,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            max_poll_records=_READ_AT_ONCE,
            check_crcs=False,  # counted in Python, they take longer than all the rest; the broker has checked them
        )
        try:
            yield consumer
        finally:
            consumer.close()


def _connected(settings: Settings, client: Any, **options: Any) -> Any:
    with listening() as failures:
        try:
            return client(
                bootstrap_servers=settings.broker.split(","),
                client_id=f"{settings.application}-{os.getpid()}",
                bootstrap_timeout_ms=_PATIENCE_MS,
                request_timeout_ms=_PATIENCE_MS,
                reconnect_backoff_max_ms=_RETRY_UP_TO_MS,
                **for_kafka_python(settings),
                **options,
            )
        except TimedOut:
            raise BrokerError(failures.why(settings)) from None


@contextmanager
def _in_one_line(settings: Settings) -> Iterator[None]:
    try:
        yield
    except (TimedOut, kafka_errors.KafkaConnectionError) as error:
        raise BrokerError(
            f"the Kafka broker at {settings.broker} no longer answers ({said(error)}): it has gone,"
            " or its advertised.listeners name an address that is not reached from here"
        ) from None
    except kafka_errors.AuthorizationError as error:
        raise BrokerError(f"{settings.broker}: {said(error)}: a right is missing for {principal(settings)}") from None
    except KafkaError as error:
        raise BrokerError(f"{settings.broker}: {said(error)}") from None
