"""The two inboxes: what goes to an incident, and what goes to a crime, each keyed by us and by nobody else."""

from streams.agents.messages import Due, Message, Seen, encode, key_of, partition_of
from streams.kafka.state import Flush


class Inboxes:
    """Sends messages to incidents and crimes, with the next flush."""

    def __init__(self, flush: Flush, application: str, partitions: int) -> None:
        self._flush = flush
        self.partitions = partitions
        self.incidents = f"{application}-incident-inbox"
        self.crimes = f"{application}-crime-inbox"

    def to_incident(self, force: str, ref: str, message: Message) -> None:
        """Send to the inbox of an incident."""
        self._send(self.incidents, key_of(force, ref), message)

    def to_crime(self, force: str, ref: str, message: Message) -> None:
        """Send to the inbox of a crime."""
        self._send(self.crimes, key_of(force, ref), message)

    def _send(self, inbox: str, key: bytes, message: Message) -> None:
        self._flush.send(inbox, key, encode(message), partition_of(key, self.partitions))

    def due(self, inbox: str, partition: int, key: bytes, message: Due) -> None:
        """Send to an incident or crime whose partition is known that it is to be looked at."""
        self._flush.send(inbox, key, encode(message), partition)

    def everywhere(self, inbox: str, seen: Seen) -> None:
        """Send to every partition of an inbox how far a feed has been read, behind all that was sent before."""
        value = encode(seen)
        for partition in range(self.partitions):
            self._flush.send(inbox, None, value, partition)
