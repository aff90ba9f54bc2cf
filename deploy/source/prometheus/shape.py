"""What a rule is, and how it is written; an alert has its runbook by construction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import yaml

RUNBOOKS: Final = "https://recording-monitor.example.org/runbooks"
"""Where deploy/runbooks is read in a browser: put your own address here, and write the files anew."""
JOB: Final = 'job="recording-monitor"'
"""What Prometheus calls the workers."""

Severity = Literal["critical", "warning", "info", "none"]
Audience = Literal["operations", "registrar", "nobody"]


@dataclass(frozen=True)
class Recorded:
    """An expression whose value is kept under a name, `level:metric:operations`."""

    name: str
    expression: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as Prometheus reads it."""
        return {"record": self.name, "expr": _Text(self.expression)}


@dataclass(frozen=True)
class Alert:
    """What somebody is told while an expression holds.

    `lasting` is for how long it has to hold first. `summary` says in one line what is wrong, `description` what that
    means; both are Prometheus' templates. `team` is who can mend it: `critical` wakes them.
    """

    name: str
    expression: str
    severity: Severity
    summary: str
    description: str
    lasting: str | None = None
    team: Audience = "operations"
    labels: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return it as Prometheus reads it."""
        return {
            "alert": self.name,
            "expr": _Text(self.expression),
            **({} if self.lasting is None else {"for": self.lasting}),
            "labels": {"severity": self.severity, "team": self.team, **self.labels},
            "annotations": {
                "summary": self.summary,
                "description": self.description,
                "runbook_url": f"{RUNBOOKS}/{self.name}.md",
            },
        }


@dataclass(frozen=True)
class Group:
    """Rules that are evaluated together, one after another, every `interval`."""

    name: str
    says: str
    rules: tuple[Recorded | Alert, ...]
    interval: str = "1m"

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """Those that tell somebody."""
        return tuple(rule for rule in self.rules if isinstance(rule, Alert))


class _Text(str):
    """An expression, written over several lines where it has some."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(
    _Text,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", str(text), style="|" if "\n" in text else None
    ),
)


def as_dict(group: Group) -> dict[str, Any]:
    """Return a group as Prometheus reads it."""
    rules = [rule.as_dict() for rule in group.rules]
    return {"groups": [{"name": f"recording-monitor-{group.name}", "interval": group.interval, "rules": rules}]}


def as_yaml(group: Group) -> str:
    """Return a group as a file."""
    head = f"# {group.says}\n# Written by python -m deploy.source: what is changed here is lost.\n"
    return head + yaml.dump(as_dict(group), Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)
