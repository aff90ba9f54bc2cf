"""The gauges of the workers as they are served: fetched, and summed over the workers."""

import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterable
from http.client import HTTPException
from urllib.parse import urljoin, urlsplit

from prometheus_client.parser import text_string_to_metric_families

from streams.agents.monitor import KIND
from streams.settings import WrongSettings
from streams.tools.reconciliation import GAUGES, Series

_ANSWERS_WITHIN = 10.0


class NoMetrics(WrongSettings):
    """An address at which no worker serves its metrics: one line that says what was expected."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url}: no metrics are served there: expected the /metrics of a running worker")


def summed(urls: Iterable[str]) -> Counter[Series]:
    """Return the gauges that are compared, summed over the workers; raises NoMetrics."""
    sums: Counter[Series] = Counter()
    for url in urls:
        sums.update(_gauges(url))
    return sums


def ready(urls: Iterable[str]) -> bool:
    """Whether no worker says that it is not ready: while its partitions move, its gauges say nothing; raises NoMetrics."""
    return all(_answer(url, "ready")[0] != 503 for url in urls)


def _gauges(url: str) -> Counter[Series]:
    status, text = _answer(url, "")
    found: Counter[Series] = Counter()
    try:
        if status != 200:
            raise NoMetrics(url)
        families = {family.name: family for family in text_string_to_metric_families(text)}
        for name, labels in GAUGES.items():
            for sample in families[name].samples:
                if sample.labels.get("kind") == KIND:  # about a force as a whole: in no incident's row
                    continue
                series = (sample.labels["force"], name, *(sample.labels[label] for label in labels))
                found[series] += int(sample.value)
    except (ValueError, KeyError):
        raise NoMetrics(url) from None
    return found


def _answer(named: str, path: str) -> tuple[int, str]:
    """Return what stands beside an address that was named: the status, and the text where that is 200."""
    try:
        url = urljoin(named, path)
        if urlsplit(url).scheme not in ("http", "https"):
            raise NoMetrics(named)
        with urllib.request.urlopen(url, timeout=_ANSWERS_WITHIN) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, ""
    except (OSError, HTTPException, ValueError):
        raise NoMetrics(named) from None
