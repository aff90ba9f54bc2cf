from rules.lazy import lazy


class Counted:
    """Counts how often its value is computed."""

    computed = 0

    @lazy
    def value(self) -> list[int]:
        """The value."""
        self.computed += 1
        return [self.computed]


def test_a_value_is_computed_once_for_each_instance() -> None:
    one, other = Counted(), Counted()

    assert one.value is one.value
    assert one.value is not other.value
    assert (one.computed, other.computed) == (1, 1)


def test_of_the_class_it_is_the_descriptor_with_the_docstring() -> None:
    assert Counted.value.__doc__ == "The value."
