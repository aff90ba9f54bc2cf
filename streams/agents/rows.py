"""What is kept of an incident and of a crime: what was stated, and what has been said of it, as msgpack.

The first fields of an incident's row are all that the sweep and the gauges need; they are read without the rest. Before
them every row has the offset of the last message of its inbox that was taken in: who meets that message again knows that
what followed from it may not have been said, and what is written with an older one than was there is a zombie's.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import msgspec

from rules.alerts import Alert
from rules.assessment import Turn
from rules.instants import parse_instant
from rules.standing import Standing
from rules.statements import Statement
from streams.agents.messages import Teller
from streams.agents.rhythm import Rhythm
from streams.outward.gauges import WAITING, Held

MAX_ROW = 256 * 1024
"""A row is at most this large, so that it always fits into one record of its changelog."""

NOWHERE = -1
"""The offset of a row that has yet to be given that of its message."""

PATIENCE = timedelta(seconds=30)
"""How long an incident waits to hear of another one that it was merged into, say, before it is judged without."""

SETTLED_AFTER = timedelta(days=1)
"""How long after it was resolved an alert's words are kept: far longer than it takes to publish them."""

Asked = dict[Teller, datetime | None]

_pack = msgspec.msgpack.Encoder(order="deterministic").encode
_unpack = msgspec.msgpack.decode


class TooLarge(Exception):
    """What is stated of one incident would not fit into its row."""


class Body(Mapping[str, Any]):
    """What an alert was last built to say, kept packed: it is read again only when the alert is published again."""

    __slots__ = ("packed",)

    def __init__(self, packed: bytes) -> None:
        self.packed = packed

    def _open(self) -> dict[str, Any]:
        opened: dict[str, Any] = _unpack(self.packed)
        return opened

    def __getitem__(self, name: str) -> Any:
        return self._open()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._open())

    def __len__(self) -> int:
        return len(self._open())


class _Kept(msgspec.Struct, array_like=True):
    offset: int


class Summary(_Kept, array_like=True):
    """The first fields of an incident's row: when it is due again, and what the gauges count of it.

    `review`: what it was last said under forbade paging; once all feeds have been read up to that instant, and nothing
    forbids it any more, it is to be judged again. `changed_at`: the last time of what was stated or said of it; `shrinks`:
    whether it has something that need not be kept once that is long ago.
    """

    force: str
    law: str
    due: datetime | None
    review: datetime | None
    area: str | None
    status: str | None
    group: str
    deadline: datetime | None
    open_alerts: list[tuple[str, str]]
    changed_at: datetime
    shrinks: bool

    @property
    def held(self) -> Held:
        """What the gauges need of the incident."""
        return Held(self.force, self.area, self.status, self.group, self.deadline, tuple(self.open_alerts))


class IncidentRow(Summary, array_like=True):
    """An incident: what was stated of it and of others that bear on it, and what was last said of it.

    `judged_at` is how far its deadlines were judged, which never goes back. `mute` has the digests of updates that stated
    nothing: they are kept to know a repeat. `explained` is the digest of the explanation that was last published. `asked`
    has the incidents and crimes that it leads to, with the instant since which it waits to hear of them before it is
    judged; None once they have told, or have not for too long. Of an incident that has left or was erased a row stays for
    a while that has no statements: it `forgets` what was stated up to an instant, and names the alerts that it took away.
    `nameless` has the digests of the references of victims who were erased.
    """

    judged_at: datetime
    turn: tuple[datetime, datetime] | None
    facts: dict[str, Any]
    updated_at: datetime | None
    explained: bytes
    asked: list[tuple[Teller, datetime | None]]
    mute: list[bytes]
    statements: list[Statement]
    alerts: list[tuple[Any, ...]]
    forgets: datetime | None = None
    removed: list[str] = msgspec.field(default_factory=list)
    nameless: list[bytes] = msgspec.field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the incident has left or was erased, and nothing was stated of it since."""
        return self.forgets is not None and not self.statements

    def standing(self) -> Standing:
        """Return what was last said, to go on from."""
        alerts = (unpack_alert(kept) for kept in self.alerts)
        return Standing(
            alerts={alert.alert_id: alert for alert in alerts},
            facts=self.facts,
            updated_at=self.updated_at,
            turn=None if self.turn is None else Turn(*self.turn),
        )


class SaidAlert(msgspec.Struct, array_like=True):
    """The first fields of an alert as a row keeps it: what tells whether it is the one that was published."""

    alert_id: str
    kind: str
    rule: str
    occasion: str
    severity: str
    due_at: datetime
    status: str


class SaidRow(Summary, array_like=True):
    """An incident's row for who compares what was said: its alerts and its offset; the rest is passed over."""

    judged_at: msgspec.Raw
    turn: msgspec.Raw
    facts: msgspec.Raw
    updated_at: msgspec.Raw
    explained: msgspec.Raw
    asked: msgspec.Raw
    mute: msgspec.Raw
    statements: msgspec.Raw
    alerts: list[SaidAlert]


class CrimeSummary(_Kept, array_like=True):
    """The first fields of a crime's row: the last time of what was stated of it."""

    changed_at: datetime


class CrimeRow(CrimeSummary, array_like=True):
    """A crime: what was stated of it, the incidents that asked to be told, and which victims it knows no more."""

    statements: list[Statement]
    followers: list[str]
    nameless: list[bytes] = msgspec.field(default_factory=list)


class ForceRow(_Kept, array_like=True):
    """A force as a whole, as one partition knows it.

    `newest` has by feed the time of its newest event and how many seconds later that came; every partition keeps these.
    The others are those of the force's home alone: what is usual of each feed; how many alerts of which partition were not
    paged since when, and when that was last told; the last alert on each thing that may be wrong.
    """

    newest: dict[str, tuple[datetime, float]]
    rhythms: dict[str, Rhythm]
    floods: list[tuple[int, datetime, int, datetime]]
    alerts: dict[str, tuple[Any, ...]]


_kept = msgspec.msgpack.Decoder(_Kept).decode
_incident = msgspec.msgpack.Decoder(IncidentRow).decode
_crime = msgspec.msgpack.Decoder(CrimeRow).decode
_crime_summary = msgspec.msgpack.Decoder(CrimeSummary).decode
_force = msgspec.msgpack.Decoder(ForceRow).decode
_summary = msgspec.msgpack.Decoder(Summary).decode
_said = msgspec.msgpack.Decoder(SaidRow).decode


def read_offset(row: bytes) -> int:
    """Read of any row the offset of the last message that was taken in."""
    return _kept(row).offset


def read_incident(row: bytes) -> IncidentRow:
    """Read an incident's row."""
    return _incident(row)


def read_summary(row: bytes) -> Summary:
    """Read the first fields of an incident's row."""
    return _summary(row)


def read_said(row: bytes) -> SaidRow:
    """Read of an incident's row what was last said of it."""
    return _said(row)


def read_crime(row: bytes) -> CrimeRow:
    """Read a crime's row."""
    return _crime(row)


def read_crime_summary(row: bytes) -> CrimeSummary:
    """Read the first fields of a crime's row."""
    return _crime_summary(row)


def read_force(row: bytes) -> ForceRow:
    """Read a force's row."""
    return _force(row)


def packed(row: IncidentRow | CrimeRow | ForceRow) -> bytes:
    """Return a row as it is kept; raises TooLarge."""
    content = unbounded(row)
    if len(content) > MAX_ROW:
        raise TooLarge(f"its row would have more than {MAX_ROW} bytes")
    return content


def unbounded(row: IncidentRow | CrimeRow | ForceRow) -> bytes:
    """Return a row as it is kept, however large: of rows that were written already."""
    return _pack(row)


def incident_row(
    force: str,
    law: str,
    statements: Iterable[Statement],
    mute: Iterable[bytes],
    standing: Standing,
    judged_at: datetime,
    explained: bytes,
    asked: Asked,
    withheld_until: datetime | None,
) -> IncidentRow:
    """Return the row of an incident as it stands.

    `withheld_until`: how far all feeds are to be read before anybody is paged, if what came late forbids it for the moment.
    """
    facts, turn, kept = standing.facts, standing.turn, list(statements)
    settled = {alert.alert_id for alert in standing.alerts.values() if _is_settled(alert, judged_at)}
    times = [said.time for said in kept] + [alert.changed_at for alert in standing.alerts.values() if alert.changed_at]
    standing_alerts = [alert for alert in standing.alerts.values() if alert.stands]
    deadline = min((alert.due_at for alert in standing_alerts if alert.kind == "overdue"), default=None)
    if deadline is None and facts.get("status") in WAITING:
        deadline = parse_instant(facts["due_at"])
    withheld = [
        alert.opened_at if alert.kind == "due_soon" else alert.due_at for alert in standing_alerts if alert.feed_stale
    ]
    if withheld_until is not None and not all(alert.paged for alert in standing_alerts):
        withheld.append(withheld_until)
    return IncidentRow(
        offset=NOWHERE,
        force=force,
        law=law,
        due=min((at + PATIENCE for at in asked.values() if at), default=None if turn is None else turn.at),
        review=max(withheld, default=None),
        area=facts.get("area"),
        status=facts.get("status"),
        group=facts.get("offence_group", "none"),
        deadline=deadline,
        open_alerts=sorted((alert.kind, alert.severity) for alert in standing_alerts),
        changed_at=max(times, default=judged_at),
        shrinks=any(not alert.stands and alert.alert_id not in settled for alert in standing.alerts.values()),
        judged_at=judged_at,
        turn=None if turn is None else (turn.at, turn.called),
        facts=dict(facts),
        updated_at=standing.updated_at,
        explained=explained,
        asked=sorted(asked.items()),
        mute=sorted(mute),
        statements=kept,
        alerts=[pack_alert(alert, bare=name in settled) for name, alert in standing.alerts.items()],
    )


def empty_row(row: IncidentRow, forgets: datetime, changed_at: datetime) -> IncidentRow:
    """Return what stays for a while of an incident that leaves or is erased."""
    standing = Standing()
    empty = incident_row(row.force, row.law, [], [], standing, row.judged_at, b"", {}, None)
    empty.offset, empty.forgets, empty.changed_at = row.offset, forgets, changed_at
    empty.removed = sorted({*row.removed, *row.standing().alerts})
    return empty


def _is_settled(alert: Alert, at: datetime) -> bool:
    """Whether an alert was resolved so long ago that what it said is not published again."""
    return not alert.stands and alert.changed_at is not None and at - alert.changed_at > SETTLED_AFTER


def digest(said: Any) -> bytes:
    """Return eight bytes that tell a statement, or an explanation, from any other of its incident."""
    return blake2b(_pack(said), digest_size=8).digest()


_NAMES = [field.name for field in fields(Alert)]
_BODY = _NAMES.index("body")


def pack_alert(alert: Alert, *, bare: bool = False) -> tuple[Any, ...]:
    """Return an alert as a row keeps it; a `bare` one without what it said."""
    values = [getattr(alert, name) for name in _NAMES]
    body = {} if bare else alert.body
    values[_BODY] = body.packed if isinstance(body, Body) else _pack(dict(body))
    return tuple(values)


def unpack_alert(kept: tuple[Any, ...]) -> Alert:
    """Return an alert that a row kept."""
    values = dict(zip(_NAMES, kept, strict=True))
    history = tuple((at, status, by) for at, status, by in values["history"])
    return Alert(**{**values, "body": Body(values["body"]), "history": history})
