"""Regular expressions that most runs never match, compiled when one does: compiling all took longer than running."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

__all__ = ["rare"]

if TYPE_CHECKING:
    from re import compile as rare
else:

    class rare:  # noqa: N801  # it stands for `re.compile`
        """What `re.compile` gives, later. It has the methods of a pattern; functions of `re` do not take it for one."""

        def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
            self._given = pattern, flags

        def __getattr__(self, name: str) -> Any:
            """A method of the compiled pattern, which is from now on one of this object."""
            if name.startswith("_"):  # of an object that was not made by `__init__`, as copies are
                raise AttributeError(name)
            method = getattr(re.compile(*self._given), name)
            setattr(self, name, method)
            return method
