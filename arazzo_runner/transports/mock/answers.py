"""The natural answer of an operation: status, headers and body as its OpenAPI description documents them.

Knows responses, media types, examples and headers of OpenAPI 2.0 to 3.2; must not know Arazzo.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from typing import Final, Protocol
from urllib.parse import urlencode

from arazzo_runner.effects import Headers, Response
from arazzo_runner.records import dataclass
from arazzo_runner.transports.mock.fits import fits
from arazzo_runner.transports.mock.generate import generate
from arazzo_runner.transports.mock.schemas import Resolve, plain
from arazzo_runner.values import JSON, MISSING, Missing

BODYLESS: Final = frozenset({204, 205, 304})
_NOT_OURS: Final = frozenset(
    {"content-type", "content-length", "content-encoding", "transfer-encoding", "connection", "retry-after", "date"}
)
_USUAL: Final = (200, 201, 202, 204, 302, 301, 303, 304, 404, 400, 401, 403, 409, 410, 422, 429, 500, 502, 503)
_LONGEST_EXAMPLE: Final = 200_000  #: characters of an example given as text


class Described(Protocol):
    """What the mock asks of an operation's description."""

    def contents(self) -> Mapping[str, Mapping[str, Mapping[str, JSON]]]:
        """Status (``200``, ``2XX``, ``default``) to media type to Media Type Object."""

    def response_objects(self) -> Mapping[str, Mapping[str, JSON]]:
        """Status to Response Object."""

    def dereference(self, node: JSON) -> JSON:
        """``node``, or what it stands for when it is a Reference Object. Raises LookupError or ValueError."""


@dataclass(slots=True)
class Answer:
    """An answer in the making: what a response will say, and the schemas that say what it may."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: JSON | Missing = MISSING  #: text for XML and text, bytes for binary, else JSON
    media_type: str = "application/json"
    schema: JSON = True
    header_schemas: Mapping[str, JSON] = field(default_factory=dict)
    resolve: Resolve = field(default=lambda _: True)
    faithful: bool = False  #: never put an object where the description declares an array or a scalar
    bent: list[str] = field(default_factory=list)  #: JSON Pointers where that was done

    @property
    def is_json(self) -> bool:
        """Whether the body travels as JSON."""
        return is_json(self.media_type)

    @property
    def is_xml(self) -> bool:
        """Whether the body is XML."""
        return is_xml(self.media_type)

    def copied(self) -> Answer:
        """One that may be changed alone."""
        return replace(self, headers=dict(self.headers), body=copy.deepcopy(self.body), bent=list(self.bent))

    def response(self) -> Response:
        """It as it goes over the wire."""
        content = self.content()
        fields = [(name, value) for name, value in self.headers.items() if name.lower() != "content-type"]
        if self.body is not MISSING:
            said = next((value for name, value in self.headers.items() if name.lower() == "content-type"), None)
            fields.insert(0, ("Content-Type", said or self.media_type))
        return Response(self.status, Headers(fields), content)

    def content(self) -> bytes:
        """Its body as bytes."""
        match self.body:
            case Missing():
                return b""
            case bytes() as data:
                return data
            case str() as text if not self.is_json:
                return text.encode()
            case value:
                return json.dumps(value, ensure_ascii=False).encode()


def is_json(media_type: str) -> bool:
    """Whether values of the type are JSON (S15)."""
    essence = media_type.partition(";")[0].strip().lower()
    return essence.endswith(("/json", "+json"))


def is_xml(media_type: str) -> bool:
    """Whether values of the type are XML (S15)."""
    essence = media_type.partition(";")[0].strip().lower()
    return essence.endswith(("/xml", "+xml"))


def statuses(documented: Iterable[str]) -> list[int]:
    """Statuses to answer with, the best first: documented successes, 200, other documented ones, then usual ones."""
    keys = [str(key).upper() for key in documented]
    exact = [int(key) for key in keys if key.isascii() and key.isdigit() and 100 <= int(key) <= 599]
    ranges = [int(key[0]) * 100 for key in keys if len(key) == 3 and key[0] in "12345" and key[1:] == "XX"]
    good = [status for status in (*exact, *ranges) if 200 <= status < 300]
    rest = sorted(status for status in (*exact, *ranges) if not 200 <= status < 300)
    return list(dict.fromkeys([*good, 200, *rest, *_USUAL, *range(200, 600), *range(100, 200)]))


def natural(described: Described, status: int, accept: str = "", method: str = "GET") -> Answer:
    """What the operation answers with this status; ``accept`` names the media type that is wanted, where documented."""
    documented = described.response_objects()
    key = next((k for k in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default") if k in documented), "")
    resolve: Resolve = described.dereference
    headers, schemas = _headers(documented.get(key, {}), resolve)
    answer = Answer(status, headers, header_schemas=schemas, resolve=resolve)
    contents = described.contents().get(key, {})
    if not contents or method == "HEAD" or status in BODYLESS or status < 200:
        return answer
    media_type = _preferred(contents, accept)
    content = _followed(contents[media_type], resolve)
    answer.media_type = _concrete(media_type, content, resolve)
    answer.schema = content.get("schema", content.get("itemSchema", True))
    answer.body = _body(answer, content, resolve)
    return answer


def _preferred(contents: Iterable[str], accept: str) -> str:
    wanted = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    contents = [name for name in contents if name.partition(";")[0].strip().lower() in wanted] or list(contents)
    ranks: tuple[Callable[[str], bool], ...] = (
        lambda name: name.partition(";")[0].strip() == "application/json",
        is_json,
        lambda name: "*" in name,
        is_xml,
        lambda name: name.startswith("text/"),
    )
    return next((name for rank in ranks for name in contents if rank(name)), contents[0])


def _concrete(media_type: str, content: Mapping[str, JSON], resolve: Resolve) -> str:
    if "*" not in media_type:
        return media_type
    if media_type.startswith("text/"):
        return "text/plain"
    if media_type.startswith(("*/*", "application/")):
        found = plain(content.get("schema", True), resolve)
        binary = found.keywords.get("format") == "binary"
        return "application/octet-stream" if binary else "application/json"
    return media_type.replace("*", "octet-stream")


def _followed(value: object, resolve: Resolve) -> Mapping[str, JSON]:
    if isinstance(value, dict) and isinstance(value.get("$ref"), str):
        try:
            value = resolve(value)
        except (LookupError, ValueError):
            return {}
    return value if isinstance(value, dict) else {}


def _headers(response: Mapping[str, JSON], resolve: Resolve) -> tuple[dict[str, str], dict[str, JSON]]:
    """The documented headers, and their schemas by lower-cased name."""
    declared = response.get("headers")
    values: dict[str, str] = {}
    schemas: dict[str, JSON] = {}
    for name, raw in declared.items() if isinstance(declared, dict) else ():
        header = _followed(raw, resolve)
        schema: JSON = dict(_followed(header["schema"] if "schema" in header else dict(header), resolve))
        schemas[name.lower()] = schema
        example = _example(header, schema, resolve)
        value = generate(schema, resolve, name=name) if isinstance(example, Missing) else example
        if name.lower() not in _NOT_OURS:
            values[name] = header_text(value)
    return values, schemas


def header_text(value: JSON) -> str:
    """A value as a header's text: lists joined by commas, no line ends."""
    match value:
        case str():
            text = value
        case list():
            text = ",".join(header_text(item) for item in value)
        case dict():
            text = ",".join(f"{name},{header_text(item)}" for name, item in value.items())
        case bytes():
            text = value.decode("latin-1")
        case _:
            text = json.dumps(value)
    return " ".join(text.split())


def _body(answer: Answer, content: Mapping[str, JSON], resolve: Resolve) -> JSON:
    example = _example(content, content.get("schema", True), resolve)
    if answer.is_json:
        return generate(answer.schema, resolve) if isinstance(example, Missing) else _read(example, answer)
    if isinstance(example, str):
        return example
    value = generate(answer.schema, resolve, name="text") if isinstance(example, Missing) else example
    essence = answer.media_type.partition(";")[0].strip().lower()
    if answer.is_xml:
        from arazzo_runner.transports.mock.xml import to_xml  # the library's XML brings an HTTP client with it

        written = isinstance(value, str) and value.lstrip().startswith("<")
        return value if written else to_xml(value, answer.schema, resolve)
    if essence == "text/event-stream":
        return f"data: {json.dumps(value)}\n\n"
    if essence == "application/x-www-form-urlencoded" and isinstance(value, dict):
        return urlencode({name: header_text(each) for name, each in value.items()})
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if essence.startswith("text/") or isinstance(value, dict | list) else text.encode()


def _example(content: Mapping[str, JSON], schema: JSON, resolve: Resolve) -> JSON | Missing:
    """The author's example: the first that suits the schema."""
    for example in _examples(content, resolve):
        if example not in (None, "", {}, []):
            whole = _parsed(example) if isinstance(example, str) else example
            if fits(whole, schema, resolve):
                return copy.deepcopy(whole)
            if fits(example, schema, resolve):
                return copy.deepcopy(example)
    return MISSING


def _examples(content: Mapping[str, JSON], resolve: Resolve) -> Iterable[JSON]:
    for key in ("example", "x-example"):
        if key in content:
            yield content[key]
    listed = content.get("examples")
    for each in listed.values() if isinstance(listed, dict) else listed if isinstance(listed, list) else ():
        found = _followed(each, resolve)
        for key in ("dataValue", "value", "serializedValue"):
            if key in found:
                yield found[key]


def _parsed(example: str) -> JSON:
    """An example that was written as JSON in a text."""
    if len(example) > _LONGEST_EXAMPLE or not example.lstrip().startswith(("{", "[")):
        return example
    try:
        parsed: JSON = json.loads(example)
    except (ValueError, RecursionError):
        return example
    return parsed


def _read(example: JSON, answer: Answer) -> JSON:
    return _parsed(example) if isinstance(example, str) and answer.schema is True else example
