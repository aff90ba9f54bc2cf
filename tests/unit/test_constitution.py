"""What the rulebook and the packages must keep to; each test names all offenders at once."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from rules.book_files import load_rulebook
from rules.codes import CRIME_FAMILIES, KEYS, OFFENCE_GROUPS, national, national_lexicon
from rules.examples import failures
from rules.rule import Example, Rule
from rules.rulebook import Rulebook

RULES = Path(str(resources.files("rules")))
STREAMS = Path(str(resources.files("streams")))
BOOK = RULES / "book"
FILES = sorted(file for file in BOOK.rglob("*.yaml") if file.parent != BOOK)
MODULES = sorted([*RULES.rglob("*.py"), *STREAMS.rglob("*.py")])

THEMES = {
    "recording": {"M02", "M04", "M11", "M13", "M15", "M20", "M21", "M40", "M48"},
    "closure": {"M03", "M12", "M19", "M22", "M23", "M24", "M25", "M26", "M27", "M28", "M34", "M35", "M36", "M37"},
    "rape": {"M05", "M06", "M08"},
    "counting": {"M09", "M41"},
    "cancellation": {"M29", "M30", "M31", "M32", "M33"},
    "victims": {"M42", "M43", "M44", "M46"},
    "quality": {"M47", "M49"} | {f"E{number:02}" for number in range(1, 51)},
}
"""The folders of DESIGN.md with the rules and edge cases of DOMAIN.md that belong to each."""

NICL = {
    "TR_RTC_INJ",
    "TR_RTC_DMG",
    "TR_HIGHWAY",
    "TR_OFFENCE",
    "TR_RAM",
    "ASB_PERSONAL",
    "ASB_NUISANCE",
    "ASB_ENVIRONMENTAL",
    "PSW_ABANDONED",
    "PSW_ORDERS",
    "PSW_ALARM",
    "PSW_ANIMALS",
    "PSW_CIVIL",
    "PSW_CONCERN",
    "PSW_DOMESTIC",
    "PSW_FIREARMS",
    "PSW_HOAX",
    "PSW_IMMIGRATION",
    "PSW_INDUSTRIAL",
    "PSW_LICENSING",
    "PSW_MISPER",
    "PSW_NATURAL",
    "PSW_PROTEST",
    "PSW_DEATH",
    "PSW_SUSPICIOUS",
    "PSW_PACKAGE",
    "AD_CANCEL",
    "AD_COMPLAINT",
    "AD_CONTACT",
    "AD_DUPLICATE",
    "AD_LOSTFOUND",
    "AD_MESSAGE",
    "AD_POLICEGEN",
    "AD_EVENT",
    "AD_TEST",
}
CRIMES = {
    "CRIME_VIOLENCE",
    "CRIME_DOMESTIC",
    "CRIME_HARASSMENT",
    "CRIME_SEXUAL",
    "CRIME_RAPE",
    "CRIME_ROBBERY",
    "CRIME_BURGLARY",
    "CRIME_VEHICLE",
    "CRIME_THEFT",
    "CRIME_DAMAGE",
    "CRIME_PUBLIC_ORDER",
    "CRIME_WEAPONS",
    "CRIME_DRUGS",
    "CRIME_FRAUD",
    "CRIME_SLAVERY",
    "CRIME_OTHER",
}
CLOSING = {"CRIME_RECORDED", "CRI", "REPORT_FRAUD"}
GROUPS = [
    "homicide",
    "rape",
    "other_sexual",
    "violence_with_injury",
    "driving_death_injury",
    "violence_without_injury",
    "stalking_harassment",
    "robbery",
    "burglary",
    "arson_damage",
    "vehicle",
    "theft",
    "weapons",
    "public_order",
    "drugs",
    "miscellaneous",
    "fraud",
    "none",
]
SOURCE = re.compile(
    r"(CRR26|FRAUD26|OFG) p[0-9]+(-[0-9]+)?|NSIR ([0-9]+(\.[0-9]+)*[a-z]?|ch [0-9.]+)|NOL26|POLE [A-Z]+_[0-9]{3}"
    r"|VCOP21 Right [0-9]+|CDI criterion [0-9]+"
)


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook()


def kinds(rule: Rule) -> set[str]:
    return {ask.then.kind for asks in rule.versions.values() for ask in asks}


def raw(file: Path) -> Any:
    return yaml.safe_load(file.read_text("utf-8"))


def named(file: Path) -> str:
    return str(file.relative_to(RULES.parent))


# The book


def test_the_book_is_not_empty(book: Rulebook) -> None:
    assert len(FILES) == len(book.rules) >= 15


def test_each_of_the_fifty_rules_is_judged_or_says_why_not(book: Rulebook) -> None:
    fifty = {f"M{number:02}" for number in range(1, 51)}

    assert {rule for rule in book.rules if rule.startswith("M")} | book.not_checked.keys() == fifty
    assert book.rules.keys() & book.not_checked.keys() == set()


def test_every_example_of_every_rule_comes_true(book: Rulebook) -> None:
    failed = {
        f"{rule.id}: {example.name}": found
        for rule in book.rules.values()
        for example in rule.examples
        if (found := failures(rule, example, book))
    }

    assert failed == {}


def test_every_rule_has_at_least_four_examples(book: Rulebook) -> None:
    assert {rule.id: len(rule.examples) for rule in book.rules.values() if len(rule.examples) < 4} == {}


def fires(rule: Rule, example: Example) -> bool:
    if kinds(rule) == {"listed"}:
        return "recorded_late" in example.statuses.values()
    return bool(example.alerts)


def test_every_rule_has_an_example_that_fires_and_one_that_stays_silent(book: Rulebook) -> None:
    offenders = {
        rule.id: answers
        for rule in book.rules.values()
        if (answers := {fires(rule, example) for example in rule.examples}) != {True, False}
    }

    assert offenders == {}


def answers_elsewhere(example: Example) -> bool:
    """Whether a crime that is linked to another log of the example leaves log A open."""
    logs = {(line.get("opened") or {}).get("incident_ref", "A") for line in example.given if "opened" in line}
    linked = [set((line["recorded"] or {}).get("incident_refs", ["A"])) for line in example.given if "recorded" in line]
    others = any(refs and "A" not in refs and refs <= logs for refs in linked)
    return others and example.statuses.get("A") in ("due_soon", "overdue", "monitoring")


def test_every_expectation_has_an_example_in_time_one_late_or_never_and_one_answered_elsewhere(book: Rulebook) -> None:
    offenders: list[str] = []
    for rule in book.rules.values():
        if "overdue" in kinds(rule):
            statuses = {status for example in rule.examples for status in example.statuses.values()}
            said = {alert.get("kind") for example in rule.examples for alert in example.alerts}
            offenders += [f"{rule.id}: none in time"] if "recorded_in_time" not in statuses else []
            offenders += [f"{rule.id}: none late or never"] if "overdue" not in said else []
            if not any(answers_elsewhere(example) for example in rule.examples):
                offenders.append(f"{rule.id}: none with a crime on another incident")

    assert offenders == []


def test_every_citation_names_a_paragraph_of_a_source(book: Rulebook) -> None:
    cited = [(rule.id, citation.paragraph) for rule in book.rules.values() for citation in rule.cites]

    assert [found for found in cited if not all(map(SOURCE.fullmatch, found[1].split("; ")))] == []


def test_every_paragraph_was_checked_and_not_in_the_future(book: Rulebook) -> None:
    def checked(value: Any) -> Iterator[date]:
        match value:
            case dict():
                for name, inner in value.items():
                    yield from [inner] if name == "checked_on" else checked(inner)
            case list():
                for inner in value:
                    yield from checked(inner)

    written = {
        file: datetime.fromtimestamp(file.stat().st_mtime, UTC).date() for file in [*FILES, BOOK / "parameters.yaml"]
    }
    offenders = {
        named(file): days
        for file, day in written.items()
        if not (days := list(checked(raw(file)))) or any(one > day for one in days)
    }

    assert offenders == {}


def test_a_number_that_nobody_published_says_that_it_is_a_setting() -> None:
    parameters = raw(BOOK / "parameters.yaml")["parameters"]
    judged = {
        name
        for name, one in parameters.items()
        if any("judgement" in value["cite"] for value in one["values"].values())
    }

    assert judged == {name for name, one in parameters.items() if one.get("setting")}


def test_titles_are_unique_and_read_as_sentences(book: Rulebook) -> None:
    titles = [rule.title for rule in book.rules.values()]

    assert sorted(set(titles)) == sorted(titles)
    assert [title for title in titles if not title[:1].isupper() or title.endswith(".") or len(title) > 130] == []


def test_example_names_are_unique_within_a_rule(book: Rulebook) -> None:
    names = {rule.id: [example.name for example in rule.examples] for rule in book.rules.values()}

    assert {rule: found for rule, found in names.items() if len(set(found)) < len(found)} == {}


def test_ids_are_those_of_known_rules_and_cases_and_lie_in_the_folder_of_their_theme() -> None:
    offenders = [named(file) for file in FILES if file.stem not in THEMES.get(file.parent.name, set())]

    assert offenders == []
    assert [named(file) for file in FILES if raw(file)["id"] != file.stem] == []


def test_a_rule_file_has_25_to_130_lines() -> None:
    lengths = {named(file): len(file.read_text("utf-8").splitlines()) for file in FILES}

    assert {file: length for file, length in lengths.items() if not 25 <= length <= 130} == {}


# Codes


def test_every_key_of_the_contract_is_in_the_tables_and_no_other() -> None:
    assert len(NICL) == 35
    assert sorted(KEYS ^ (NICL | CRIMES | CLOSING)) == []
    assert sorted(CRIME_FAMILIES.keys() ^ (CRIMES | {"CRIME_RECORDED"})) == []


def test_the_offence_groups_are_the_closed_list_in_its_order() -> None:
    assert list(OFFENCE_GROUPS) == GROUPS


def test_every_offence_group_named_in_tables_and_lexicon_is_in_the_closed_list() -> None:
    tables = {**dict(CRIME_FAMILIES.items())}
    tables |= {f"offences.yaml {group}": group for group in national("offences.yaml")["groups"]}
    tables |= {f"lexicon {name}": family.offence_group for name, family in national_lexicon().families.items()}

    assert {place: group for place, group in tables.items() if group not in GROUPS} == {}


def test_every_family_of_the_lexicon_has_its_source_and_phrases_of_its_own() -> None:
    families = national_lexicon().families.values()
    forms = [
        (form.lower(), family.family)
        for family in families
        for phrase in family.phrases
        for form in (phrase.phrase, *phrase.variants, *phrase.misspellings)
    ]
    owners: dict[str, set[str]] = {}
    for form, name in forms:
        owners.setdefault(form, set()).add(name)

    assert [family.family for family in families if "DOMAIN 6" not in family.source or not family.title] == []
    assert {form: names for form, names in owners.items() if len(names) > 1} == {}


# Modules


FORBIDDEN = {
    "streams",
    "os",
    "sys",
    "socket",
    "requests",
    "subprocess",
    "pathlib",
    "shutil",
    "tempfile",
    "time",
    "random",
    "io",
}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}


def faults_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (f"imports {one.name}" for one in names if one.name.split(".")[0] in FORBIDDEN)
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in FORBIDDEN:
                yield f"imports {module}"
            case ast.Call(func=ast.Name(id="open" | "input" | "print" | "eval" | "exec" as name)):
                yield f"calls {name}"
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)) if (owner, name) in CLOCKS:
                yield f"reads the clock by {owner}.{name}"
            case ast.Call(func=ast.Attribute(attr="write_text" | "write_bytes" | "urlopen" as name)):
                yield f"calls {name}"


def test_the_rules_know_neither_streams_nor_the_outside_nor_a_clock() -> None:
    modules = [module for module in MODULES if RULES in module.parents]
    offenders = {
        named(module): found for module in modules if (found := [*faults_of(ast.parse(module.read_text("utf-8")))])
    }

    assert len(modules) > 20
    assert offenders == {}


def test_the_search_for_forbidden_things_finds_them() -> None:
    source = "import os.path\nfrom streams import x\nfrom time import time\nopen('x')\ndatetime.now()\ndate.today()\n"

    assert len(list(faults_of(ast.parse(source)))) == 6


def undocumented(body: list[ast.stmt], prefix: str) -> Iterator[str]:
    overloaded = {"overload"}
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            marks = {mark.id for mark in node.decorator_list if isinstance(mark, ast.Name)}
            if ast.get_docstring(node) is None and not marks & overloaded:
                yield prefix + node.name
            if isinstance(node, ast.ClassDef):
                yield from undocumented(node.body, f"{prefix}{node.name}.")


def test_every_public_module_class_and_function_has_a_docstring() -> None:
    offenders: list[str] = []
    for module in MODULES:
        tree = ast.parse(module.read_text("utf-8"))
        if ast.get_docstring(tree) is None:
            offenders.append(named(module))
        offenders += undocumented(tree.body, f"{named(module)}: ")

    assert offenders == []


def test_no_module_has_more_than_400_lines() -> None:
    lengths = {named(module): len(module.read_text("utf-8").splitlines()) for module in MODULES}

    assert {module: length for module, length in lengths.items() if length > 400} == {}
