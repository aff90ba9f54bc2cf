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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from streams.agents.incidents import ALERTS, STATUSES
from streams.kafka.client import BrokerError, administration, consumption
from streams.kafka.groups import committed, members
from streams.kafka.topics import missing
from streams.settings import Settings, WrongSettings
from streams.tools.books import Progress, Reader
from streams.tools.differences import Difference, differences, drifts
from streams.tools.gauges import ready, summed
from streams.tools.reconciliation import Account, Fault, Series, off

ROUNDS = 8
"""In how many rounds at most an incident that moves is decided."""
SUSPECT_FOR = 3
"""In how many rounds a gauge is off before it has drifted."""
PATIENCE = timedelta(seconds=30)
"""How long workers may take to handle what lies before them."""
_LOOKS_EVERY = 0.2


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
        return _Reconciler(settings, admin, Reader(settings, consumer, rows, inbox, progress), urls).run()


class _Reconciler:
    """Goes round after round until everything is decided, or there were enough of them."""

    def __init__(self, settings: Settings, admin: Any, reader: Reader, urls: Sequence[str]) -> None:
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
