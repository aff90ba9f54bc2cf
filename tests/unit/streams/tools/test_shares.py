import pytest

from streams.tools.shares import share


@pytest.mark.parametrize(
    ("part", "of", "low", "high"),
    [(0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (5, 10, 0.237, 0.763), (81, 263, 0.255, 0.366)],
)
def test_a_share_has_its_wilson_interval(part: int, of: int, low: float, high: float) -> None:
    found = share(part, of)

    assert found.value == part / of
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.001)


def test_nothing_has_no_share() -> None:
    assert share(0, 0).value is None
    assert str(share(0, 0)) == "-"
