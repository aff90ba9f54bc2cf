"""`erase`: has the workers forget one incident, wherever they keep it; the figures stay (E47)."""

import time
from datetime import datetime, timedelta

from streams.agents.messages import Erase, encode, key_of, partition_of
from streams.kafka.client import administration, production
from streams.kafka.groups import committed
from streams.settings import Settings

PATIENCE = timedelta(seconds=30)
"""How long the workers may take to do what they were asked for."""
_LOOKS_EVERY = 0.2


def erase(settings: Settings, force: str, ref: str, at: datetime) -> bool:
    """Ask for what was stated of an incident up to an instant to be forgotten; return whether a worker has done it yet.

    What was asked for is kept until a worker does it. Raises BrokerError.
    """
    inbox, key = f"{settings.application}-incident-inbox", key_of(force, ref)
    partition = partition_of(key, settings.partitions)
    with production(settings) as producer:
        asked = producer.send(inbox, key=key, value=encode(Erase(at)), partition=partition).get(
            PATIENCE.total_seconds()
        )
    until = time.monotonic() + PATIENCE.total_seconds()
    with administration(settings) as admin:
        while committed(admin, settings).get((inbox, partition), 0) <= asked.offset:
            if time.monotonic() > until:
                return False
            time.sleep(_LOOKS_EVERY)
    return True
