"""Going round in circles: of steps, workflows and schemas that need each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from arazzo_runner.description import WorkflowKey

T = TypeVar("T", str, WorkflowKey)


def find_cycle(needs: Mapping[T, set[T]]) -> list[T]:
    """A way round in circles, its first member repeated at the end; empty when there is none."""
    done: set[T] = set()
    for start in needs:
        if start in done:
            continue
        path: list[T] = [start]
        branches: list[Iterator[T]] = [iter(sorted(needs[start]))]
        while branches:
            below = next(branches[-1], None)
            if below is None:
                branches.pop()
                done.add(path.pop())
            elif below in path:
                path.append(below)
                return path[path.index(below) :]
            elif below not in done:
                path.append(below)
                branches.append(iter(sorted(needs.get(below, ()))))
    return []
