"""What can be wrong with a force's feeds and books, and what the person who is woken by it reads and does (M50)."""

from datetime import datetime, timedelta

from rules.explanation import Node, local_words, span
from rules.force import ForceProfile
from rules.instants import format_instant
from streams.agents.monitor import Finding
from streams.agents.watermarks import Heard

_LISTED = 20
"""How many differences are listed; the command `reconcile` names all."""


def silent_feed(feed: str, profile: ForceProfile, heard: Heard) -> Finding:
    """Return that a feed is silent, or behind, for longer than its force says that it ever is."""
    longest = profile.feeds[feed].silent_after  # type: ignore[index]
    late = heard.behind > longest
    since = heard.newest
    said = f"is {span(heard.behind)} behind" if late else f"has been silent since {local_words(since, profile.zone)}"
    return Finding(
        since=since,
        due_at=since + longest,
        summary=f"The feed {feed} {said}: nobody is paged for what rests on its silence",
        looked_at=(
            Node("the newest event of the feed", True, format_instant(since)),
            Node("how much later than it happened that event came", late, span(heard.behind)),
            Node("how long the feed may be silent or behind by the force's settings", True, span(longest)),
        ),
        runbook=(
            "Ask the force's integration team whether the export to Kafka runs.",
            "Until it does, look up in the records system what the list says is overdue.",
            "When it is back everything is judged by its true times, by itself.",
        ),
    )


def quiet_feed(feed: str, heard: Heard, usual: timedelta) -> Finding:
    """Return that a feed is quieter than it usually is at this hour of the week."""
    return Finding(
        since=heard.newest,
        due_at=heard.newest + usual,
        summary=f"The feed {feed} is quieter than it usually is at this hour of the week",
        looked_at=(
            Node("the newest event of the feed", True, format_instant(heard.newest)),
            Node("how long a silence is unusual at this hour", True, span(usual)),
        ),
        runbook=("Look whether the export to Kafka runs; a quiet hour of a holiday needs nothing.",),
    )


def flooded(since: datetime, withheld: int, zone_words: str) -> Finding:
    """Return that so many alerts would have paged that this one speaks for the others."""
    return Finding(
        since=since,
        due_at=since,
        summary=f"{withheld} more alerts since {zone_words} than are paged one by one: they stand in the list",
        looked_at=(Node("alerts that were not paged because this one speaks for them", True, str(withheld)),),
        runbook=(
            "Open the list of the force: it has all of them, the gravest first.",
            "Ask what came at once: an outage that ended, a changed rulebook or code map, or an export that was sent again.",
        ),
    )


def books_differ(at: datetime, differences: list[str]) -> Finding:
    """Return that what was said of a force's incidents is not what is kept of them."""
    listed = differences[:_LISTED]
    return Finding(
        since=at,
        due_at=at,
        summary=f"The books of the force differ in {len(differences)} places",
        looked_at=tuple(Node(difference, False) for difference in listed),
        runbook=(
            "Run `recording-monitor reconcile`, which names every difference with both numbers.",
            "Run `recording-monitor rebuild` with the workers stopped: it says everything again from the sources.",
        ),
    )
