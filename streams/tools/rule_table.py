"""The whole rulebook as a table, for the registrar's review."""

import csv
import io
from datetime import date
from xml.etree import ElementTree as ET

from rules.explanation import span
from rules.rulebook import Rulebook
from streams.tools.rule_views import matter_in_words

Row = tuple[str, ...]

_COLUMNS = (
    "Rule",
    "What it asks",
    "About",
    "Deadline",
    "Severity",
    "Alert",
    "Status",
    "Rests on",
    "Known gap",
    "Version",
    "Hash",
)
_STYLE = """
body { font: 14px/1.4 system-ui, sans-serif; margin: 2em; color: #1b1b1b; background: #fff; }
table { border-collapse: collapse; }
th, td { border: 1px solid #767676; padding: 0.4em 0.6em; text-align: left; vertical-align: top; }
thead th { background: #ececec; position: sticky; top: 0; }
@media print { body { margin: 0; font-size: 9px; } thead { display: table-header-group; } tr { break-inside: avoid; } }
"""


def table_rows(book: Rulebook, day: date) -> list[Row]:
    """Return the book as it stands for reports of a day: the heading, then a row for each thing that a rule asks.

    The rules that are not judged come last, with the reason and what is watched instead.
    """
    rows: list[Row] = [_COLUMNS]
    for compiled in sorted(book.on(day), key=lambda compiled: compiled.rule.id):
        rule = compiled.rule
        severities = [rule.severity, *(f"{graver.severity} in some cases" for graver in rule.graver)]
        deadline = "at once" if compiled.within is None else span(compiled.within)
        what = (rule.id, rule.title, matter_in_words(compiled.ask), deadline)
        which = (compiled.version.isoformat(), rule.hash)
        rests_on = (rule.paragraphs, rule.gap or "")
        rows.append((*what, "; ".join(severities), compiled.ask.then.kind, rule.status, *rests_on, *which))
    for unjudged in book.not_checked.values():
        why = f"not judged: {unjudged.reason}"
        rows.append(
            (
                unjudged.id,
                unjudged.title,
                why,
                "-",
                "-",
                "-",
                "not judged",
                unjudged.paragraphs or "-",
                unjudged.instead,
                "-",
                "-",
            )
        )
    return rows


def as_markdown(rows: list[Row]) -> str:
    """Write rows as a Markdown table."""
    lines = [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def as_csv(rows: list[Row]) -> str:
    """Write rows as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().rstrip("\n")


def as_html(rows: list[Row], title: str) -> str:
    """Write rows as one page of HTML that needs nothing else, to be read on a screen or on paper."""
    page = ET.Element("html", lang="en-GB")
    head, body = ET.SubElement(page, "head"), ET.SubElement(page, "body")
    ET.SubElement(head, "meta", charset="utf-8")
    ET.SubElement(head, "title").text = title
    ET.SubElement(head, "style").text = _STYLE
    ET.SubElement(body, "h1").text = title
    table = ET.SubElement(body, "table")
    heading = ET.SubElement(ET.SubElement(table, "thead"), "tr")
    for name in rows[0]:
        ET.SubElement(heading, "th", scope="col").text = name
    lines = ET.SubElement(table, "tbody")
    for row in rows[1:]:
        line = ET.SubElement(lines, "tr")
        ET.SubElement(line, "th", scope="row").text = row[0]
        for cell in row[1:]:
            ET.SubElement(line, "td").text = cell
    ET.indent(body)
    return "<!doctype html>\n" + ET.tostring(page, encoding="unicode", method="html")
