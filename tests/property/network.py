"""The live path without Kafka: rows in dictionaries, messages in a list, delivered in an order that somebody chooses."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from rules.alerts import Alert
from rules.events import EVENT
from rules.rulebook import Rulebook
from rules.statements import Statement, statement_of
from streams.agents.crime import keep
from streams.agents.judge import Judge
from streams.agents.messages import Teller
from streams.agents.rows import packed, read_crime, read_incident
from streams.agents.watermarks import View
from streams.settings import Forces

FORCES = Forces({})


class Network:
    """Every row of one force, and the messages that are on their way between them.

    Where `dies` says so, a worker ends after it has written a row and before it has said anything; its message comes again.
    """

    def __init__(self, book: Rulebook, force: str, dies: Callable[[], bool] = lambda: False) -> None:
        self.dies = dies
        self.force = force
        self.code_map = FORCES.profile(force).code_map
        self.judge = Judge(FORCES, book, frozenset({"critical", "high"}), timedelta(minutes=2))
        self.book = book
        self.incidents: dict[str, bytes] = {}
        self.crimes: dict[str, bytes] = {}
        self.waiting: list[tuple[str, str, list[Any], Teller | None, bool]] = []
        self.statuses: dict[str, dict[str, Any]] = {}
        self.changes: dict[str, list[Alert]] = defaultdict(list)
        self.judged = 0

    def send(self, event: dict[str, Any]) -> None:
        """Put an event into the inbox of its incident or crime."""
        said = statement_of(EVENT.validate_python(event), self.book.lexicon)
        self.waiting.append((said.origin, said.ref, [said], None, False))

    def deliver(self, choose: Callable[[int], int], now: datetime, *, limit: int = 20_000) -> None:
        """Deliver all that is waiting, and all that follows from it, one at a time."""
        while self.waiting:
            self.judged += 1
            assert self.judged < limit, "the incidents talk without an end"
            kind, ref, content, teller, again = self.waiting.pop(choose(len(self.waiting)))
            dead = self.dies()
            if dead:
                self.waiting.append((kind, ref, content, teller, True))
            if kind == "incident":
                self._judge(ref, content, now, teller, again, dead)
            elif kind == "crime":
                self._keep(ref, content, (), again, dead)
            else:
                self._keep(ref, (), content, again, dead)
        for ref, row in list(self.incidents.items()):
            if read_incident(row).review is not None:
                self._judge(ref, (), now)

    def let_pass(self, now: datetime) -> None:
        """Have every incident judged at each step and deadline that passes."""
        for ref in list(self.incidents):
            while (due := read_incident(self.incidents[ref]).due) is not None and due <= now:
                self._judge(ref, (), due)

    def _judge(
        self,
        ref: str,
        statements: Sequence[Statement],
        now: datetime,
        teller: Teller | None = None,
        again: bool = False,
        dead: bool = False,
    ) -> None:
        row = read_incident(self.incidents[ref]) if ref in self.incidents else None
        view = View(now, now, now, False, False)
        judged = self.judge.judge(row, self.force, ref, statements, now, view, teller, again=again)
        self.incidents[ref] = packed(judged.row)
        if dead:
            return
        self.changes[ref] += judged.said
        if judged.status is not None:
            self.statuses[ref] = judged.status
        self.waiting += [("incident", other, said, ("incident", ref), False) for other, said in judged.told.items()]

    def _keep(
        self, ref: str, statements: Iterable[Statement], followers: Collection[str], again: bool, dead: bool
    ) -> None:
        row = read_crime(self.crimes[ref]) if ref in self.crimes else None
        kept = keep(row, statements, followers, self.code_map, again=again)
        self.crimes[ref] = packed(kept.row)
        if dead:
            return
        self.waiting += [("incident", incident, said, ("crime", ref), False) for incident, said in kept.told.items()]
        self.waiting += [("follow", crime, incidents, None, False) for crime, incidents in kept.followed.items()]

    def alerts(self) -> dict[str, dict[str, Any]]:
        """Return the last state of every alert, by its id."""
        return {alert.alert_id: alert.as_dict() for said in self.changes.values() for alert in said}
