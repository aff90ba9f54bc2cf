from rules.grounds import GROUNDS

from .given import Line, after, at, line, opened, situation


def signs(about: str, *given: Line) -> list[str]:
    return [ground.sign for ground in GROUNDS[about](situation(*given))]


def test_a_sign_of_crime_is_a_code_or_words() -> None:
    told = opened(opening_code="CRIME_THEFT", entries=[{"text": "phone stolen"}])

    assert signs("crime_codes", told) == ["CRIME_THEFT"]
    assert signs("disclosures", told) == ["stolen"]
    assert signs("signs_of_crime", told) == ["CRIME_THEFT", "stolen"]
    assert signs("signs_of_crime", opened()) == []


def test_a_rape_is_reported_by_code_or_in_words() -> None:
    told = opened(opening_code="CRIME_RAPE", entries=[{"text": "she was raped, phone stolen"}])

    assert signs("rape_reports", told) == ["CRIME_RAPE", "raped"]


def test_a_confirmation_counts_where_the_rape_was_ever_not_confirmed() -> None:
    unconfirmed = line(1, "recorded", offence_code="N100/1")
    confirmed = line(3, "updated", victims=[{"victim_ref": "V1", "confirmed": True}])

    assert signs("confirmations", opened(), confirmed) == []
    assert signs("confirmations", opened(), unconfirmed) == []
    assert signs("confirmations", opened(), unconfirmed, confirmed) == ["confirmed"]
    assert signs("confirmations", opened(), unconfirmed, confirmed, line(4, "reclassified", offence_code="N100/2"))


def test_the_confirmation_is_the_first_and_as_the_feed_says_it() -> None:
    given = [
        opened(),
        line(1, "recorded", offence_code="N100/1"),
        line(3, "updated", victims=[{"victim_ref": "V1", "confirmed": True}]),
        line(5, "updated", victims=[{"victim_ref": "V1", "confirmed": True}]),
    ]
    stated = line(6, "updated", victims=[{"victim_ref": "V1", "confirmed": True, "confirmed_at": after(2)}])
    taken_back = line(7, "updated", victims=[{"victim_ref": "V1", "confirmed": False}])

    assert situation(*given).confirmed_at == at(3)
    assert situation(*given, stated).confirmed_at == at(2)
    assert situation(*given, taken_back).confirmed_at is None


def test_a_death_is_looked_for_in_words_that_disclose_no_crime() -> None:
    told = opened(entries=[{"text": "male found hanged"}])

    assert signs("deaths", told) == ["found hanged"]
    assert signs("disclosures", told) == []


def test_a_request_counts_where_there_is_a_sign_of_crime() -> None:
    asked = line(2, "updated", recording_requested_at=after(2))

    assert signs("requests", opened(), asked) == []
    assert signs("requests", opened(entries=[{"text": "he punched her"}])) == []
    (request,) = GROUNDS["requests"](situation(opened(entries=[{"text": "he punched her"}]), asked))
    assert (request.at, request.at_report, request.group) == (at(2), False, "violence_with_injury")


def test_a_request_in_words_counts_at_a_school_alone() -> None:
    told = {"entries": [{"text": "pupil punched, mother wants it recorded"}]}

    assert signs("requests", opened(**told)) == []
    assert signs("requests", opened(qualifiers=["X_SCHOOL"], **told)) == ["requested"]


def test_a_victim_found_after_the_closure_counts_from_then() -> None:
    closed = line(2, "closed", closing_codes=["CRI"], reason="victim_not_traced")
    known = opened(victims=[{"victim_ref": "V1"}])
    named = line(5, "updated", victims=[{"victim_ref": "V1"}, {"victim_ref": "V2"}])

    assert signs("victims_traced", known, closed) == []
    assert signs("victims_traced", known, named) == []
    (traced,) = GROUNDS["victims_traced"](situation(known, closed, named))
    assert (traced.at, traced.at_report) == (at(5), False)
    assert signs("victims_traced", known, closed, line(6, "reopened"), named) == []
