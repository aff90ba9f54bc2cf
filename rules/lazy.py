"""A property that is computed once: what `functools.cached_property` is, without the lock that it takes in Python 3.11.

The lock costs more than most of what is computed here, and a situation belongs to one thread.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")


class lazy(Generic[Value]):
    """Compute an attribute when it is first asked for, and keep it in the instance."""

    def __init__(self, compute: Callable[[Any], Value]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "lazy[Value]": ...

    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...

    def __get__(self, instance: object | None, owner: type) -> "Value | lazy[Value]":
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._compute(instance)
        return value
