"""The parameters an operation declares, and how a step's arguments become its path, query, headers and cookies (S38).

Knows one operation's declarations; not servers, bodies or credentials.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import parse_qsl, quote

from arazzo_runner.errors import CannotSend
from arazzo_runner.patterns import rare
from arazzo_runner.records import dataclass
from arazzo_runner.sources import Argument
from arazzo_runner.sources.openapi.media import media_type
from arazzo_runner.sources.openapi.paths import PathTemplate
from arazzo_runner.sources.openapi.references import member, members, text
from arazzo_runner.sources.openapi.styles import (
    Encode,
    encode,
    encode_cookie,
    encode_form,
    encode_nothing,
    encode_reserved,
    encode_reserved_path,
    line,
    pairs,
    query_text,
    to_json,
    to_text,
)
from arazzo_runner.values import JSON, MISSING, Missing

#: The default style of each place (Parameter Object, ``style``).
STYLES = {"query": "form", "path": "simple", "header": "simple", "cookie": "form", "querystring": "form"}
_LINE_STYLES = frozenset({"simple", "label", "matrix"})
_PAIR_STYLES = frozenset({"form", "spaceDelimited", "pipeDelimited", "tabDelimited", "deepObject"})
_COLLECTIONS = {"ssv": "spaceDelimited", "tsv": "tabDelimited", "pipes": "pipeDelimited"}

_ILLEGAL_IN_QUERY = rare(r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~%!$&'()*+,;=:@/?]")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSENDABLE = rare(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter: Parameter Object of 3.x, or of 2.0 in the words of 3.x.

    ``media_type`` is set for one with ``content``. ``raw`` is the object as it stands in the description.
    """

    name: str
    place: str
    required: bool = False
    schema: JSON = None
    style: str = ""
    explode: bool = False
    allow_reserved: bool = False
    media_type: str | None = None
    raw: Mapping[str, JSON] = field(default_factory=dict, repr=False)

    @property
    def key(self) -> tuple[str, str]:
        """What makes it unique: its place, and its name (header names without regard to case)."""
        return key_of(self.place, self.name)


def key_of(place: str, name: str) -> tuple[str, str]:
    """The place and name that identify a parameter."""
    return (place, name.lower()) if place == "header" else (place, name)


def declared(raw: Mapping[str, JSON], *, swagger: bool = False) -> Parameter | None:
    """A Parameter Object, dereferenced, as a `Parameter`; None when it has no name or place."""
    name, place = text(raw.get("name")), text(raw.get("in"))
    if name is None or place is None:
        return None
    required = raw.get("required") is True or place == "path"
    if swagger:
        return _swagger(raw, name, place, required)
    content = members(raw.get("content"))
    if content:
        kind = next(iter(content))
        return Parameter(name, place, required, member(content[kind], "schema"), media_type=kind, raw=raw)
    style = _style(text(raw.get("style")), place)
    explode = raw.get("explode")
    return Parameter(
        name,
        place,
        required,
        raw.get("schema"),
        style,
        explode if isinstance(explode, bool) else style in {"form", "cookie"},
        raw.get("allowReserved") is True,
        raw=raw,
    )


def _style(style: str | None, place: str) -> str:
    """A style that fits the place; one that does not is read as the place's own."""
    default = STYLES.get(place, "form")
    if style == "cookie" and place == "cookie":
        return style
    allowed = _LINE_STYLES if default == "simple" else _PAIR_STYLES
    return style if style in allowed else default


def _swagger(raw: Mapping[str, JSON], name: str, place: str, required: bool) -> Parameter:
    collection = text(raw.get("collectionFormat")) or "csv"
    default = STYLES.get(place, "form")
    style = _COLLECTIONS.get(collection, default)
    schema = {key: value for key, value in raw.items() if key not in {"name", "in", "required", "description"}}
    return Parameter(name, place, required, schema, style, collection == "multi", raw=raw)


#: How a parameter that the operation does not declare is sent: the default style of its place.
_UNDECLARED = {
    place: Parameter("", place, style=style, explode=place in {"query", "cookie"}) for place, style in STYLES.items()
}


class Draft:
    """The parts of a request as its arguments fill them."""

    __slots__ = ("cookies", "header_values", "headers", "path", "path_values", "query", "query_values")

    def __init__(self) -> None:
        self.path: dict[str, str] = {}  #: encoded, by name
        self.query: list[tuple[str, str | None]] = []  #: encoded
        self.headers: list[tuple[str, str]] = []  #: as `add_header` puts them
        self.header_values: dict[str, str] = {}  #: by lower-case name, of several fields the first
        self.cookies: list[tuple[str, str]] = []
        self.path_values: dict[str, JSON] = {}
        self.query_values: dict[str, JSON] = {}

    def add_header(self, name: str, value: str) -> None:
        """Set one more header field. Raises `CannotSend` for what would break the message."""
        value = value.strip()
        key = _token(name)
        if key is None or not (value.isprintable() or _UNSENDABLE.search(value) is None):
            raise CannotSend("header", f"the header '{name}' cannot be sent: its name or value has illegal characters")
        self.headers.append((name, value))
        self.header_values.setdefault(key, value)

    def drop_header(self, name: str) -> None:
        """Take back every field of this lower-case name."""
        self.headers = [field for field in self.headers if field[0].lower() != name]
        self.header_values.pop(name, None)


@lru_cache(maxsize=512)
def _token(name: str) -> str | None:
    """A header's name in lower case; None for one that has illegal characters."""
    return name.lower() if _TOKEN.fullmatch(name) else None


#: Puts a value where one argument goes; it may raise `CannotSend`.
Write: TypeAlias = Callable[[Draft, JSON], None]


class Parameters:
    """The parameters of one operation, by place and name."""

    __slots__ = ("_by_key", "_found", "_places", "declared", "template")

    def __init__(self, declared: Iterable[Parameter], template: PathTemplate) -> None:
        self.template = template
        self._by_key = {parameter.key: parameter for parameter in declared}
        self.declared = tuple(self._by_key.values())
        for name in template.reserved:
            parameter = self._by_key.get(("path", name), _UNDECLARED["path"])
            self._by_key["path", name] = replace(parameter, allow_reserved=True)
        self._places: dict[str, str] = {}
        for parameter in self.declared:
            self._places.setdefault(parameter.name, parameter.place)
            if parameter.place == "header":
                self._places.setdefault(parameter.name.lower(), "header")
        self._places |= dict.fromkeys(template.names, "path")
        self._found: dict[tuple[str | None, str], tuple[str, Parameter, Write]] = {}  #: by an argument's place and name

    def place(self, argument: Argument) -> str:
        """The argument's own place, else the one that the operation declares for its name, else the query."""
        if argument.place is not None:
            return argument.place
        return self._places.get(argument.name) or self._places.get(argument.name.lower(), "query")

    def find(self, place: str, name: str) -> Parameter | None:
        """The declared parameter of that place and name."""
        return self._by_key.get(key_of(place, name))

    def fill(self, arguments: Sequence[Argument]) -> Draft:
        """Every argument serialised in its place. Raises `CannotSend` (S13)."""
        draft = Draft()
        for argument in arguments:
            place, parameter, write = self._found.get((argument.place, argument.name)) or self._find(argument)
            value = argument.value
            if value is MISSING or value is None:
                value = _absent(argument, parameter, place)
            if value is not MISSING:
                write(draft, value)
        return draft

    def _find(self, argument: Argument) -> tuple[str, Parameter, Write]:
        """Where an argument goes, and how it is written there; looked up once."""
        place, name = self.place(argument), argument.name
        if place not in _WRITERS:
            raise CannotSend("parameter", f"parameter '{name}' has an unknown place '{place}'{_hint(place)}")
        parameter = self._by_key.get(key_of(place, name)) or _UNDECLARED[place]
        found = place, parameter, _WRITERS[place](name, parameter)
        self._found[argument.place, name] = found
        return found


def _hint(place: str) -> str:
    return ": give the step a requestBody" if place in {"body", "formData"} else ""


def _absent(argument: Argument, parameter: Parameter, place: str) -> Missing | None:
    """What is sent for missing or null: missing for nothing. What is needed and is missing fails the step (S13)."""
    if argument.value is MISSING:
        if place == "path" or parameter.required:
            raise CannotSend(
                "missing-value", f"the {place} parameter '{argument.name}' is required, but {_led(argument)}"
            )
        return MISSING
    if place == "path":
        whose = f"the value of '{argument.text}'" if argument.text else "its value"
        raise CannotSend("missing-value", f"the path parameter '{argument.name}' is required, but {whose} is null")
    return MISSING if parameter.media_type is None else None


def _led(argument: Argument) -> str:
    return f"'{argument.text}' has no value" if argument.text else "it has no value"


def _content(parameter: Parameter, value: JSON, what: str) -> str:
    """The text of a parameter with ``content``: JSON, unless its media type says otherwise."""
    kind = media_type(parameter.media_type or "")
    if kind is None or kind.is_json or isinstance(value, dict | list):
        if kind is not None and kind.is_form and isinstance(value, dict):
            return query_text(
                [pair for name, item in value.items() for pair in pairs(name, item, "form", True, encode_form, what)]
            )
        return value if isinstance(value, str) and _is_json_text(value) else to_json(value, what)
    return to_text(value, what)


def _is_json_text(value: str) -> bool:
    """Text that already is a JSON object or array is not quoted again (S39's reading, for parameters)."""
    return value.lstrip()[:1] in {"{", "["}


# --- writers: what the description fixes of a parameter is looked at once ---------------------------------------------
def _texts(name: str, parameter: Parameter, encoder: Encode, what: str) -> Callable[[JSON], str]:
    """What makes one text of a value: by its media type, or by its style."""
    style, explode = parameter.style, parameter.explode
    if parameter.media_type is not None:
        return lambda value: encoder(_content(parameter, value, what))
    return lambda value: line(name, value, style, explode, encoder, what)


def _in_path(name: str, parameter: Parameter) -> Write:
    encoder = encode_reserved_path if parameter.allow_reserved else encode
    written = _texts(name, parameter, encoder, f"the path parameter '{name}'")

    def write(draft: Draft, value: JSON) -> None:
        draft.path[name] = written(value)
        draft.path_values[name] = value

    return write


def _in_query(name: str, parameter: Parameter) -> Write:
    what = f"the query parameter '{name}'"
    encoder: Encode = encode_reserved if parameter.allow_reserved else encode
    style, explode = parameter.style, parameter.explode

    def write(draft: Draft, value: JSON) -> None:
        draft.query_values[name] = value
        if parameter.media_type is not None:
            draft.query.append((encode(name), encoder(_content(parameter, value, what))))
        else:
            draft.query += pairs(name, value, style, explode, encoder, what)

    return write


def _in_querystring(name: str, parameter: Parameter) -> Write:
    """The whole query: text is sent as it is, with only illegal characters encoded."""
    what = f"the querystring parameter '{name}'"
    declared = parameter if parameter.media_type else _FORM_QUERY

    def write(draft: Draft, value: JSON) -> None:
        structured = isinstance(value, dict | list)
        whole = _content(declared, value, what) if structured else to_text(value, what).removeprefix("?")
        legal = _ILLEGAL_IN_QUERY.sub(lambda found: quote(found[0], safe=""), whole)
        draft.query_values |= dict(parse_qsl(legal, keep_blank_values=True, max_num_fields=10_000)) | {name: value}
        if legal:
            draft.query.append((legal, None))

    return write


_FORM_QUERY = Parameter("", "querystring", media_type="application/x-www-form-urlencoded")


def _in_header(name: str, parameter: Parameter) -> Write:
    written = _texts(name, parameter, encode_nothing, f"the header '{name}'")
    return lambda draft, value: draft.add_header(name, written(value))


def _in_cookie(name: str, parameter: Parameter) -> Write:
    what = f"the cookie '{name}'"

    def write(draft: Draft, value: JSON) -> None:
        if parameter.media_type is not None:
            draft.cookies.append((encode_cookie(name), encode_cookie(_content(parameter, value, what))))
        else:
            draft.cookies += pairs(name, value, parameter.style, parameter.explode, encode_cookie, what)

    return write


_WRITERS: Mapping[str, Callable[[str, Parameter], Write]] = {
    "path": _in_path,
    "query": _in_query,
    "querystring": _in_querystring,
    "header": _in_header,
    "cookie": _in_cookie,
}
