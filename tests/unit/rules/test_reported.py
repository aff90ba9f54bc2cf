import pytest

from rules.force import ForceProfile
from rules.reported import stands

from .given import opened, situation


def test_what_is_notifiable_until_a_day_discloses_nothing_after_it() -> None:
    words = [{"text": "drunk male swearing in the street", "at": "2023-04-30T09:00:00Z"}]

    last = situation({"at": "2023-04-30T09:00:00Z", "opened": {"entries": words}})
    first = situation({"at": "2023-05-01T09:00:00Z", "opened": {"entries": words}})

    assert last.families_disclosed == {"section_5"}
    assert not first.families_disclosed
    assert last.families_named == first.families_named == {"section_5"}


def test_words_that_disclose_no_crime_are_named_all_the_same() -> None:
    found = situation(opened(entries=[{"text": "no offences disclosed, area search negative"}]))

    assert found.disclosures == []
    assert found.families_named == {"no_offences", "enquiries"}


def test_questions_and_system_lines_hold_no_sign() -> None:
    lines = [{"text": "he punched her", "category": category} for category in ("question", "system")]

    assert situation(opened(entries=lines)).signs == []


def test_qualifiers_go_by_the_forces_map() -> None:
    own = ForceProfile.model_validate(
        {"force": "Example", "codes": [{"from": "2020-01-01", "map": {"DV": "Q_DOMESTIC_ABUSE"}}]}
    )

    assert situation(opened(qualifiers=["DV", "X9"]), profile=own).qualifiers == {"Q_DOMESTIC_ABUSE", "X9"}


@pytest.mark.parametrize(
    ("mark", "discloses"),
    [
        (["punched", "", ""], True),
        (["punched", "not", ""], False),
        (["punched", "not", "suspect"], True),
        (["punched", "denied", "suspect"], True),
        (["punched", "denied", "victim"], False),
    ],
)
def test_the_victims_word_alone_takes_a_mark_back(mark: list[str], discloses: bool) -> None:
    assert stands(mark) is discloses
