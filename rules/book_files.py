"""Reads a book from its folder and checks it as a whole, naming every fault of every file with its line."""

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from importlib import resources
from importlib.resources.abc import Traversable

from rules.codes import national_lexicon
from rules.codes.tables import tables_hash
from rules.instants import local_day, parse_instant, zone_named
from rules.rule import DURATION, Example, NotCheckedRules, Parameters, Rule, is_duration
from rules.rulebook import Rulebook
from rules.yaml_source import Fault, FileFaults, fault_at, read_model


def load_rulebook(folder: Traversable | None = None) -> Rulebook:
    """Read and check a book, by default the one that ships with the project.

    Raises FileFaults that names every fault of every file with its line.
    """
    root = folder or resources.files("rules").joinpath("book")
    rules: dict[str, Rule] = {}
    contents: dict[str, bytes] = {}
    faults: list[Fault] = []
    parameters: Parameters | None = None
    not_checked = NotCheckedRules(rules=())
    digest = hashlib.sha256()
    for name, file in sorted(_yaml_files(root, "")):
        content = file.read_bytes()
        digest.update(name.encode() + b"\0" + content)
        try:
            if name == "parameters.yaml":
                parameters = read_model(Parameters, content, name)
            elif name == "not_checked.yaml":
                not_checked = read_model(NotCheckedRules, content, name)
            else:
                rules[name], contents[name] = read_model(Rule, content, name), content
        except FileFaults as found:
            faults += found.faults
    if parameters is not None:
        faults += _faults_between(rules, contents, parameters)
    if not rules and not faults:
        faults.append(Fault(str(root), 1, "", "expected a folder with rule files (*.yaml)"))
    if parameters is None and not faults:
        faults.append(Fault("parameters.yaml", 1, "", "expected a file with the book's numbers"))
    if faults or parameters is None:
        raise FileFaults(faults)
    lexicon = national_lexicon()
    digest.update(tables_hash().encode())
    return Rulebook(rules.values(), parameters, lexicon, digest.hexdigest()[:16], not_checked.rules)


def _yaml_files(folder: Traversable, prefix: str) -> Iterable[tuple[str, Traversable]]:
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _yaml_files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".yaml"):
            yield prefix + entry.name, entry


def _faults_between(rules: dict[str, Rule], contents: dict[str, bytes], parameters: Parameters) -> list[Fault]:
    """Name what no file can know by itself: ids given twice, limits that no parameter gives, steps beyond the limit."""
    faults = []
    first: dict[str, str] = {}
    for file, rule in rules.items():
        if first.setdefault(rule.id, file) != file:
            faults.append(
                fault_at(file, contents[file], ("id",), f"expected an id that {first[rule.id]} does not have")
            )
        faults += _unshown(file, contents[file], rule)
        asks = [(day, place, ask.then) for day, asks in rule.versions.items() for place, ask in enumerate(asks)]
        for day, place, then in asks:
            at = ("versions", day.isoformat(), place, "then")
            if then.within is not None and then.within not in parameters.parameters and not is_duration(then.within):
                expected = "expected a duration longer than none, as in PT24H, or a name of parameters.yaml"
                faults.append(fault_at(file, contents[file], (*at, "within"), expected))
            elif then.within is not None and then.warn_at:
                number = parameters.parameters.get(then.within)
                within = [DURATION.validate_python(then.within)] if number is None else number.lengths
                if any(not timedelta(0) < step < limit for step in then.warn_at for limit in within):
                    faults.append(fault_at(file, contents[file], (*at, "warn_at"), "expected steps within the limit"))
    return faults


def _unshown(file: str, content: bytes, rule: Rule) -> list[Fault]:
    """Name every version after the first that no example shows on both sides of its day."""
    days = [_day_of_report(example) for example in rule.examples]
    return [
        fault_at(
            file, content, ("versions", day.isoformat()), "expected an example of a report before it and one from it on"
        )
        for day in sorted(rule.versions)[1:]
        if not (any(reported < day for reported in days) and any(reported >= day for reported in days))
    ]


def _day_of_report(example: Example) -> date:
    """Return the local day of the first line of an example, which is when its report is received."""
    return local_day(min(parse_instant(line["at"]) for line in example.given), zone_named(example.zone))
