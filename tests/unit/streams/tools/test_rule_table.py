import csv
import io
from datetime import date
from html.parser import HTMLParser

from rules.book_files import load_rulebook
from streams.tools.rule_table import as_csv, as_html, as_markdown, table_rows

BOOK = load_rulebook()


def test_the_table_is_that_of_the_day() -> None:
    before, after = table_rows(BOOK, date(2015, 3, 31)), table_rows(BOOK, date(2015, 4, 1))

    deadlines = {row[0]: row[3] for row in before}
    assert (deadlines["M02"], {row[0]: row[3] for row in after}["M02"]) == ("72 hours", "24 hours")
    assert {row[0] for row in after} - {row[0] for row in before} == {"M05", "M06", "M08", "M42", "M43", "M44"}
    judged = [row[0] for row in after[1:] if row[6] != "not judged"]
    assert judged == sorted(judged)
    assert [row[0] for row in after[1:] if row[6] == "not judged"] == list(BOOK.not_checked)
    assert {len(row) for row in after} == {len(after[0])}


def test_the_table_is_written_as_markdown_and_as_csv() -> None:
    rows: list[tuple[str, ...]] = [("Rule", "What"), ("M02", 'a | b, "c"')]

    assert as_markdown(rows) == '| Rule | What |\n| --- | --- |\n| M02 | a / b, "c" |'
    assert [tuple(row) for row in csv.reader(io.StringIO(as_csv(rows)))] == rows


class Cells(HTMLParser):
    """Reads a page back: its cells, row by row."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        if self.rows and self.tags[-1] in ("th", "td"):
            self.rows[-1][-1] += data


def test_the_page_says_what_the_table_says_and_nothing_of_it_is_taken_for_markup() -> None:
    rows: list[tuple[str, ...]] = [("Rule", "What"), ("M02", "<script>a & b</script>")]

    page = Cells(as_html(rows, "Rulebook <x>"))

    assert page.rows == [list(row) for row in rows]
    assert "script" not in page.tags
    assert page.tags[:3] == ["html", "head", "meta"]


def test_each_rule_has_its_version_and_a_hash_that_a_change_makes_another() -> None:
    rule = BOOK.rules["M02"]
    row = next(row for row in table_rows(BOOK, date(2026, 4, 1)) if row[0] == "M02")

    assert row[-2:] == ("2002-04-01", rule.hash)
    assert rule.model_copy(update={"title": "Another"}).hash != rule.hash
    assert len({each.hash for each in BOOK.rules.values()}) == len(BOOK.rules)
