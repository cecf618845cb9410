"""`dataclass` for the many small classes that every start of the program makes; type checkers see the standard one.

The standard decorator compiles six functions for a frozen class, and there are some two hundred of them: a third of the
time that a command took. This one compiles ``__init__`` alone. That a frozen object is not assigned to is what the type
checker sees to; classes that users of the package hold (events, results, diagnostics) have the standard decorator,
which refuses at run time, too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(
        *, frozen: bool = False, slots: bool = False, kw_only: bool = False, eq: bool = True
    ) -> Callable[[type], type]:
        """The standard decorator with another ``__repr__``, ``__eq__`` and ``__hash__``."""

        def made(cls: type) -> type:
            own = vars(cls)
            record = dataclasses.dataclass(cls, repr=False, eq=False, slots=slots, kw_only=kw_only)
            if "__repr__" not in own:
                record.__repr__ = _repr
            if eq and "__eq__" not in own:
                _compare(record, hashed=frozen)
            return record

        return made


def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _compare(record: Any, *, hashed: bool) -> None:
    """Equal are objects of the same class whose compared fields are equal."""
    values = _values([field.name for field in dataclasses.fields(record) if field.compare])

    def equal(self: Any, other: object) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hash_of(self: Any) -> int:
        return hash((record, values(self)))

    record.__eq__ = equal
    record.__hash__ = hash_of if hashed else None


def _values(names: list[str]) -> Callable[[Any], Any]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda each: tuple([getattr(each, name) for name in names])
