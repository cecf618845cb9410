"""jsonschema's keywords within bounds, for schemas and answers that nobody vouches for (S43).

Patterns have a time limit and read ECMAScript's syntax, `uniqueItems` is not quadratic, and references are counted,
so that a small schema cannot ask for endless work.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import copy
from itertools import count
from typing import Any

from arazzo_runner.expressions.nodes import ExpressionType
from arazzo_runner.expressions.selectors import QueryError, compile_query

#: How many references one check may follow.
MAX_REFERENCES = 50_000


class TooMuchWork(Exception):
    """A check that would take too long."""


def bounded(factory: Any) -> Any:
    """openapi-core's factory of schema validators, with keywords that are bounded for one check."""
    found, steps, classes = copy(factory), count(), {}

    def validator_class(spec: Any, schema: Any) -> Any:
        original = factory.get_validator_cls(spec, schema)
        if original not in classes:
            classes[original] = _extended(original, steps)
        return classes[original]

    found.get_validator_cls = validator_class
    return found


def _extended(original: Any, steps: count[int]) -> Any:
    from jsonschema.validators import extend

    reference = original.VALIDATORS["$ref"]

    def counted(validator: Any, target: Any, instance: Any, schema: Any) -> Any:
        if next(steps) > MAX_REFERENCES:
            raise TooMuchWork(f"more than {MAX_REFERENCES} references")
        return reference(validator, target, instance, schema)

    keywords = {"$ref": counted, "pattern": _pattern, "uniqueItems": _unique_items}
    extended: Any = extend(original, keywords)  # type: ignore[no-untyped-call]  # of jsonschema
    return extended


def _pattern(_validator: Any, pattern: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if not isinstance(pattern, str) or not isinstance(instance, str):
        return
    try:
        holds = compile_query(ExpressionType("regex"), pattern).holds(instance)
    except QueryError:  # a pattern that is none, or takes too long, is the description's fault and not the value's
        return
    if not holds:
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _unique_items(_validator: Any, wanted: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if wanted is True and isinstance(instance, list):
        try:
            distinct = {json.dumps(item, sort_keys=True) for item in instance}
        except (TypeError, ValueError):
            return
        if len(distinct) < len(instance):
            yield ValidationError(f"{instance!r} has non-unique elements")
