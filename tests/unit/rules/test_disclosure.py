from collections import defaultdict
from datetime import date
from random import Random
from time import process_time

import pytest
from pydantic import ValidationError

from rules.codes import national
from rules.disclosure import Cues, Family, Lexicon, Phrase, spelled
from rules.reported import stands

from .given import book


def disclosed(text: str) -> set[str]:
    """The families that a text discloses: those of its marks that stand, and that are a crime."""
    lexicon = book().lexicon
    found = {lexicon.family_of[mark[0]] for mark in lexicon.marks(text) if stands(mark)}
    return {name for name in found if lexicon.families[name].discloses}


def named(text: str) -> set[str]:
    """The families, crime or not, of the marks of a text that stand."""
    lexicon = book().lexicon
    return {lexicon.family_of[mark[0]] for mark in lexicon.marks(text) if stands(mark)}


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
        ("dog off the lead, child bitten by it", "assault_with_injury"),
        ("he hit her head against the wall", "assault_with_injury"),
        ("locked her in the bathroom", "assault_without_injury"),
        ("it became physical between the two", "assault_without_injury"),
        ("threw a drink over her", "assault_without_injury"),
        ("hit him with a bottle", "serious_violence"),
        ("taxi driver has a broken jaw", "serious_violence"),
        ("male shot in the leg", "serious_violence"),
        ("put his hands round her throat", "strangulation"),
        ("grabbed her by the neck", "strangulation"),
        ("pillow over her face", "strangulation"),
        ("says he will stab her", "threats"),
        ("pointed a gun at the cashier", "threats"),
        ("threatened with violence by text message", "threats"),
        ("keeps calling her at work", "harassment"),
        ("bombarded with messages", "harassment"),
        ("won't leave me alone", "harassment"),
        ("being harrassed by a customer", "harassment"),
        ("was following her home", "stalking"),
        ("tracker found on her car", "stalking"),
        ("waits outside her work", "stalking"),
        ("controls her money", "coercive_control"),
        ("not allowed to see her family", "coercive_control"),
        ("checks her phone every night", "coercive_control"),
        ("abusive messages from an unknown number", "communications"),
        ("received threatening texts", "communications"),
        ("threatening to share nudes", "communications"),
        ("drink spiked in a club", "other_sexual"),
        ("woke up to him touching her", "other_sexual"),
        ("grabbed her breast on the tram", "other_sexual"),
        ("sex without consent", "rape"),
        ("marks on the child", "child"),
        ("children left home alone", "child"),
        ("groomed online by an older male", "child"),
        ("made to work for no pay", "slavery"),
        ("flat has been cuckooed", "slavery"),
        ("forced marriage planned for July", "honour"),
        ("at risk of fgm", "honour"),
        ("mugged in the underpass", "robbery"),
        ("male armed with a knife, took her phone", "robbery"),
        ("told him to empty his pockets", "robbery"),
        ("two males took my phone by force", "robbery"),
        ("necklace snatched in the queue", "theft"),
        ("unknown male has taken the parcel", "theft"),
        ("car broken into on the drive", "theft"),
        ("wallet taken from the locker", "theft"),
        ("house burgled over the weekend", "burglary"),
        ("rear door forced", "burglary"),
        ("shed broken into", "burglary"),
        ("tried to break into the flat", "burglary"),
        ("windows put through", "damage"),
        ("a brick through the window", "damage"),
        ("aggressive towards staff", "public_order"),
        ("racial slur shouted at the driver", "public_order"),
        ("large fight outside the kebab shop", "public_order"),
        ("drunk male swearing in the street", "section_5"),
        ("shouting obscenities", "section_5"),
        ("breached his restraining order", "orders"),
        ("breach of non mol", "orders"),
        ("rang her despite the restraining order", "orders"),
        ("failed to register as a sex offender", "orders"),
        ("youths with machetes", "weapons"),
        ("male seen with a gun", "weapons"),
        ("possession of a bladed article", "weapons"),
        ("cannabis plants in the loft", "drugs"),
        ("drug dealing in the stairwell", "drugs"),
        ("found with cannabis", "drugs"),
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
        ("was strangeled by her lodger", "strangulation"),
        ("breach of restaining order", "orders"),
        ("male with a machette", "weapons"),
        ("canabis grow in the attic", "drugs"),
        ("house burgaled", "burglary"),
        ("robery at the shop", "robbery"),
        ("malicous communications", "communications"),
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


@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("rang back, no answer, area search negative", {"enquiries"}),
        ("abused because she is muslim", {"hate", "public_order"}),
        ("swastika on the bus shelter", {"hate"}),
        ("male found hanged in the garage", {"deaths"}),
        ("unexplained death of a lodger", {"deaths"}),
        ("male found dead, gp will certify", {"deaths", "natural_causes"}),
        ("await statement before anything further", {"waiting"}),
        ("diary appointment made with caller", {"waiting"}),
        ("awaiting cctv, then allocate", {"waiting"}),
        ("victim does not want to pursue", {"not_supporting"}),
        ("ip refuses to give a statement", {"not_supporting"}),
        ("mother wants it recorded", {"request_to_record"}),
        ("asks that it be recorded", {"request_to_record"}),
        ("offender still there at the counter", {"call_for_service"}),
        ("victim is drunk, to be spoken to when sober", {"impaired"}),
        ("rang about her husband", {"domestic"}),
        ("rang about my boyfriend", {"domestic"}),
        ("rang about her ex-husband", {"ex_partner"}),
        ("father of her child was there", {"ex_partner"}),
        ("third time this week", {"course_of_conduct"}),
        ("has been going on for months", {"course_of_conduct"}),
        ("no offences disclosed", {"no_offences"}),
        ("NOD", {"no_offences"}),
        ("no complaints, no crimes", {"no_offences"}),
        ("verbal argument over parking", {"words_only"}),
        ("victim does not confirm it", {"not_confirmed"}),
        ("victim not traced", {"not_traced"}),
        ("passed to another force", {"other_force_dealing"}),
        ("duplicate of the earlier one", {"duplicate_log"}),
        ("admitted fabricated account", {"contrary_evidence"}),
        ("civil dispute over a hedge", {"civil_matter"}),
        ("call made with good intent", {"good_intent"}),
        ("school are dealing", {"school_dealing"}),
        ("passed to report fraud", {"fraud_reporting"}),
        ("no disorder on arrival", {"gone_on_arrival"}),
        ("refused to give her details", {"anonymous"}),
    ],
)
def test_a_family_that_discloses_no_crime_is_named_and_discloses_none(text: str, families: set[str]) -> None:
    discloses = {family for family in families if book().lexicon.families[family].discloses}

    assert named(text) == families
    assert disclosed(text) == discloses


@pytest.mark.parametrize(
    "text",
    [
        "kicked a ball over the fence",
        "it has kicked off at the pub",
        "pushed his bike home",
        "pushed the button twice",
        "fell and hit his head on the kerb",
        "cyclist struck by a car",
        "son bitten by a spider",
        "field of rape seed by the road",
        "oilseed rape blocks the view",
        "rape alarm sounding in a bag",
        "burglar alarm sounding",
        "officers forced entry to the flat",
        "police have gained entry, male unwell",
        "harassment team attending",
        "threatened to kill herself",
        "attempted suicide, ambulance on way",
        "talking about suicide",
        "choking on a sweet",
        "stabbing pains in the chest",
        "daylight robbery at the till",
        "robbed of the chance to speak",
        "play fighting in the garden",
        "water damage to the ceiling",
        "vehicle damaged in a collision",
        "dog groomer keeps the dog",
        "fractured hip after a fall",
        "statement taken from the driver",
        "tried to take his own life",
        "glue gun found in a bin",
        "breach of bail conditions",
        "breach of dvpn",
        "breach of dvpo",
        "breached the terms of his licence, recall to prison",
        "breach of a court order",
        "her business partner called",
        "domestic waste left in the alley",
        "his ex colleague called",
        "holiday in goa",
        "gave a nod to the driver",
        "her deceased father left a will",
        "sign hanging from the wall",
    ],
)
def test_words_that_only_look_like_a_phrase_are_passed_over(text: str) -> None:
    assert named(text) == set()


def test_a_stolen_car_battery_is_a_theft_and_no_battery() -> None:
    assert disclosed("car battery stolen") == {"theft"}


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("was not strangled", "strangulation"),
        ("he has never followed her home", "stalking"),
        ("male has not breached his restraining order", "orders"),
        ("no sign of forced entry", "burglary"),
        ("she was not robbed", "robbery"),
        ("no drug dealing seen", "drugs"),
        ("wasn't harassed", "harassment"),
        ("nobody stabbed", "serious_violence"),
    ],
)
def test_a_negation_takes_back_a_phrase_of_any_family(text: str, family: str) -> None:
    lexicon = book().lexicon

    marks = lexicon.marks(text)

    assert [lexicon.family_of[mark[0]] for mark in marks] == [family]
    assert disclosed(text) == set()


@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("no complaint, punched", {"no_offences", "assault_with_injury"}),
        ("no offences disclosed, bruise to her arm", {"no_offences", "assault_with_injury"}),
        ("no trace of victim, window smashed", {"not_traced", "damage"}),
        ("does not want to pursue, was strangled", {"not_supporting", "strangulation"}),
        ("no longer being stalked", {"stalking"}),
        ("no police action wanted, phone stolen", {"not_supporting", "theft"}),
    ],
)
def test_an_exemption_swallows_neither_itself_nor_the_crime(text: str, families: set[str]) -> None:
    assert named(text) == families


def test_evidence_to_the_contrary_takes_the_deed_back_and_is_named() -> None:
    assert named("cctv shows no assault took place") == {"contrary_evidence"}
    assert named("cctv shows him punching her") == {"assault_with_injury"}


def test_a_crime_hides_no_relation_that_its_words_run_into() -> None:
    assert named("threatened her husband") == {"public_order", "domestic"}
    assert named("threatened to hit him") == {"assault_without_injury"}


def test_blanks_of_any_kind_and_number_are_one() -> None:
    assert disclosed("hands  round\ther\u00a0 neck") == {"strangulation"}


@pytest.mark.parametrize(
    ("family", "day", "expected"),
    [
        ("section_5", date(2023, 4, 30), True),
        ("section_5", date(2023, 5, 1), False),
        ("coercive_control", date(2015, 12, 28), False),
        ("coercive_control", date(2015, 12, 29), True),
        ("orders", date(2026, 4, 1), True),
        ("waiting", date(2026, 4, 1), False),
    ],
)
def test_a_family_discloses_on_the_days_of_its_law(family: str, day: date, expected: bool) -> None:
    assert book().lexicon.families[family].discloses_on(day) is expected


def test_an_enquiry_is_marked_and_discloses_no_crime() -> None:
    lexicon = book().lexicon

    marks = lexicon.marks("area search negative, tried to call")

    assert {lexicon.family_of[phrase] for phrase, _, _ in marks} == {"enquiries"}
    assert not lexicon.families["enquiries"].discloses


def test_a_mark_holds_words_of_the_lexicon_only_and_each_once() -> None:
    lexicon = book().lexicon

    marks = lexicon.marks("Mr Quarrington punched her. Punched her again, Larch Row 14")

    assert marks == [["punched", "", ""]]


def test_marks_never_hold_text_of_the_log() -> None:
    lexicon, rng = book().lexicon, Random(5)
    forms = [form for family in lexicon.families.values() for phrase in family.phrases for form in phrase.forms()]
    noise = ["Quarrington", "Larch Row 14", "not", "but", ".", ",", "victim says", "suspect denies", "\n", "Q:", "\t"]

    for _ in range(300):
        words = [rng.choice(noise if rng.random() < 0.6 else forms) for _ in range(rng.randint(1, 30))]
        for phrase, negation, speaker in lexicon.marks(" ".join(words)):
            assert phrase in lexicon.family_of
            assert negation in ("", "not", "denied")
            assert speaker in ("", "victim", "suspect", "bystander")


def test_every_way_to_spell_a_form_belongs_to_one_family_or_cue_only() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for family in book().lexicon.families.values():
        for phrase in family.phrases:
            for form in phrase.forms():
                owners[form].add(family.family)
    for kind, words in national("cues.yaml")["cues"].items():
        for word in words:
            for form in spelled(word):
                owners[form].add(f"cue {kind}")

    assert {form: names for form, names in owners.items() if len(names) > 1} == {}


def test_no_form_can_be_read_in_more_than_a_thousand_ways_and_a_phrase_belongs_to_one_family() -> None:
    families = book().lexicon.families.values()
    phrases = [phrase for family in families for phrase in family.phrases]
    ways = {
        form: count
        for phrase in phrases
        for form in (*phrase.variants, *phrase.misspellings)
        if (count := len(list(spelled(form)))) > 1_000
    }

    assert ways == {}
    assert len({phrase.phrase for phrase in phrases}) == len(phrases)


def test_every_form_of_every_family_is_found_as_its_own() -> None:
    lexicon = book().lexicon
    lost = [
        (family.family, form)
        for family in lexicon.families.values()
        for phrase in family.phrases
        for form in (phrase.phrase, *phrase.misspellings)
        if "[" not in form and family.family not in {lexicon.family_of[mark[0]] for mark in lexicon.marks(form)}
    ]

    assert lost == []


def test_a_form_with_choices_stands_for_each_of_them() -> None:
    assert list(spelled("Hit [her|him|] [twice|]")) == [
        "hit her twice",
        "hit her",
        "hit him twice",
        "hit him",
        "hit twice",
        "hit",
    ]
    assert list(spelled("plain")) == ["plain"]


def test_a_phrase_that_users_read_holds_no_choices() -> None:
    with pytest.raises(ValidationError):
        Phrase(phrase="hit [her|him]")


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
