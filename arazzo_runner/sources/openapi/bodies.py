"""The request body: which media type it has, and how a payload becomes its bytes (S39).

Knows what the operation declares about its body; not where it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from urllib.parse import parse_qsl

from arazzo_runner.errors import CannotSend
from arazzo_runner.expressions.nodes import ExpressionType
from arazzo_runner.expressions.selectors import QueryError, replace
from arazzo_runner.records import dataclass
from arazzo_runner.sources import Body, FileContent, Replacement
from arazzo_runner.sources.openapi import forms
from arazzo_runner.sources.openapi.answers import parse_json
from arazzo_runner.sources.openapi.media import MediaType, best, media_type, of_file
from arazzo_runner.sources.openapi.references import member, members, text
from arazzo_runner.sources.openapi.styles import plain_json, to_json, to_text
from arazzo_runner.values import JSON, MISSING, Missing

_WHAT = "the request body"
_JSON = "application/json"
_BINARY = "application/octet-stream"
_STRUCTURE = (dict, list)  #: named once: ``dict | list`` written where it is used is made anew each time
_MOST_KNOWN = 100  #: media types of one body; a step may calculate them
_LANGUAGES = {"jsonpath": "rfc9535", "xpath": "xpath-31", "jsonpointer": "rfc6901"}


@dataclass(frozen=True, slots=True)
class Content:
    """What the operation says about one media type of its body: Media Type Object."""

    schema: JSON = None
    encoding: Mapping[str, JSON] = field(default_factory=dict)
    raw: Mapping[str, JSON] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Written:
    """A body as it is sent, and its value for ``$request.body``."""

    content: bytes = b""
    content_type: str | None = None
    value: JSON | Missing = MISSING


@dataclass(frozen=True, slots=True)
class RequestBody:
    """What the operation declares: Request Body Object, by media type in its order."""

    contents: Mapping[str, Content] = field(default_factory=dict)
    required: bool = False
    dereference: Callable[[JSON], JSON] = field(default=lambda node: node, repr=False, compare=False)
    _known: dict[str, tuple[MediaType, Content]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def write(self, body: Body | None, header: str | None = None) -> Written:
        """The body of one request; ``header`` is the step's own Content-Type. Raises `CannotSend`."""
        if body is None:
            return Written()
        if body.payload is MISSING:
            if body.replacements:
                reason = f"'{body.text}' has no value" if body.text else "the step gives no payload"
                raise CannotSend("replacement", f"nothing can be replaced in the payload: {reason}")
            return self._nothing(body)
        wanted = body.content_type or header
        chosen = wanted if wanted in self._known else self.choose(wanted, body.payload)
        kind, declared = self._known.get(chosen) or self._know(chosen)
        payload = _replaced(body.payload, body.replacements, kind)
        if payload is None and not kind.is_json:
            return self._nothing(body)
        if kind.is_json and isinstance(payload, _STRUCTURE) and (text := plain_json(payload)) is not None:
            return Written(text.encode(), chosen, payload)
        content, content_type = _serialised(payload, kind, chosen, declared, self.dereference)
        return Written(content, content_type, _seen(payload, kind))

    def _know(self, chosen: str) -> tuple[MediaType, Content]:
        """A media type, and what the operation says of it; worked out once."""
        kind = _kind(chosen)
        found = kind, self.contents.get(best(kind, self.contents) or "", Content())
        if len(self._known) < _MOST_KNOWN:
            self._known[chosen] = found
        return found

    def choose(self, wanted: str | None, payload: JSON) -> str:
        """The media type: the step's with its parameters, else the operation's JSON one, else its first."""
        of = media_type(wanted) if wanted is not None else None
        if wanted is not None and (of is None or not of.is_range):
            return wanted.strip()
        names = [name for name in self.contents if (kind := media_type(name)) and not kind.is_range]
        if of is not None:
            names = [name for name in names if of.covers(_kind(name))]
            return names[0] if names else _guess(payload, of)
        if not names:
            return _guess(payload, media_type(next(iter(self.contents), "*/*")) or MediaType("*/*"))
        if len(names) == 1:
            return names[0]
        fitting = [name for name in names if _fits(payload, _kind(name))] or names
        return next((name for name in fitting if _kind(name).is_json), fitting[0])

    def _nothing(self, body: Body) -> Written:
        if self.required:
            reason = f"'{body.text}' has no value" if body.text else "the step gives no payload"
            raise CannotSend("missing-value", f"the operation requires a request body, but {reason}")
        return Written()


def _kind(name: str) -> MediaType:
    return media_type(name) or MediaType(name)


def _fits(payload: JSON, kind: MediaType) -> bool:
    """Whether a payload can be written as ``kind`` without losing anything."""
    if isinstance(payload, bytes | FileContent):
        return not (kind.is_json or kind.is_form or kind.is_multipart)
    if isinstance(payload, dict | list):
        return kind.is_multipart or ((kind.is_json or kind.is_form) and not _has_files(payload))
    return True


def _has_files(payload: JSON) -> bool:
    if isinstance(payload, dict | list):
        return any(map(_has_files, payload.values() if isinstance(payload, dict) else payload))
    return isinstance(payload, bytes | FileContent)


def _guess(payload: JSON, allowed: MediaType) -> str:
    """A type for a payload where neither the step nor the operation names a concrete one; JSON unless it cannot be."""
    candidates = [_JSON]
    if isinstance(payload, FileContent):
        candidates = [of_file(payload.name), _BINARY]
    elif isinstance(payload, bytes):
        candidates = [_BINARY]
    elif isinstance(payload, str) and not _parses(payload):
        candidates = ["application/xml" if payload.lstrip().startswith("<") else "text/plain", "text/plain"]
    return next((name for name in candidates if allowed.covers(_kind(name))), candidates[0])


def _parses(payload: str) -> bool:
    try:
        parse_json(payload)
    except (ValueError, RecursionError):
        return False
    return True


def _serialised(
    payload: JSON, kind: MediaType, chosen: str, declared: Content, dereference: Callable[[JSON], JSON]
) -> tuple[bytes, str]:
    if isinstance(payload, bytes):
        return payload, chosen
    if isinstance(payload, FileContent) and not kind.is_multipart:
        return payload.content, chosen
    if isinstance(payload, str) and not (kind.is_multipart and "boundary" not in kind.parameters):
        return payload.encode(_charset(kind)), chosen
    if kind.is_json:
        return to_json(payload, _WHAT).encode(), chosen
    if kind.is_form:
        return forms.urlencoded(payload, declared.encoding, _WHAT).encode("ascii"), chosen
    if kind.is_multipart:
        return forms.multipart(payload, kind, chosen, declared.encoding, _properties(declared, dereference))
    if kind.is_lines and isinstance(payload, list):
        return "".join(f"{to_json(item, _WHAT)}\n" for item in payload).encode(), chosen
    if kind.is_xml or (
        isinstance(payload, dict | list) and not kind.is_text and not _is_structure(declared, dereference)
    ):
        what = "a structure" if isinstance(payload, dict | list) else "a number or boolean"
        raise CannotSend("unserialisable", f"{what} cannot become '{kind.essence}': write the payload as text")
    return to_text(payload, _WHAT).encode(_charset(kind)), chosen


def _is_structure(declared: Content, dereference: Callable[[JSON], JSON]) -> bool:
    """Whether the description wants a structure under a type that is not JSON by its name; then JSON is meant."""
    try:
        schema = members(dereference(declared.schema))
    except ValueError:
        return False
    type_ = schema.get("type")
    return "properties" in schema or bool(
        {"object", "array"}.intersection(type_ if isinstance(type_, list) else [type_])
    )


def _charset(kind: MediaType) -> str:
    return "utf-8" if kind.is_json else kind.charset or "utf-8"


def _properties(declared: Content, dereference: Callable[[JSON], JSON]) -> dict[str, JSON]:
    """The schemas of the body's properties; those that cannot be resolved say nothing."""
    try:
        schema = dereference(declared.schema)
        parts = [schema, *(dereference(part) for part in members(schema).get("allOf") or [])]  # type: ignore[union-attr]  # TypeError is caught
        return {name: dereference(node) for part in parts for name, node in members(member(part, "properties")).items()}
    except (ValueError, TypeError):
        return {}


def _seen(payload: JSON, kind: MediaType) -> JSON:
    """The body as ``$request.body`` sees it: text that is JSON parsed, files as their contents."""
    if isinstance(payload, str) and kind.is_json:
        try:
            return parse_json(payload)
        except (ValueError, RecursionError):
            return payload
    return _without_files(payload) if _has_files(payload) else payload


def _without_files(value: JSON) -> JSON:
    match value:
        case FileContent():
            return value.content
        case dict():
            return {name: _without_files(item) for name, item in value.items()}
        case list():
            return [_without_files(item) for item in value]
        case _:
            return value


def _replaced(payload: JSON, replacements: Sequence[Replacement], kind: MediaType) -> JSON:
    """The payload with every replacement made in a copy; a text is parsed for it by its media type."""
    if not replacements:
        return payload
    document = _structured(payload, kind)
    for replacement in replacements:
        language = replacement.language or _language(replacement.target, kind)
        type_ = ExpressionType(language, replacement.version or _LANGUAGES.get(language, ""))  # type: ignore[arg-type]  # one of the three
        try:
            document = replace(type_, replacement.target, document, replacement.value)
        except QueryError as error:
            raise CannotSend("replacement", f"the replacement at '{replacement.target}' fails: {error}") from None
    return document


def _language(target: str, kind: MediaType) -> str:
    if kind.is_xml:
        return "xpath"
    return "jsonpath" if target.startswith("$") else "jsonpointer"


def _structured(payload: JSON, kind: MediaType) -> JSON:
    if isinstance(payload, FileContent):
        payload = to_text(payload, _WHAT)
    if not isinstance(payload, str) or kind.is_xml:
        return payload
    if kind.is_form:
        return dict(parse_qsl(payload, keep_blank_values=True, max_num_fields=10_000))
    try:
        return parse_json(payload)
    except (ValueError, RecursionError) as error:
        raise CannotSend("replacement", f"nothing can be replaced in the payload, it is not JSON: {error}") from None


def declared_body(raw: Mapping[str, JSON], dereference: Callable[[JSON], JSON]) -> RequestBody:
    """A Request Body Object of 3.x, dereferenced."""
    contents = {}
    for name, node in members(raw.get("content")).items():
        try:
            found = members(dereference(node))
        except ValueError:
            found = {}
        contents[name] = Content(found.get("schema"), members(found.get("encoding")), found)
    return RequestBody(contents, raw.get("required") is True, dereference)


def swagger_body(
    parameters: Sequence[Mapping[str, JSON]], consumes: Sequence[JSON], dereference: Callable[[JSON], JSON]
) -> RequestBody | None:
    """The ``body`` or ``formData`` parameters of OpenAPI 2.0 as a request body."""
    types = [name for name in consumes if isinstance(name, str)]
    for parameter in parameters:
        if parameter.get("in") == "body":
            content = Content(parameter.get("schema"), raw={"schema": parameter.get("schema")})
            names = types or [_JSON]
            return RequestBody(dict.fromkeys(names, content), parameter.get("required") is True, dereference)
    fields = [parameter for parameter in parameters if parameter.get("in") == "formData"]
    return _swagger_form(fields, types, dereference) if fields else None


_DELIMITED = {"ssv": "spaceDelimited", "tsv": "tabDelimited", "pipes": "pipeDelimited"}


def _swagger_form(
    fields: Sequence[Mapping[str, JSON]], types: list[str], dereference: Callable[[JSON], JSON]
) -> RequestBody:
    names = [name for name in types if _kind(name).is_form or _kind(name).is_multipart]
    files = any(parameter.get("type") == "file" for parameter in fields)
    if not names or (files and not any(_kind(name).is_multipart for name in names)):
        names = ["multipart/form-data" if files else "application/x-www-form-urlencoded"]
    properties: dict[str, JSON] = {}
    encoding: dict[str, JSON] = {}
    for parameter in fields:
        name = text(parameter.get("name")) or ""
        is_file = parameter.get("type") == "file"
        properties[name] = {"type": "string", "format": "binary"} if is_file else dict(parameter)
        if parameter.get("type") == "array":
            collection = text(parameter.get("collectionFormat")) or "csv"
            encoding[name] = {"style": _DELIMITED.get(collection, "form"), "explode": collection == "multi"}
    required: list[JSON] = [field["name"] for field in fields if field.get("required") is True and "name" in field]
    schema: dict[str, JSON] = {"type": "object", "properties": properties, "required": required}
    content = Content(schema, encoding, {"schema": schema, "encoding": encoding})
    return RequestBody(dict.fromkeys(names, content), bool(required), dereference)
