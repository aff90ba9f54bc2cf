from datetime import date

import pytest
from pydantic import BaseModel, ConfigDict

from rules.yaml_source import FileFaults, read_model


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    since: date | None = None


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    parts: list[Part] = []


def faults(text: str | bytes) -> list[tuple[int, str]]:
    with pytest.raises(FileFaults) as found:
        read_model(Whole, text, "whole.yaml")
    return [(fault.line, fault.path) for fault in found.value.faults]


def test_a_text_that_fits_is_read() -> None:
    whole = read_model(Whole, "title: all\nparts:\n- {name: one, since: 2026-04-01}\n", "whole.yaml")

    assert whole == Whole(title="all", parts=[Part(name="one", since=date(2026, 4, 1))])


def test_each_fault_stands_at_its_own_line() -> None:
    text = "title: [1]\nparts:\n  - name: one\n  - name: 2\n    since: never\n  - colour: red\n"

    assert faults(text) == [
        (1, "title"),
        (4, "parts.1.name"),
        (5, "parts.1.since"),
        (6, "parts.2.name"),
        (6, "parts.2.colour"),
    ]


def test_a_missing_key_is_named_at_the_line_of_what_lacks_it() -> None:
    assert faults("parts: []\n") == [(1, "title")]


def test_what_is_no_yaml_is_refused_at_its_line() -> None:
    assert faults("title: x\nparts: [\n")[0][0] in (2, 3)
    assert faults(b"title: \xff\n")[0][0] == 1
    assert faults("")[0][0] == 1
    assert faults("- title\n")[0][0] == 1


def test_a_fault_reads_as_file_line_path_and_what_was_expected() -> None:
    with pytest.raises(FileFaults, match=r"^whole\.yaml:2: title: .*string"):
        read_model(Whole, "parts: []\ntitle: [1]\n", "whole.yaml")


def test_no_tag_can_make_an_object() -> None:
    assert faults("title: !!python/object/apply:os.getcwd []\n")[0][0] == 1
