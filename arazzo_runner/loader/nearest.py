"""Near names: what a person probably meant. Knows nothing but strings."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_FEW = 40  #: how many names are compared closely
_LONGEST = 200


def nearest(name: str, candidates: Iterable[str], *, limit: int = 3) -> list[str]:
    """The candidates nearest to ``name``, best first: the same but for case, then by edit distance."""
    by_folded: dict[str, list[str]] = {}
    for candidate in candidates:
        by_folded.setdefault(candidate.casefold(), []).append(candidate)
    folded = name.casefold()
    same = by_folded.get(folded, [])
    others = _likely(folded, [key for key in by_folded if key != folded and len(key) <= _LONGEST])
    close = difflib.get_close_matches(folded[:_LONGEST], others, n=limit, cutoff=0.6)
    return [*same, *(candidate for key in close for candidate in by_folded[key])][:limit]


def _likely(name: str, names: list[str]) -> list[str]:
    """Of many names those that share most with one: edit distances are slow to work out."""
    if len(names) <= _FEW:
        return names
    parts = {name[at : at + 3] for at in range(len(name) - 2)}
    shared = {other: sum(part in other for part in parts) for other in names}
    return sorted(names, key=lambda other: -shared[other])[:_FEW]


def suggestion(name: str, candidates: Iterable[str], *, otherwise: str | None = None) -> str | None:
    """``did you mean 'a' or 'b'?``, or ``otherwise`` when nothing is near."""
    found = nearest(name, candidates)
    return f"did you mean {listed(found, 'or')}?" if found else otherwise


def listed(names: Iterable[str], conjunction: str = "and", *, limit: int = 8) -> str:
    """``'a', 'b' and 'c'``; what is beyond the limit is counted."""
    quoted = [f"'{name}'" for name in names]
    if len(quoted) > limit:
        quoted = [*quoted[:limit], f"{len(quoted) - limit} more"]
    return f" {conjunction} ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else "".join(quoted)
