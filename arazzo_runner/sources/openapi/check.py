"""What a request or an answer breaks in the description, by openapi-core (S43).

openapi-core checks parameters, headers and schemas of one operation, which is handed to it alone (`bundling`): its own
search for server and path would fail for overridden servers. Statuses and media types are looked up here, because it
knows neither ``application/problem+json`` nor media type ranges. XML and multipart are checked by type only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from arazzo_runner.effects import Request, Response
from arazzo_runner.records import dataclass
from arazzo_runner.sources.openapi.answers import decode
from arazzo_runner.sources.openapi.bodies import Content
from arazzo_runner.sources.openapi.bounded import bounded
from arazzo_runner.sources.openapi.bundling import Bundle
from arazzo_runner.sources.openapi.media import MediaType, best, media_type
from arazzo_runner.sources.openapi.references import members
from arazzo_runner.values import JSON, MISSING, Missing

if TYPE_CHECKING:
    from arazzo_runner.sources.openapi.operation import OpenAPIOperation

#: Larger contents are not checked: it would take seconds.
MAX_CHECKED = 4 * 1024 * 1024
_TOO_LARGE = f"could not be checked: it is larger than {MAX_CHECKED} bytes"
_LONGEST = 300
_log = logging.getLogger("arazzo_runner")
_MOST = 20


class Checker:
    """Checks the requests and answers of one operation."""

    def __init__(self, operation: OpenAPIOperation) -> None:
        self._operation = operation
        self._swagger = operation.version[0] == 2
        self._answers: dict[tuple[str, str | None, str], _Core] = {}

    def request(self, request: Request) -> tuple[str, ...]:
        """Its parameters, and its body against the declared media types."""
        found = self._core_request.parameters(_parameters(self._operation, request))
        return _listed("request", [*found, *self._body(request)])

    def response(self, request: Request, response: Response) -> tuple[str, ...]:
        """Its status, its media type, its content and its headers."""
        declared = self._operation.response_objects()
        status = _status(response.status_code, declared)
        if status is None:
            known = ", ".join(declared) or "none"
            return (f"answer: the description has no status {response.status_code} (it has: {known})",)
        contents = self._operation.contents().get(status, {})
        name, problem = _media(response, contents, request.method)
        problems = [problem] if problem else []
        core = self._core_answer(status, name, declared[status], contents.get(name or "", {}))
        return _listed("answer", [*problems, *core.answer(response, None if problem else name)])

    def _body(self, request: Request) -> Iterator[str]:
        declared = self._operation.request_body()
        if declared is None:
            return
        if not request.content:
            if declared.required:
                yield "the body is missing, and it is required"
            return
        said = request.headers.get("content-type", "")
        kind = media_type(said)
        name = best(kind, declared.contents) if kind else None
        if kind is None or name is None:
            yield f"the content type '{said}' is not declared (declared: {', '.join(declared.contents)})"
            return
        yield from self._core_body(kind, declared.contents[name]).body(request)

    @cached_property
    def _core_request(self) -> _Core:
        bundle = Bundle(self._operation.references, swagger=self._swagger)
        found: list[JSON] = [node for each in self._operation.parameters() if (node := bundle.parameter(each))]
        return _Core(bundle.description(self._operation.version, {"parameters": found, "responses": {}}))

    def _core_body(self, kind: MediaType, content: Content) -> _Core:
        bundle = Bundle(self._operation.references, swagger=self._swagger)
        body: dict[str, JSON] = {"content": {kind.essence: bundle.content(content)}}
        return _Core(bundle.description(self._operation.version, {"requestBody": body, "responses": {}}))

    def _core_answer(
        self, status: str, name: str | None, response: Mapping[str, JSON], content: Mapping[str, JSON]
    ) -> _Core:
        core = self._answers.get((status, name, "answer"))
        if core is None:
            bundle = Bundle(self._operation.references, swagger=self._swagger)
            described: dict[str, JSON] = {"description": "", "headers": bundle.headers(response)}
            if name is not None:
                described["content"] = {"checked/content": bundle.content(Content(content.get("schema")))}
            answers: dict[str, JSON] = {"responses": {"default": described}}
            core = _Core(bundle.description(self._operation.version, answers))
            self._answers[status, name, "answer"] = core
        return core


def _status(code: int, declared: Mapping[str, object]) -> str | None:
    wanted = (str(code), f"{code // 100}XX", f"{code // 100}xx", "default")
    return next((status for status in wanted if status in declared), None)


def _media(response: Response, contents: Mapping[str, object], method: str) -> tuple[str | None, str | None]:
    """The declared media type of an answer, or what is wrong with it."""
    if not contents or method == "HEAD" or response.status_code in {204, 205, 304}:
        return None, None
    if not response.content:
        return None, f"it has no content, the description says {_either(contents)}"
    said = response.headers.get("content-type")
    kind = media_type(said or "")
    if kind is None:
        return None, f"it has no content type, the description says {_either(contents)}"
    name = best(kind, contents)
    return name, None if name else f"its content type is '{kind.essence}', the description says {_either(contents)}"


def _either(names: Mapping[str, object]) -> str:
    return " or ".join(f"'{name}'" for name in names)


def _listed(subject: str, problems: list[str]) -> tuple[str, ...]:
    lines = [f"{subject}: {problem}" for problem in dict.fromkeys(problems)]
    more = [f"{subject}: and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
    return (*lines[:_MOST], *more)


@dataclass(slots=True)
class _Request:
    """A request as openapi-core wants to see it."""

    parameters: Any
    body: bytes | None = None
    content_type: str = ""
    method: str = "post"
    host_url: str = "http://localhost"
    path: str = "/"


@dataclass(slots=True)
class _Matched:
    """The values of a path, of which ours has none: they come with the request."""

    variables: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Response:
    """An answer as openapi-core wants to see it."""

    data: bytes | None
    headers: Any
    content_type: str = "checked/content"
    status_code: int = 200


@dataclass(slots=True)
class _Core:
    """openapi-core on one small description."""

    description: dict[str, JSON]
    _spec: Any = field(default=None, repr=False)

    @property
    def spec(self) -> Any:
        """The description as openapi-core reads it."""
        if self._spec is None:
            from jsonschema_path import SchemaPath

            logging.getLogger("openapi_core").addHandler(logging.NullHandler())
            self._spec = SchemaPath.from_dict(self.description, handlers={})
        return self._spec

    def parameters(self, found: Any) -> list[str]:
        """What is wrong with parameters."""
        validator = self._validator("RequestParametersValidator")
        return _found(validator.iter_errors, _Request(found))

    def body(self, request: Request) -> list[str]:
        """What is wrong with a request's body."""
        kind = media_type(request.headers.get("content-type", "")) or MediaType("*/*")
        if not (kind.is_json or kind.is_form):
            return []
        if len(request.content) > MAX_CHECKED:
            return [_TOO_LARGE]
        validator = self._validator("RequestBodyValidator", {kind.essence: _loads} if kind.is_json else {})
        asked = _Request(_none(), request.content, kind.essence)
        return [f"body {text}" for text in _found(validator.iter_errors, asked)]

    def answer(self, response: Response, name: str | None) -> list[str]:
        """What is wrong with an answer's headers and, where it is JSON or text, its content."""
        from werkzeug.datastructures import Headers

        if len(response.content) > MAX_CHECKED:
            return [_TOO_LARGE]
        decoded = decode(response.content, response.headers.get("content-type"))
        checked = name is not None and not decoded.is_xml and decoded.value is not MISSING
        notes = list(decoded.notes) if checked else []
        kind = "ResponseValidator" if checked and not notes else "ResponseHeadersValidator"
        validator = self._validator(kind, {"checked/content": lambda _, **__: decoded.value})
        headers = Headers([(key, value) for key, value in response.headers.items()])
        asked = (_Request(_none()), _Response(response.content, headers))
        return notes + _found(validator.iter_errors, *asked)

    def _validator(self, kind: str, readers: Mapping[str, Callable[..., JSON | Missing]] | None = None) -> Any:
        """openapi-core's validator of that kind, for one check."""
        minor = str(self.description["openapi"]).split(".")[1]
        found = _validator_class(f"V3{minor}{kind}")
        return found(
            self.spec,
            path_finder_cls=_finder(),
            schema_validators_factory=bounded(found.schema_validators_factory),
            extra_media_type_deserializers=readers or {},
        )


def _loads(content: bytes, **_: str) -> JSON:
    value = decode(content, "application/json")
    if value.notes:
        raise ValueError(value.notes[0])
    return None if value.value is MISSING else value.value


def _none() -> Any:
    from openapi_core.datatypes import RequestParameters

    return RequestParameters()


@lru_cache(maxsize=1)
def _finder() -> Any:
    """A path finder that always finds the one operation, whatever the URL."""
    from openapi_core.templating.paths.datatypes import PathOperationServer

    class OneOperation:
        def __init__(self, spec: Any, base_url: str | None = None) -> None:
            self.spec = spec

        def find(self, method: str, name: str) -> Any:
            path = self.spec / "paths" / "/"
            return PathOperationServer(path, path / "post", None, _Matched(), None)

    return OneOperation


@lru_cache(maxsize=32)
def _validator_class(name: str) -> Any:
    """The class without its check of the whole description, which takes seconds."""
    from openapi_core.validation.request import validators as requests
    from openapi_core.validation.response import validators as responses

    base = getattr(responses, name, None) or getattr(requests, name)
    return type(name, (base,), {"spec_validator_cls": None})


def _found(check: Callable[..., Iterator[BaseException]], *asked: object) -> list[str]:
    """What openapi-core finds, in our words."""
    try:
        return [text for error in check(*asked) for text in _told(error)]
    except Exception as error:  # a third party's code on an untrusted description: whatever it raises, the run goes on
        _log.debug("a check could not be decided: %s", type(error).__name__)  # what cannot be decided is no break
        return []


def _parameters(operation: OpenAPIOperation, request: Request) -> Any:
    from openapi_core.datatypes import RequestParameters
    from werkzeug.datastructures import Headers, ImmutableMultiDict

    url = urlsplit(request.url)
    matched = operation.path_pattern.search(url.path)
    names = operation.path_groups
    cookies = [item.strip().partition("=") for item in request.headers.get("cookie", "").split(";") if "=" in item]
    return RequestParameters(
        query=ImmutableMultiDict(parse_qsl(url.query, keep_blank_values=True, max_num_fields=10_000)),
        header=Headers(list(request.headers.items())),
        cookie=ImmutableMultiDict([(name, unquote(value)) for name, _, value in cookies]),
        path=dict(zip(names, map(unquote, matched.groups()), strict=True)) if matched else {},
    )


def _told(error: BaseException) -> Iterator[str]:
    """An error of openapi-core in short words."""
    name = getattr(error, "name", None)
    place = f"{getattr(error, 'location', 'header')} '{name}' " if name else ""
    cause = error.__cause__ or error
    kind = type(cause).__name__
    if kind == "EmptyQueryParameterValue":
        return
    if kind.startswith("MissingRequired"):
        yield f"{place}is missing, and it is required"
        return
    problems = getattr(cause, "schema_errors", None)
    if problems is None:
        yield f"{place}{_shortened(str(cause))}"
        return
    for problem in islice(problems, _MOST + 1):
        yield place + _violation(problem)


def _violation(problem: Any) -> str:
    """A violation of a schema: where, what was found, what was expected."""
    if problem.context:
        from jsonschema.exceptions import best_match

        inner = best_match(problem.context)
        if inner is not None and problem.validator in {"oneOf", "anyOf"}:
            count = len(problem.validator_value)
            return f"{problem.json_path} fits none of {count} alternatives; nearest: {_violation(inner)}"
    if problem.validator == "required":
        absent = [name for name in problem.validator_value if name not in members(problem.instance)]
        name = next((each for each in absent if problem.message.startswith(repr(each))), None)
        if name is not None:
            return f"{problem.json_path} has no member '{name}', which is required"
    found = repr(problem.instance)
    message = problem.message
    if len(found) > 60:
        message = message.replace(found, f"{found[:40]}...", 1)
    return _shortened(f"{problem.json_path} {message}")


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
