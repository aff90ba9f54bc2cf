from datetime import timedelta

from prometheus_client import CollectorRegistry

from streams.outward.vitals import Vitals, VitalSigns


def test_the_worker_is_looked_at_when_somebody_asks_and_not_before() -> None:
    looks = list[Vitals]()

    def look() -> Vitals:
        looks.append(Vitals(True, 7, len(looks), 1, timedelta(seconds=2.5)))
        return looks[-1]

    registry = CollectorRegistry()
    registry.register(VitalSigns(look))
    before = len(looks)

    first, second = (
        {sample.name: sample.value for family in registry.collect() for sample in family.samples} for _ in range(2)
    )

    assert before == 0
    assert first == {
        "recording_ready": 1,
        "recording_recovery_remaining_messages": 7,
        "recording_stalled_partitions": 0,
        "recording_alertmanagers_away": 1,
        "recording_sweep_waiting_seconds": 2.5,
    }
    assert second["recording_stalled_partitions"] == 1
