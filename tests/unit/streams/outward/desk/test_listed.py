"""The list as a text and as a mail, each as a golden file.

`python -m tests.unit.streams.outward.desk.test_listed` writes them anew: look at what differs before it is committed.
"""

from html.parser import HTMLParser
from pathlib import Path

from rules.force import ForceProfile
from streams.outward.desk.board import Filters, Links, in_order
from streams.outward.desk.listed import Listed
from streams.outward.desk.pages import Pages
from streams.settings import Forces
from tests.unit.rules.given import at
from tests.unit.streams.outward.desk import FORCE, NOW, alert, board_of

GOLDEN = Path(__file__).parents[4] / "golden" / "list"
ALERTS = (
    alert(
        "f", incident_ref=None, kind="monitor", severity="info", area=None, offence_group="none", summary="Feed silent"
    ),
    alert("soon", incident_ref="POL-7", kind="due_soon", due_at=at(27), severity="medium", area=None),
    alert(
        "a", incident_ref="POL-1", severity="critical", offence_group="rape", links=Links(log="https://log.example/1")
    ),
    alert("b", incident_ref="POL-1", kind="closed_without_crime", severity="high", offence_group="rape"),
    alert("c", incident_ref="POL/2 <b>&", area="south", status="acknowledged", acknowledged_by="S-7", team="CID"),
    alert("d", incident_ref="POL-3", feed_stale=True, status="acknowledged", acknowledged_by="S-7", assigned_to="S-9"),
)


def listed(filters: Filters | None = None, desk: str = "https://desk.example/") -> Listed:
    wanted = filters or Filters()
    cases = in_order(board_of(*ALERTS).cases(wanted), NOW)
    return Listed(cases, wanted, NOW, Pages(Forces({FORCE: ForceProfile(force=FORCE)})), desk)


def written() -> dict[str, str]:
    everything, north = listed(), listed(Filters(force=FORCE, area="north"), desk="")
    nothing = listed(Filters(force="Elsewhere"))
    return {
        "all.txt": f"{everything.subject()}\n\n{everything.text()}",
        "all.html": everything.html(),
        "north.txt": f"{north.subject()}\n\n{north.text()}",
        "nothing.txt": f"{nothing.subject()}\n\n{nothing.text()}",
        "nothing.html": nothing.html(),
    }


def test_what_is_sent_is_as_it_was_looked_at() -> None:
    assert written() == {file.name: file.read_text("utf-8") for file in GOLDEN.iterdir()}


def test_the_order_is_the_pages_in_the_text_the_mail_and_for_a_program() -> None:
    order = ["POL-1", "POL-3", "POL/2 <b>&", "POL-7"]
    text, told = listed().text(), listed().as_dict()

    assert sorted(order, key=text.index) == order
    assert [case["incident"] for case in told["cases"]] == ["", *order]
    assert told["cases"][1]["link"] == "https://desk.example/incident/Example/POL-1"
    assert told["at"] == "2026-04-03T09:00:00Z"


def test_a_number_is_only_text_in_a_mail_and_its_link_leads_to_the_page_alone() -> None:
    tags, links = list[str](), list[str]()

    class Seen(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            links.extend(value or "" for name, value in attrs if name in ("href", "src"))

    Seen().feed(listed().html())

    assert "b" not in tags
    assert len(links) == 4
    assert all(link.startswith("https://desk.example/incident/Example/POL") for link in links)
    assert "https://desk.example/incident/Example/POL%2F2%20%3Cb%3E%26" in links


def test_a_subject_is_one_line_whatever_was_asked_for() -> None:
    assert "\n" not in listed(Filters(area="north\nBcc: all@police.example")).subject()


if __name__ == "__main__":
    for name, content in written().items():
        (GOLDEN / name).write_text(content, "utf-8")
