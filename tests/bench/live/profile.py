"""Where the time of a live worker goes, by module: cProfile over a backlog of new incidents."""

import pstats
import sys
from collections import defaultdict
from datetime import timedelta
from operator import itemgetter
from pathlib import Path

from tests.bench.live.backlog import handled
from tests.bench.live.contest import ROOT
from tests.bench.live.events import new_incidents
from tests.bench.live.ground import PATIENCE, Ground, tell
from tests.bench.live.tables import show
from tests.eventually import eventually
from tests.integration.workers import Worker
from tests.kafka.cluster import Cluster

MOST = 25


def profile(cluster: Cluster, folder: Path, events: int) -> None:
    """Profile a worker on a backlog, and show its own time by module and by function, in microseconds an event."""
    file = folder / "profile"
    with Ground(cluster, folder) as ground:
        ground.lay(new_incidents(events))
        tell(f"profile: a worker with a profiler takes {events:,} events")
        command = [sys.executable, "-m", "tests.bench.live.profiled", str(file)]
        with Worker({**ground.environment, "RECORDING_APPLICATION": "bench-profile"}, folder, command) as worker:
            eventually(lambda: handled(worker) >= events, within=PATIENCE, every=timedelta(seconds=1))
            worker.term()
    by_module: dict[str, float] = defaultdict(float)
    functions: list[tuple[float, float, int, str]] = []
    for (path, line, function), (_, calls, own, whole, _) in pstats.Stats(str(file)).stats.items():  # type: ignore[attr-defined]
        module = _module(path)
        by_module[module] += own
        functions.append((own, whole, calls, f"{module}:{line} {function}"))
    own_times = sorted(by_module.items(), key=lambda of: -of[1])[:MOST]
    show("Own time by module", ("", "us an event"), [(module, _micro(own, events)) for module, own in own_times])
    for title, by in (("Own time by function", 0), ("Time with all that is called", 1)):
        rows = sorted(functions, key=itemgetter(by), reverse=True)[: 2 * MOST]
        show(
            title,
            ("", "own, us an event", "with callees", "calls an event"),
            [
                (name, _micro(own, events), _micro(whole, events), f"{calls / events:.2f}")
                for own, whole, calls, name in rows
            ],
        )


def _module(path: str) -> str:
    """Return a short name of a file: its path under the checkout or under the installed packages."""
    parts = Path(path).parts
    if Path(path).is_relative_to(ROOT / "streams") or Path(path).is_relative_to(ROOT / "rules"):
        return str(Path(path).relative_to(ROOT))
    return "/".join(parts[parts.index("site-packages") + 1 :]) if "site-packages" in parts else "/".join(parts[-2:])


def _micro(seconds: float, events: int) -> str:
    return f"{seconds / events * 1e6:,.1f}"
