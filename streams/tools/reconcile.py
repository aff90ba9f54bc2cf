"""Reads what the rows hold, what was published and what the gauges say, and has it compared while all of it moves.

Why a difference that is reported is none that is only on its way:

- A worker writes an incident's row before what the row says, and commits the message that caused both after Kafka has
  answered for both. A row keeps the offset of that message. So what a row says was published once that offset is
  committed; and nothing was published of which no row was written before.
- A round begins when all rows have been read. It looks up what is committed, reads what was published up to ends that
  are asked for after that, and then the rows on up to ends that are asked for after that. An incident is judged only if
  its row's message was committed at the beginning and no row of it was read on: then nothing but that row can have been
  said, and all of it was. All others wait for another round. A row that was removed keeps no offset; it waits until all
  that was in its inbox when it was read to be gone is committed.
- A gauge has no key. It is counted in memory where the row is made, so it is ahead of the rows by what was handled and
  not flushed. A round fetches the gauges and waits until everything that was in the inboxes after that is committed: what
  the gauges counted is then among the rows. They may differ by the incidents whose rows were read meanwhile and by no
  others; each counts once, or with all of its alerts. A gauge that is further off than that is a suspect, and one that is
  a suspect in each of several rounds, with no partition on the move around any of them, has drifted. One that was equal
  once agrees; one that never was, and never further off, is undecided.

What can be decided in no round is counted as undecided, and is not a difference.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import msgspec
from kafka import TopicPartition

from streams.agents.incidents import ALERTS, STATUSES
from streams.agents.rows import read_said
from streams.kafka.client import BrokerError, administration, consumption
from streams.kafka.groups import committed, members
from streams.kafka.topics import missing
from streams.settings import Settings, WrongSettings
from streams.tools.gauges import ready, summed
from streams.tools.reconciliation import Account, Books, Difference, Fault, Row, Series, Told, differences, drifts, off

ROUNDS = 8
"""In how many rounds at most an incident that moves is decided."""
SUSPECT_FOR = 3
"""In how many rounds a gauge is off before it has drifted."""
PATIENCE = timedelta(seconds=30)
"""How long workers may take to handle what lies before them, and Kafka to give the next record."""
_LOOKS_EVERY = 0.2
_POLL_MS = 500

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


@dataclass(frozen=True)
class Reconciled:
    """What came of it: the sums of each force, what differs, how many incidents could not be decided; and the gauges."""

    accounts: dict[str, Account]
    differences: list[Difference]
    undecided: int
    gauges: Literal["not asked", "agree", "differ", "undecided"]

    def as_dict(self) -> dict[str, Any]:
        """Return the result for a program."""
        return {
            "forces": {force: account.as_dict() for force, account in self.accounts.items()},
            "differences": [difference._asdict() for difference in self.differences],
            "undecided": self.undecided,
            "gauges": self.gauges,
        }


def reconcile(
    settings: Settings, urls: Sequence[str] = (), progress: Progress = lambda done, total: None
) -> Reconciled:
    """Compare the rows with what was published, and with the gauges served at some addresses, those of all workers.

    It writes nothing, belongs to no group and may run beside workers, in a thread of one of them too. It holds about 230
    bytes an incident, and a million of them take a few minutes. Raises BrokerError, and WrongSettings where an address
    serves no metrics or not all workers' addresses are given.
    """
    rows = f"{settings.application}-incidents-changelog"
    inbox = f"{settings.application}-incident-inbox"
    if lacking := missing(settings, (rows, inbox, STATUSES, ALERTS)):
        raise BrokerError(
            f"{', '.join(lacking)}: not on {settings.broker}: `recording-monitor topics create` makes them"
        )
    with administration(settings) as admin, consumption(settings) as consumer:
        return _Reconciler(settings, admin, _Reader(settings, consumer, rows, inbox, progress), urls).run()


class _Reader:
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
        self._inbox = self._places(inbox)
        self._of = {topic: self._places(topic) for topic in (rows, STATUSES, ALERTS)}
        self._rows = rows
        self._gone: dict[str, int] = {}
        self._progress = progress
        self._done = 0
        consumer.assign([place for places in self._of.values() for place in places])

    def _places(self, topic: str) -> list[TopicPartition]:
        return [TopicPartition(topic, part) for part in sorted(self._consumer.partitions_for_topic(topic) or ())]

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
        ends = consumer.end_offsets(places)
        last = time.monotonic()
        while left := sum(max(end - consumer.position(place), 0) for place, end in ends.items()):
            self._progress(self._done, self._done + left)
            for records in consumer.poll(_POLL_MS).values():
                last = time.monotonic()
                self._done += len(records)
                for record in records:
                    self._take(record)
            if time.monotonic() - last > PATIENCE.total_seconds():
                raise BrokerError(f"{self._settings.broker}: it does not give what it has: is a broker of it down?")

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


class _Reconciler:
    """Goes round after round until everything is decided, or there were enough of them."""

    def __init__(self, settings: Settings, admin: Any, reader: _Reader, urls: Sequence[str]) -> None:
        self._settings = settings
        self._admin = admin
        self._reader = reader
        self._urls = urls
        self._books = reader.books
        self._faults: set[Fault] = set()
        self._undecided: set[str] = set()
        self._unequal: set[Series] = set()
        self._suspects: set[Series] = set()
        self._compared = 0
        self._found: Mapping[Series, int] = {}

    def run(self) -> Reconciled:
        """Read everything, go round, and return what came of it."""
        reader = self._reader
        reader.commits(self._handled())
        reader.read_rows()
        reader.read_published()
        reader.read_rows()
        for _ in range(ROUNDS):
            self._round()
            if not self._undecided and self._gauges != "undecided":
                break
            time.sleep(self._settings.commit.total_seconds())
        accounts = self._books.accounts()
        found = differences(accounts, self._faults)
        if self._gauges == "differ":
            found += drifts(self._suspects, self._books.gauges(), self._found)
        return Reconciled(accounts, found, len(self._undecided), self._gauges)

    @property
    def _gauges(self) -> Literal["not asked", "agree", "differ", "undecided"]:
        if not self._urls:
            return "not asked"
        if self._compared and not self._unequal:
            return "agree"
        return "differ" if self._compared >= SUSPECT_FOR and self._suspects else "undecided"

    def _round(self) -> None:
        reader, books = self._reader, self._books
        reader.commits(self._handled())
        late = set(reader.late)
        books.touched.clear()
        before = self._steady() if self._gauges == "undecided" else None
        found: Mapping[Series, int] = summed(self._urls) if before else {}
        caught_up = before is not None and self._catch_up()
        reader.read_published()
        reader.read_rows()
        moving = late | books.touched.keys()
        faults = set(books.faults())
        self._faults |= {fault for fault in faults if fault.key not in moving}
        self._undecided = {fault.key for fault in faults if fault.key in moving} - {each.key for each in self._faults}
        if caught_up and before == self._steady():
            expected, self._found = books.gauges(), found
            unequal, suspects = off(expected, found, {}), off(expected, found, books.leeway())
            self._unequal = unequal & self._unequal if self._compared else unequal
            self._suspects = suspects & self._suspects if self._compared else suspects
            self._compared += 1

    def _handled(self) -> dict[int, int]:
        inbox = f"{self._settings.application}-incident-inbox"
        held = committed(self._admin, self._settings)
        return {part: offset for (topic, part), offset in held.items() if topic == inbox}

    def _steady(self) -> frozenset[str] | None:
        """Return the members of the group, None while partitions move or rows are restored; raises WrongSettings."""
        who = members(self._admin, self._settings)
        if not who.stable or not ready(self._urls):
            return None
        if len(who.ids) != len(self._urls):
            raise WrongSettings(
                f"{len(who.ids)} workers of {self._settings.application} share the work, and {len(self._urls)} addresses"
                " were given: expected --metrics with the /metrics of each"
            )
        return who.ids

    def _catch_up(self) -> bool:
        """Wait until all that is in the inbox now is handled; return whether it was in time."""
        ends = self._reader.inbox_ends()
        until = time.monotonic() + PATIENCE.total_seconds()
        while time.monotonic() < until:
            handled = self._handled()
            if all(handled.get(part, 0) >= end for part, end in ends.items()):
                return True
            time.sleep(_LOOKS_EVERY)
        return False
