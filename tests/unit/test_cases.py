from tests.cases import ACCEPTANCE, EDGE_CASES, FILE, LATER, shown, table


def test_every_edge_case_and_acceptance_example_is_shown_by_a_named_test_or_says_what_it_waits_for() -> None:
    tests = shown()

    assert sorted({*EDGE_CASES, *ACCEPTANCE} - tests.keys()) == sorted(LATER)


def test_the_table_is_that_of_today() -> None:
    assert FILE.read_text("utf-8") == table(), "python -m tests.cases > tests/CASES.md"
