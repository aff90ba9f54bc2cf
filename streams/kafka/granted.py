"""Whether the broker grants what a role needs: asked at the start, so that what is missing is named before work begins."""

from collections.abc import Iterator
from typing import Any

from streams.kafka.client import (
    BrokerError,
    GroupNotAllowed,
    KafkaError,
    NotAllowed,
    administration,
    error_of,
    lacks,
)
from streams.kafka.rights import Rights, rights
from streams.settings import Settings

_SEEN = "DESCRIBE"
"""What is granted wherever anything can be seen: a broker that does not say so does not tell what it grants."""


def need(settings: Settings, role: str) -> None:
    """Do nothing where a role has its rights; raises BrokerError that names all that are missing, in one line.

    What a broker does not tell is taken to be granted: one without rights, and one that is too old to say.
    """
    needed = [each for each in rights(settings) if each.role == role]
    with administration(settings) as admin:
        missing = [
            *_on_topics(admin, {each.name: each for each in needed if each.resource == "topic"}, settings),
            *_on_groups(admin, [each for each in needed if each.resource == "group"], settings),
        ]
    if missing:
        raise BrokerError("; ".join(missing))


def _on_topics(admin: Any, needed: dict[str, Rights], settings: Settings) -> Iterator[str]:
    for answer in admin.describe_topics(list(needed)):
        told = answer["authorized_operations"]
        if error_of(answer["error_code"]) is NotAllowed:
            granted = frozenset[str]()
        elif told is None or _SEEN not in told:
            continue
        else:
            granted = frozenset(told)
        name = answer["name"]
        yield from (
            lacks(operation, name, settings)
            for operation in needed[name].operations
            if _as_the_broker_says(operation) not in granted
        )


def _on_groups(admin: Any, needed: list[Rights], settings: Settings) -> Iterator[str]:
    """Yield what is missing on groups: who may not read one may not see what it has read either."""
    for each in needed:
        try:
            admin.list_group_offsets([each.name])
        except GroupNotAllowed:
            yield lacks("Read", each.name, settings, "group")
        except KafkaError as error:
            if not error.retriable:
                raise


def _as_the_broker_says(operation: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in operation).lstrip("_").upper()
