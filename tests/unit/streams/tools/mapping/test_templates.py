import pytest

from streams.tools.mapping import MappingError

from .sample import OPENED, MappingOf


class TestAgainstTheContract:
    def test_fields_are_those_of_the_contract(self, mapping_of: MappingOf) -> None:
        with pytest.raises(MappingError) as caught:
            mapping_of(
                OPENED.replace("received_at", "recieved_at").replace("{constant: unknown}", "{constant: nobody}")
            )

        text = str(caught.value)
        assert "data: incident.opened needs `received_at`" in text
        assert "recieved_at: incident.opened takes no `recieved_at` from a row" in text
        assert "reporter.constant: Input should be 'victim', 'acting_for_victim'" in text

    @pytest.mark.parametrize(
        ("field", "expected"),
        [
            ("qualifiers: [{code: A}]", r"qualifiers\.0: an item of `qualifiers` is one value"),
            ("qualifiers: [[A]]", r"qualifiers\.0: an item of `qualifiers` is one value"),
            ("area: {column: A, split: ','}", r"area\.split: `area` is no list"),
            ("victims: [Name]", r"victims\.0: an item of `victims` needs its fields"),
            ("area: 7", r"area: expected a column's name, \{column: …\}"),
        ],
    )
    def test_a_value_of_another_kind_is_a_fault_of_the_file(
        self, mapping_of: MappingOf, field: str, expected: str
    ) -> None:
        with pytest.raises(MappingError, match=expected):
            mapping_of(OPENED, f"      {field}\n")
