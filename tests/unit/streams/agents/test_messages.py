from datetime import UTC, datetime

import msgspec
import pytest

from streams.agents.messages import (
    Due,
    Follow,
    Message,
    Said,
    Seen,
    Told,
    decode,
    encode,
    key_of,
    partition_of,
    subject_of,
)
from tests.unit.rules.given import OPENED_AT, at, line, opened, statements

from . import ORIGIN

LOG, RECORD = statements(opened(entries=[{"text": "punched"}]), line(1, "recorded"))


@pytest.mark.parametrize(
    "message",
    [
        Said(ORIGIN, LOG),
        Told(ORIGIN, ("crime", "C1"), [LOG, RECORD]),
        Told(ORIGIN, ("incident", "B"), []),
        Follow(ORIGIN, ["A", "B"]),
        Due(OPENED_AT),
        Seen("crime-records", 2, 12, OPENED_AT, {"avon": (at(1), 0.5)}),
        Seen("crime-records", 0, 1, datetime(1, 1, 1, tzinfo=UTC), {}),
    ],
)
def test_every_message_comes_out_as_it_went_in(message: Message) -> None:
    assert decode(encode(message)) == message


def test_instants_stay_aware_with_their_microseconds() -> None:
    moment = datetime(2026, 4, 2, 9, 0, 0, 123_456, tzinfo=UTC)

    read = decode(encode(Due(moment)))

    assert isinstance(read, Due)
    assert (read.at, read.at.utcoffset()) == (moment, UTC.utcoffset(None))


def test_what_was_stated_is_the_same_statement_after_the_way() -> None:
    read = decode(encode(Said(ORIGIN, LOG)))

    assert isinstance(read, Said)
    assert msgspec.msgpack.encode(read.statement) == msgspec.msgpack.encode(LOG)


@pytest.mark.parametrize("content", [b"", b"\x93", msgspec.msgpack.encode([10, "x"]), b'{"force": "avon"}'])
def test_what_is_no_message_is_not_read(content: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(content)


@pytest.mark.parametrize("ref", ["1", "2026/04/0017", "Ærø-7", "a/b/"])
def test_a_key_leads_back_to_force_and_reference(ref: str) -> None:
    assert subject_of(key_of("avon", ref)) == ("avon", ref)


def test_a_key_lives_where_its_crc_says_whoever_asks() -> None:
    assert partition_of(b"123456789", 12) == 0xCBF43926 % 12
    assert {partition_of(key_of("avon", str(number)), 3) for number in range(50)} == {0, 1, 2}
