"""Reads rows and what was published from Kafka into the books that are compared, and goes on reading as they move."""

from collections.abc import Callable, Collection
from typing import Any

import msgspec
from kafka import TopicPartition

from streams.agents.incidents import ALERTS, STATUSES
from streams.agents.rows import read_said
from streams.kafka.client import BrokerError
from streams.settings import Settings
from streams.tools.reading import partitions_of, read_on
from streams.tools.reconciliation import Books, Row, Told

Progress = Callable[[int, int], None]
"""Told how many records have been read, and about how many there are."""


class _Status(msgspec.Struct):
    status: str


class _Alert(msgspec.Struct):
    force: str
    kind: str
    rule: str
    severity: str
    status: str
    incident_ref: str | None = None


_status = msgspec.json.Decoder(_Status).decode
_alert = msgspec.json.Decoder(_Alert).decode


class Reader:
    """Reads rows and what was published into the books.

    `late` has the incidents of which it is not known yet whether all was published that follows from their row: with the
    partition of the inbox, and the offset up to which it is to be committed.
    """

    def __init__(self, settings: Settings, consumer: Any, rows: str, inbox: str, progress: Progress) -> None:
        self.books = Books()
        self.late: dict[str, tuple[int, int]] = {}
        self.handled: dict[int, int] = {}
        self._settings = settings
        self._consumer = consumer
        self._inbox = partitions_of(consumer, inbox)
        self._of = {topic: partitions_of(consumer, topic) for topic in (rows, STATUSES, ALERTS)}
        self._rows = rows
        self._gone: dict[str, int] = {}
        self._progress = progress
        self._done = 0
        consumer.assign([place for places in self._of.values() for place in places])

    def inbox_ends(self) -> dict[int, int]:
        """Return where each partition of the inbox ends now."""
        return {place.partition: end for place, end in self._consumer.end_offsets(self._inbox).items()}

    def read_rows(self) -> None:
        """Read all rows that are there now and were not read."""
        self._read(self._of[self._rows])
        if self._gone:
            ends = self.inbox_ends()
            self.late.update((key, (part, ends[part])) for key, part in self._gone.items())
            self._gone.clear()

    def read_published(self) -> None:
        """Read all that was published until now and was not read."""
        self._read([*self._of[STATUSES], *self._of[ALERTS]])

    def commits(self, handled: dict[int, int]) -> None:
        """Take in up to where the inbox is committed: what waited for that is no longer late."""
        self.handled = handled
        self.late = {key: (part, to) for key, (part, to) in self.late.items() if handled.get(part, 0) < to}

    def _read(self, places: Collection[TopicPartition]) -> None:
        consumer = self._consumer
        consumer.pause(*(place for every in self._of.values() for place in every))
        consumer.resume(*places)
        already = self._done
        self._done += read_on(
            self._settings,
            consumer,
            places,
            self._take,
            lambda done, total: self._progress(already + done, already + total),
        )

    def _take(self, record: Any) -> None:
        try:
            key = record.key.decode()
            if record.topic == self._rows:
                self._take_row(key, record)
            elif record.topic == STATUSES:
                self.books.status(key, None if record.value is None else _status(record.value).status)
            elif record.value is None:
                self.books.alert(key, "", None)
            else:
                said = _alert(record.value)
                if said.incident_ref is not None:  # what is about a force as a whole is in no incident's row
                    told = Told(said.kind, said.rule, said.severity, said.status)
                    self.books.alert(key, f"{said.force}/{said.incident_ref}", told)
        except (msgspec.MsgspecError, AttributeError, UnicodeDecodeError):
            place = f"{record.topic}, partition {record.partition}, offset {record.offset}"
            raise BrokerError(
                f"{place}: cannot be read: expected what a worker writes: see that no other program writes there"
            ) from None

    def _take_row(self, key: str, record: Any) -> None:
        self.late.pop(key, None)
        self._gone.pop(key, None)
        if record.value is None:
            self.books.row(key, None)
            self._gone[key] = record.partition
            return
        row = read_said(record.value)
        alerts = ((each.alert_id, Told(each.kind, each.rule, each.severity, each.status)) for each in row.alerts)
        self.books.row(key, Row(row.status, row.group, tuple(alerts)))
        if row.offset >= self.handled.get(record.partition, 0):
            self.late[key] = record.partition, row.offset + 1
