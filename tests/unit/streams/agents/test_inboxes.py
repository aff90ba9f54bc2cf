from streams.agents.messages import Due, Follow, Said, Seen, key_of, partition_of
from tests.unit.rules.given import OPENED_AT, opened, statements

from . import ORIGIN, PARTITIONS, KeptFlush, inboxes

(LOG,) = statements(opened())
SEEN = Seen("incident-log", 0, 1, OPENED_AT, {})


def test_a_message_goes_under_its_subjects_key_to_the_partition_that_we_choose() -> None:
    flush = KeptFlush()

    inboxes(flush).to_incident("avon", "A", Said(ORIGIN, LOG))
    inboxes(flush).to_crime("avon", "C1", Follow(ORIGIN, ["A"]))

    assert [(sent.topic, sent.key, sent.partition) for sent in flush.sent] == [
        ("monitor-incident-inbox", b"avon/A", partition_of(key_of("avon", "A"), PARTITIONS)),
        ("monitor-crime-inbox", b"avon/C1", partition_of(key_of("avon", "C1"), PARTITIONS)),
    ]
    assert flush.messages("monitor-crime-inbox") == [("avon/C1", Follow(ORIGIN, ["A"]))]


def test_what_is_due_goes_to_the_partition_where_its_row_lies() -> None:
    flush = KeptFlush()

    both = inboxes(flush)

    both.due(both.incidents, 2, b"avon/A", Due(OPENED_AT))

    assert [sent.partition for sent in flush.sent] == [2]
    assert flush.messages("monitor-incident-inbox") == [("avon/A", Due(OPENED_AT))]


def test_how_far_a_feed_was_read_is_said_to_every_partition_behind_what_was_sent_before() -> None:
    flush = KeptFlush()
    both = inboxes(flush)

    both.to_incident("avon", "A", Said(ORIGIN, LOG))
    both.everywhere(both.incidents, SEEN)

    assert flush.seen(both.incidents) == [(partition, SEEN) for partition in range(PARTITIONS)]
    assert [sent.key for sent in flush.sent] == [b"avon/A"] + [None] * PARTITIONS
