"""The formats of JSON Schema that inputs are checked against (S7).

`iri` and `iri-reference` are checked by way of the URI that an IRI maps to (RFC 3987 section 3.1): the package that
jsonschema would use for them takes seconds to import.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from jsonschema import Draft202012Validator, FormatChecker

_RESERVED: Final = "!#$%&'()*+,/:;=?@[]~-._ \"<>\\^`{|}"


def _is(format_: str, iri: object) -> bool:
    if not isinstance(iri, str):
        return True
    return bool(Draft202012Validator.FORMAT_CHECKER.conforms(quote(iri, safe=_RESERVED), format_))


FORMATS: Final = FormatChecker(formats=())
FORMATS.checkers = {
    **Draft202012Validator.FORMAT_CHECKER.checkers,
    "iri": (lambda value: _is("uri", value), ()),
    "iri-reference": (lambda value: _is("uri-reference", value), ()),
}
