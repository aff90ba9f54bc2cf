"""What a dead letter says."""

from hashlib import sha256

import pytest

from streams.kafka.dead_letters import dead_letter
from streams.kafka.envelope import ErrorType, Refused
from tests.unit.rules.given import OPENED_AT


def letter(error_type: ErrorType, value: bytes | None) -> tuple[bytes | None, dict[str, str]]:
    content, headers = dead_letter(Refused(error_type, "expected this"), value, "incident-log", 3, 17, OPENED_AT)
    return content, {name: said.decode() for name, said in headers}


def test_a_dead_letter_has_the_original_bytes_and_says_why_and_where_they_came() -> None:
    assert letter("not_json", b"\xffhalf") == (
        b"\xffhalf",
        {
            "error": "expected this",
            "error_type": "not_json",
            "topic": "incident-log",
            "partition": "3",
            "offset": "17",
            "received": "2026-04-02T09:00:00Z",
        },
    )


def test_what_is_too_large_is_known_by_its_size_and_hash() -> None:
    content, headers = letter("too_large", b"x" * 300_000)

    assert content is None
    assert (headers["size"], headers["sha256"]) == ("300000", sha256(b"x" * 300_000).hexdigest())


@pytest.mark.parametrize(("error_type", "value"), [("processing_failed", None), ("too_large", None), ("not_json", b"")])
def test_what_has_no_value_has_neither_size_nor_hash(error_type: ErrorType, value: bytes | None) -> None:
    content, headers = letter(error_type, value)

    assert content == value
    assert not {"size", "sha256"} & headers.keys()
