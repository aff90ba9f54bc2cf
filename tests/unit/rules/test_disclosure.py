from time import process_time

import pytest

from rules.disclosure import Cues, Family, Lexicon, Phrase
from rules.reported import stands

from .given import book


def disclosed(text: str) -> set[str]:
    """The families that a text discloses: those of its marks that stand, and that are a crime."""
    lexicon = book().lexicon
    found = {lexicon.family_of[mark[0]] for mark in lexicon.marks(text) if stands(mark)}
    return {name for name in found if lexicon.families[name].discloses}


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("INF STATES HER PARTNER HAS PUNCHED HER", "assault_with_injury"),
        ("m/a30 headbutted outside the pub", "assault_with_injury"),
        ("child was bitten on the arm", "assault_with_injury"),
        ("has reddening to left cheek", "assault_with_injury"),
        ("swollen eye, will not say how", "assault_with_injury"),
        ("male stabbed in the park", "serious_violence"),
        ("someone hit him over a parking space", "assault_with_injury"),
        ("was pushed into the wall", "assault_without_injury"),
        ("she grabbed his coat", "assault_without_injury"),
        ("spat at by passenger", "assault_without_injury"),
        ("threatened to hit him in the kitchen", "assault_without_injury"),
        ("caller says she was raped last year", "rape"),
        ("attempted rape on the towpath", "rape"),
        ("he forced himself on her", "rape"),
        ("male exposed himself on the train", "other_sexual"),
        ("inappropriately touched at work", "other_sexual"),
        ("made threats to kill", "threats"),
        ("said he will burn your house", "threats"),
        ("he pulled a knife on the clerk", "threats"),
        ("bike gone from the shed", "theft"),
        ("shoplifter detained", "theft"),
        ("drive out, pump 4", "theft"),
        ("purse missing from bag", "theft"),
        ("wing mirror smashed", "damage"),
        ("tyres slashed overnight", "damage"),
        ("graffiti on the chapel", "damage"),
        ("bin set on fire", "damage"),
    ],
)
def test_log_language_discloses_its_family(text: str, family: str) -> None:
    assert disclosed(text) == {family}


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("was asaulted by his brother", "assault_with_injury"),
        ("pusshed over", "assault_without_injury"),
        ("front window smased", "damage"),
        ("phone stollen", "theft"),
        ("sexualy assaulted at the party", "other_sexual"),
        ("threatend to kill her", "threats"),
    ],
)
def test_common_misspellings_disclose_too(text: str, family: str) -> None:
    assert family in disclosed(text)


@pytest.mark.parametrize(
    "text",
    [
        "victim was not assaulted",
        "no assault took place",
        "the assault did not take place",
        "caller says an assault never happened",
        "she wasn\u2019t punched",
        "IP WAS NEVER PUNCHED",
        "nobody assaulted",
        "left without being pushed",
        "victim denies being assaulted",
        "car was not damaged",
    ],
)
def test_a_negation_in_the_clause_takes_the_match_back(text: str) -> None:
    assert disclosed(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "denies assaulting",
        "suspect denies that he assaulted her",
        "offender says he did not assault her",
        "neighbour says she was not assaulted",
        "no injuries, punched twice",
        "punched, no injuries",
        "no visible injury but assaulted",
        "no longer being assaulted",
        "not for the first time assaulted",
        "assaulted and does not want to pursue",
        "assaulted, refuses statement, no complaint",
        "alleged to have been assaulted",
        "claims she was assaulted",
        "states that he was assaulted",
        "not drunk, assaulted",
        "not drunk. assaulted",
        "not drunk\nassaulted",
        "not drunk but assaulted",
        "not drunk however assaulted",
        "no offences, then says she was assaulted",
        "unknown who assaulted him, no description",
        "not known who assaulted him",
    ],
)
def test_what_negates_something_else_leaves_the_match(text: str) -> None:
    assert disclosed(text) == {"assault_with_injury"}


def test_a_negation_takes_one_match_back_and_not_the_next() -> None:
    assert disclosed("not punched but window smashed") == {"damage"}
    assert disclosed("was not punched then the window was smashed") == {"damage"}


def test_who_spoke_carries_to_the_end_of_the_sentence_and_no_further() -> None:
    assert disclosed("suspect says he was at home, did not assault her") == {"assault_with_injury"}
    assert disclosed("suspect says he was at home. did not assault her") == set()


def test_a_victim_who_is_only_mentioned_does_not_deny() -> None:
    assert disclosed("male denies assaulting victim") == {"assault_with_injury"}


@pytest.mark.parametrize(
    "text",
    [
        "victim says suspect denies assaulting her",
        "victim's husband denies assaulting her",
        "suspect interviewed, says he did not assault her",
    ],
)
def test_a_denial_of_the_deed_is_not_the_victims(text: str) -> None:
    assert disclosed(text) == {"assault_with_injury"}


@pytest.mark.parametrize(
    "text",
    ["Q: was she punched?", "  q : punched?", "officer attending\nQ: punched or kicked?\nA: yes", "Q:punched"],
)
def test_a_line_that_begins_as_a_question_discloses_nothing(text: str) -> None:
    assert disclosed(text) == set()


def test_only_the_line_of_the_question_is_left_out() -> None:
    assert disclosed("Q: any threats to kill?\nA: he punched me") == {"assault_with_injury"}
    assert disclosed("he punched me Q: any damage to") == {"assault_with_injury", "damage"}


@pytest.mark.parametrize(
    "text",
    ["grapes and drapes", "unassaulted", "punchedup", "he skyed it", "begged", "hockeyed", "thefts2", "stolenly"],
)
def test_a_phrase_within_a_longer_word_is_none(text: str) -> None:
    assert book().lexicon.marks(text) == []


@pytest.mark.parametrize(
    "text", ["(assaulted)", "assaulted/kicked", "was-assaulted", "\u201cassaulted\u201d", "ASSAULTED."]
)
def test_a_phrase_between_signs_is_a_word(text: str) -> None:
    assert "assault_with_injury" in disclosed(text)


def test_of_overlapping_phrases_the_first_and_longest_is_read() -> None:
    assert disclosed("sexually assaulted") == {"other_sexual"}
    assert disclosed("kicked door in") == {"damage"}
    assert [mark[0] for mark in book().lexicon.marks("threatened to kill her")] == ["threat to kill"]


def test_an_enquiry_is_marked_and_discloses_no_crime() -> None:
    lexicon = book().lexicon

    marks = lexicon.marks("area search negative, tried to call")

    assert {lexicon.family_of[phrase] for phrase, _, _ in marks} == {"enquiries"}
    assert not lexicon.families["enquiries"].discloses


def test_a_mark_holds_words_of_the_lexicon_only_and_each_once() -> None:
    lexicon = book().lexicon

    marks = lexicon.marks("Mr Quarrington punched her. Punched her again, Larch Row 14")

    assert marks == [["punched", "", ""]]


def test_a_lexicon_of_ones_own_reads_its_own_words() -> None:
    family = Family(
        family="mischief",
        title="Mischief",
        offence_group="none",
        source="invented",
        phrases=(Phrase(phrase="gnomes moved"),),
    )
    lexicon = Lexicon([family], Cues(source="invented", cues={"not": ("nae",)}))

    assert lexicon.marks("Gnomes moved") == [["gnomes moved", "", ""]]
    assert lexicon.marks("nae gnomes moved") == [["gnomes moved", "not", ""]]


def _seconds(text: str) -> float:
    started = process_time()
    book().lexicon.marks(text)
    return process_time() - started


def test_a_long_text_takes_time_in_proportion_to_its_length() -> None:
    assert _seconds("caller says he punched her and left " * 1_800) < 0.5


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("punched" + "\n" * 12_000 + "x", 0.1), ("punched" + "." * 8_000 + "x", 0.1), ("punched, " * 7_000, 0.3)],
    ids=["line breaks", "full stops", "clauses"],
)
def test_no_run_of_signs_or_clauses_takes_time_in_the_square_of_its_length(text: str, seconds: float) -> None:
    assert _seconds(text) < seconds
