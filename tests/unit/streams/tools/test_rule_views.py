import pytest
from pydantic import TypeAdapter

from rules.book_files import load_rulebook
from rules.conditions import Condition
from streams.tools.rule_views import condition_in_words, not_checked_in_words, rule_in_words

BOOK = load_rulebook()
CONDITION: TypeAdapter[Condition] = TypeAdapter(Condition)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"fact": "crime_counts", "is": True}, "a recorded crime counts for this incident"),
        ({"fact": "crime_counts", "is": False}, "not so: a recorded crime counts for this incident"),
        ({"fact": "closing_disposal", "one_of": ["cri", "other"]}, "how the log was closed: one of cri, other"),
        ({"fact": "closing_key", "is": "CRI"}, "the code that disposes of the log: CRI"),
        ({"fact": "qualifiers_given", "includes_any": ["X_TEST"]}, "qualifiers of the log: any of X_TEST"),
        ({"fact": "crimes_missing", "at_least": 1}, "how many fewer crimes count than are owed: 1 or more"),
        ({"not": {"fact": "closing_key", "is": "CRI"}}, "not (the code that disposes of the log: CRI)"),
        (
            {
                "all": [
                    {"fact": "closing_key", "is": "A"},
                    {"any": [{"fact": "closing_key", "is": "B"}, {"fact": "closing_key", "is": "C"}]},
                ]
            },
            "the code that disposes of the log: A and "
            "(the code that disposes of the log: B or the code that disposes of the log: C)",
        ),
    ],
)
def test_a_condition_reads_as_one_phrase(condition: object, words: str) -> None:
    assert condition_in_words(CONDITION.validate_python(condition)) == words


@pytest.mark.parametrize("rule", BOOK.rules.values(), ids=lambda rule: rule.id)
def test_every_rule_can_be_read_aloud(rule: object) -> None:
    lines = list(rule_in_words(BOOK.rules[rule.id], BOOK))  # type: ignore[attr-defined]

    text = "\n".join(lines)
    assert lines[0].startswith(BOOK.rules[rule.id].id)  # type: ignore[attr-defined]
    assert "Rests on" in text
    assert "What to do" in text
    assert not {"None", "timedelta", "PT24H", "frozenset"} & set(text.replace(",", " ").split())


def test_a_limit_that_changed_is_shown_with_both_dates() -> None:
    text = "\n".join(rule_in_words(BOOK.rules["M02"], BOOK))

    assert "72 hours after its start" in text
    assert "24 hours after its start; warned at 12 hours and 20 hours, from 1 April 2015" in text


def test_a_rule_that_is_not_judged_says_why_and_what_is_watched_instead() -> None:
    text = "\n".join(not_checked_in_words(BOOK.not_checked["M01"]))

    assert text.startswith("M01  Every report becomes")
    assert "Not judged    A call that nobody logged" in text
    assert "Would need    report.received" in text
    assert "Instead       The status names opened_late" in text
