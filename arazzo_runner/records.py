"""`dataclass` for the many small classes that every start of the program makes; type checkers see the standard one.

The standard decorator compiles up to seven functions for a class, and there are some two hundred of them: a third of
the time that a command took. Here ``__init__`` is compiled once for all classes of as many fields, each of which has
that code with its own names, and the other methods are closures. ``fields``, ``replace`` and ``asdict`` of
`dataclasses` work as ever.

That a frozen object is not assigned to is what the type checker sees to. Most of those that users of the package hold
(events, results, diagnostics) are `sealed`: they refuse at run time, too.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from dataclasses import MISSING
from functools import cache
from operator import attrgetter
from types import FunctionType
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

__all__ = ["dataclass", "sealed"]

Fields: TypeAlias = tuple[dataclasses.Field[Any], ...]

if TYPE_CHECKING:
    from dataclasses import dataclass
    from dataclasses import dataclass as sealed
else:

    def dataclass(
        *, frozen: bool = False, slots: bool = False, kw_only: bool = False, eq: bool = True
    ) -> Callable[[type], type]:
        """The standard decorator with other methods."""

        def made(cls: type) -> type:
            own, plain = vars(cls), _is_plain(cls)
            record = dataclasses.dataclass(cls, init=not plain, repr=False, eq=False, slots=slots, kw_only=kw_only)
            fields = dataclasses.fields(record)
            if plain:
                record.__init__ = _initialiser(record, fields, sealed=False)
            if "__repr__" not in own:
                record.__repr__ = _repr
            if eq and "__eq__" not in own:
                _compare(record, fields, hashed=frozen)
            return record

        return made

    def sealed(*, frozen: bool, slots: bool = False, kw_only: bool = False) -> Callable[[type], type]:
        """The same for objects that refuse assignment, as frozen ones of the standard decorator do.

        Who inherits from such a class is `sealed` too, and has neither a factory nor a ``__post_init__``.
        """

        def made(cls: type) -> type:
            if not _is_plain(cls):
                return dataclasses.dataclass(cls, frozen=frozen, slots=slots, kw_only=kw_only)
            record = dataclass(frozen=frozen, slots=slots, kw_only=kw_only)(cls)
            record.__init__ = _initialiser(record, dataclasses.fields(record), sealed=True)
            record.__setattr__, record.__delattr__, record.__setstate__ = _refuse_value, _refuse_deletion, _restore
            return record

        return made


def _is_plain(cls: type) -> bool:
    """Whether a new object is its arguments and no more. Others have the ``__init__`` of the standard decorator."""
    inherited = dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ()
    own = [value for value in vars(cls).values() if isinstance(value, dataclasses.Field)]
    assigned = all(field.init and field.default_factory is MISSING for field in (*inherited, *own))
    return assigned and not hasattr(cls, "__post_init__")


def _initialiser(record: type, fields: Fields, *, sealed: bool) -> FunctionType:
    """The ``__init__`` of as many fields, with the names and defaults of these."""
    positional = [field for field in fields if not field.kw_only]
    named = [field for field in fields if field.kw_only]
    template = _template(len(fields), sealed)
    code = template.__code__
    names = dict(zip(code.co_varnames, ["self", *[field.name for field in positional + named]], strict=True))
    own = code.replace(
        co_argcount=1 + len(positional),
        co_kwonlyargcount=len(named),
        co_varnames=tuple(names.values()),
        co_names=tuple([names.get(name, name) for name in code.co_names]),
        co_consts=tuple([names.get(value, value) for value in code.co_consts]),
        co_qualname=f"{record.__qualname__}.__init__",
    )
    defaults = tuple([field.default for field in positional if field.default is not MISSING])
    init = FunctionType(own, vars(sys.modules[record.__module__]), "__init__", defaults, template.__closure__)
    init.__kwdefaults__ = {field.name: field.default for field in named if field.default is not MISSING}
    init.__annotations__ = {field.name: field.type for field in fields}
    return init


@cache
def _template(count: int, sealed: bool) -> FunctionType:
    names = [f"field{number}" for number in range(count)]
    made = dataclasses.make_dataclass("Template", names, repr=False, eq=False, frozen=sealed)
    template = vars(made)["__init__"]
    assert isinstance(template, FunctionType)
    return template


def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _compare(record: Any, fields: Fields, *, hashed: bool) -> None:
    """Equal are objects of the same class whose compared fields are equal."""
    values = _values([field.name for field in fields if field.compare])

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


def _refuse_value(_self: object, name: str, _value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deletion(_self: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _restore(self: object, state: tuple[None, dict[str, object]]) -> None:
    """What `copy` and its like do to a new object with slots."""
    for name, value in state[1].items():
        object.__setattr__(self, name, value)
