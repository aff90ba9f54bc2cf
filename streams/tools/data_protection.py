"""The page on data protection: what is kept, where, for how long and who sees it, from the models, topics and settings."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final, get_args

from rules.events import EVENT, Event
from rules.vocabulary import ContractPart, Personal, Role, Victim, VictimContacted, VictimUpdated
from streams.agents.rows import SETTLED_AFTER
from streams.kafka.rights import ROLES, rights
from streams.kafka.topics import REPLACED_STAYS, Topic, topics
from streams.settings import Settings

KEPT: Final[Mapping[Personal, str]] = {
    Personal.WORDS: "The words of an entry are compared once with the phrases of the lexicon; which phrase stands there is "
    "kept, the words are not. Of a reason or a note is kept that there was one.",
    Personal.REFERENCE: "Kept as given. With them alone nobody is known who has no access to the force's own systems.",
    Personal.VICTIM: "Kept as given, for deadlines depend on it: age and vulnerability on how grave an alert is, a "
    "victim's confirmation on the clock.",
    Personal.STAFF: "Kept as given: a role, or a reference of the force's own; never a name.",
}
"""What becomes of each kind of personal data on its way into the rows."""

_HOLDS: Final[Mapping[str, str]] = {
    "incident-log": "events of the log, with the words of its entries",
    "crime-records": "events of the crime records",
    "recording-decisions": "decisions and who took them, with their reasons and notes",
    "recording-alerts": "the newest state of each alert: incident number, codes, times and why; no words of the log, no victim",
    "recording-status": "the newest status of each incident: its number, area, codes, times and why; no words, no victim",
    "dead-letters": "events that could not be used, whole, with the words of their entries",
    "recording-audit": "who looked at which incident and what they did",
    "crime-inbox": "what was stated, on its way to the crime that it is about; no words",
    "incident-inbox": "what was stated, on its way to the incident that it is about; no words",
    "crimes-changelog": "the rows of crimes: what was stated, without words",
    "incidents-changelog": "the rows of incidents: what was stated, without words, and what was said of it",
    "forces-changelog": "for each force when its feeds were last heard, and the findings about them; nothing of a person",
}

_ON_ERASE: Final[Mapping[str, str]] = {
    "incident-log": "left: the feed's own copy",
    "crime-records": "left: the feed's own copy",
    "recording-decisions": "left: the trail of who decided",
    "recording-alerts": "taken away",
    "recording-status": "taken away",
    "dead-letters": "left",
    "recording-audit": "left: the trail of who looked",
    "crime-inbox": "left",
    "incident-inbox": "left",
    "crimes-changelog": "a victim is taken out; the numbers of linked incidents are left",
    "incidents-changelog": "taken away",
    "forces-changelog": "nothing to take away",
}


def data_protection(settings: Settings) -> str:
    """Return the page as Markdown, for one set of settings."""
    return "\n".join(_lines(settings)) + "\n"


def personal(model: type[ContractPart]) -> dict[str, Personal]:
    """Return the fields of a model, and of the models within it, that tell something of a person, and what they tell."""
    found: dict[str, Personal] = {}
    about_victim = issubclass(model, Victim | VictimContacted | VictimUpdated)
    for name, field in model.model_fields.items():
        parts = list(_parts(field.annotation, field.metadata))
        for within in (part for part in parts if isinstance(part, type) and issubclass(part, ContractPart)):
            found |= {f"{name}.{inner}": kind for inner, kind in personal(within).items()}
        kinds = [part for part in parts if isinstance(part, Personal)]
        if Role in parts:
            found[name] = Personal.STAFF
        elif kinds:
            found[name] = kinds[0]
        elif (
            about_victim
            and name not in ("force", "quality")
            and not any(inner.startswith(f"{name}.") for inner in found)
        ):
            found[name] = Personal.VICTIM
    return found


def _parts(annotation: Any, metadata: Any = ()) -> Iterator[Any]:
    """Yield an annotation, all that it is made of, and what they are marked with."""
    yield annotation
    yield from metadata
    yield from getattr(annotation, "__metadata__", ())
    for part in get_args(annotation):
        if not isinstance(part, str):
            yield from _parts(part)


def _lines(settings: Settings) -> Iterator[str]:
    yield "# Data protection: what is kept, where, for how long, and who sees it"
    yield ""
    yield "Made by `recording-monitor topics data` from the models of the events, the topics, the rights and the settings of"
    yield f"the application `{settings.application}`; run it with your own settings for your own page."
    yield from _coming_in()
    yield from _places(settings)
    yield from _ends(settings)
    yield from _seen_by(settings)


def _coming_in() -> Iterator[str]:
    by_kind: dict[Personal, dict[str, None]] = {kind: {} for kind in Personal}
    for model in _models():
        data = model.model_fields["data"].annotation
        assert isinstance(data, type)
        for name, kind in personal(data).items():
            by_kind[kind][name] = None
    yield from ("", "## Personal data in the events, and what becomes of it", "")
    yield "| what it is | fields | what becomes of it |"
    yield "| --- | --- | --- |"
    for kind, names in by_kind.items():
        yield f"| {kind} | {', '.join(f'`{name}`' for name in sorted(names))} | {KEPT[kind]} |"
    yield ""
    yield "Every other field tells of the report alone: its times, codes, grade, area and channel. A field that a feed sends and"
    yield "the contract does not know is counted and goes no further."


def _models() -> Iterator[type[Event]]:
    for part in _parts(EVENT._type):
        if isinstance(part, type) and issubclass(part, Event):
            yield part


def _places(settings: Settings) -> Iterator[str]:
    yield from ("", "## Where it is kept: topics of Kafka", "")
    yield "| topic | holds | for how long | on `recording-monitor erase` | written by | read by |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for topic in topics(settings):
        short = topic.name.removeprefix(f"{settings.application}-") if topic.kind == "internal" else topic.name
        who = (", ".join(_with(settings, topic, operation)) or "-" for operation in ("Write", "Read"))
        yield f"| `{topic.name}` | {_HOLDS[short]} | {_how_long(settings, topic)} | {_ON_ERASE[short]} | {' | '.join(who)} |"
    yield ""
    yield "A worker keeps the rows of its partitions in memory and writes nothing to a disk of its own. Metrics carry no incident"
    yield "number, and no log line has any value that a feed sent."
    if settings.alertmanagers:
        yield f"Alertmanager ({settings.alertmanagers}) is sent what `recording-alerts` says of each alert that pages."
    if settings.smtp_host is not None:
        yield f"By the mail server {settings.smtp_host}, `recording-monitor list` sends what `recording-alerts` says of what is"
        yield "open to whom it is told to: numbers, areas, times, what is wrong, and the staff reference of who took it."
    if not settings.alertmanagers and settings.smtp_host is None:
        yield "No Alertmanager and no mail server is set: nothing is sent anywhere else."


def _with(settings: Settings, topic: Topic, operation: str) -> list[str]:
    return [each.role for each in rights(settings) if each.name == topic.name and operation in each.operations]


def _how_long(settings: Settings, topic: Topic) -> str:
    if topic.retention is not None:
        return in_words(topic.retention)
    return "while its force is known" if topic.name.endswith("-forces-changelog") else _after_change(settings)


def _after_change(settings: Settings) -> str:
    return f"until {in_words(settings.retention)} after the last change"


def _ends(settings: Settings) -> Iterator[str]:
    yield from ("", "## When it ends", "")
    settled, retired = in_words(SETTLED_AFTER), in_words(settings.retention)
    yield f"- What an alert said leaves its row {settled} after it was resolved; which alert it was, and when, stays."
    yield f"- {retired} after the last change (`RECORDING_RETENTION`) an incident is taken away: its row, its status and its"
    yield "  alerts. A stub without statements stays as long again, so that an event that comes late brings nothing back."
    yield "- `recording-monitor erase FORCE/REF` takes one incident away at once, with what other incidents were told by it; with"
    yield "  `--victim` it takes one victim out of all incidents and crimes: where the reference stood stands a name that says"
    yield "  nothing, and of the reference only a digest is kept, so that what is read again is redacted too. The figures stay."
    yield "  What the table says is left ends by itself: erase it in the force's own systems too."
    yield f"- What a newer state has replaced, or was taken away, leaves the broker's disk within {in_words(REPLACED_STAYS)}."


def _seen_by(settings: Settings) -> Iterator[str]:
    yield from ("", "## Who sees it", "")
    yield "Each is a principal of its own on the broker; `recording-monitor topics rights` writes the commands that grant this"
    yield "and nothing else."
    yield from ("", "| who | does | may read |", "| --- | --- | --- |")
    for role, does in ROLES.items():
        names = [
            each.name
            for each in rights(settings)
            if each.role == role and each.resource == "topic" and "Read" in each.operations
        ]
        yield f"| {role} | {does} | {', '.join(f'`{name}`' for name in names) or 'nothing'} |"


def in_words(span: timedelta) -> str:
    """Return a duration in whole days, and in whole months of 30.4 days where it has more than three of them."""
    days = round(span / timedelta(days=1))
    if days > 100:
        return f"{round(days * 12 / 365)} months"
    return "one day" if days == 1 else f"{days} days"
