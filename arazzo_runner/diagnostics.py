"""What is wrong with a document, and where. Every code is declared once, in :data:`CODES`.

A diagnostic names an :class:`Origin` (document and JSON Pointer); lines and columns are computed only when one is
shown, so that a clean load pays nothing for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from enum import Enum
from typing import Protocol

from arazzo_runner.records import sealed


class Severity(Enum):
    """How bad: an error stops a run (S6), a warning works but should be mended, an info is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@sealed(frozen=True, slots=True)
class Code:
    """A kind of diagnostic: its stable name, its usual severity, what it means and what to do about it."""

    name: str
    severity: Severity
    meaning: str
    remedy: str
    dialect: bool = False  #: a tolerance for non-standard documents; an error under ``--strict``


@sealed(frozen=True, slots=True)
class Origin:
    """A place in a document: its location as the user knows it, and an RFC 6901 JSON Pointer."""

    document: str
    pointer: str = ""

    def at(self, *tokens: str | int) -> Origin:
        """The place below this one."""
        pointer = self.pointer
        for token in tokens:  # written out: this is called for every field of every document
            text = str(token)
            if "~" in text or "/" in text:
                text = text.replace("~", "~0").replace("/", "~1")
            pointer = f"{pointer}/{text}"
        return Origin(self.document, pointer)


@sealed(frozen=True, slots=True)
class Span:
    """Lines and columns of a place, counted from 1; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@sealed(frozen=True, slots=True)
class Diagnostic:
    """One finding about a document.

    ``inner`` is a start and end offset inside the text at ``origin``, where the finding is about part of it.
    ``on_key`` says that the finding is about the member's name, not its value.
    """

    code: Code
    message: str
    origin: Origin
    hint: str | None = None
    severity: Severity = Severity.ERROR
    inner: tuple[int, int] | None = None
    on_key: bool = False
    span: Span | None = field(default=None, compare=False)

    def __str__(self) -> str:
        place = self.origin.document
        if self.span is not None:
            place += f":{self.span.line}:{self.span.column}"
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}: {self.severity.value}[{self.code.name}]: {self.message}{hint}"


@sealed(frozen=True, slots=True)
class Finding:
    """What a parser reports about one text: a code, words, and offsets inside that text."""

    code: Code
    message: str
    hint: str | None = None
    start: int = 0
    end: int | None = None


class Report(Protocol):
    """Takes the findings of one text. ``at`` gives the report for a text below this one (members and indexes)."""

    def __call__(self, finding: Finding) -> None: ...

    def at(self, *tokens: str | int) -> Report: ...


class OriginReport:
    """A `Report` that knows where its text stands and collects diagnostics in a shared list.

    ``strict`` turns dialect warnings into errors (the dialect table).
    """

    __slots__ = ("origin", "sink", "strict")

    def __init__(self, origin: Origin, sink: list[Diagnostic], *, strict: bool = False) -> None:
        self.origin = origin
        self.sink = sink
        self.strict = strict

    def __call__(self, finding: Finding, *, on_key: bool = False) -> None:
        severity = Severity.ERROR if self.strict and finding.code.dialect else finding.code.severity
        inner = None if finding.end is None else (finding.start, finding.end)
        self.sink.append(
            Diagnostic(finding.code, finding.message, self.origin, finding.hint, severity, inner, on_key=on_key)
        )

    def at(self, *tokens: str | int) -> OriginReport:
        """The report for a place below this one."""
        return OriginReport(self.origin.at(*tokens), self.sink, strict=self.strict)


class _Ignore:
    def __call__(self, finding: Finding) -> None:
        """Drop it."""

    def at(self, *tokens: str | int) -> _Ignore:
        return self


#: A `Report` that drops what it is given, for texts that were reported on before.
IGNORE: Report = _Ignore()


def errors(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Those that stop a run (S6)."""
    return [diagnostic for diagnostic in diagnostics if diagnostic.severity is Severity.ERROR]


CODES: dict[str, Code] = {}


def _declare(name: str, severity: Severity, meaning: str, remedy: str, *, dialect: bool = False) -> Code:
    CODES[name] = code = Code(name, severity, meaning, remedy, dialect)
    return code


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

# --- reading a document -----------------------------------------------------------------------------------------------
YAML_SYNTAX = _declare(
    "yaml-syntax", _E, "the text is neither YAML 1.2 nor JSON", "correct the text at the place shown"
)
YAML_DUPLICATE_KEY = _declare(
    "yaml-duplicate-key", _E, "a mapping has the same key twice", "remove or rename one of the two"
)
YAML_KEY = _declare("yaml-key", _E, "a mapping key is not a string", "put the key in quotes")
YAML_ALIASES = _declare("yaml-aliases", _E, "aliases expand to too much, or to themselves", "write the value out")
YAML_TAG = _declare("yaml-tag", _E, "a tag that the JSON schema of YAML does not have", "remove the tag")
DOCUMENT_TOO_LARGE = _declare("document-too-large", _E, "the document is larger than the limit", "split the document")
NOT_ARAZZO = _declare(
    "not-arazzo", _E, "the document is not an Arazzo description", "give a document with `arazzo: 1.0.1`"
)
UNSUPPORTED_VERSION = _declare(
    "unsupported-version", _E, "a version of the specification that is not supported (S1)", "use 1.0.x or 1.1.x"
)
NEWER_FIELD = _declare("newer-field", _W, "a field of Arazzo 1.1 in a 1.0 document (S1)", "set `arazzo: 1.1.0`")

# --- structure --------------------------------------------------------------------------------------------------------
MISSING_FIELD = _declare("missing-field", _E, "a required field is missing", "add the field")
UNKNOWN_FIELD = _declare("unknown-field", _E, "a field that the specification does not have", "correct or remove it")
WRONG_TYPE = _declare("wrong-type", _E, "a value of the wrong type", "write a value of the expected type")
WRONG_VALUE = _declare("wrong-value", _E, "a value that is not one of those allowed", "use an allowed value")
CONFLICTING_FIELDS = _declare("conflicting-fields", _E, "fields that exclude each other", "keep one of them")
IGNORED_FIELD = _declare("ignored-field", _W, "a field that has no effect where it stands", "remove it")
INVALID_NAME = _declare("invalid-name", _W, "a name with characters that its pattern excludes", "rename it")
DUPLICATE_NAME = _declare("duplicate-name", _E, "the same id or name twice", "rename one of the two")
INVALID_SCHEMA = _declare("invalid-schema", _E, "`inputs` is not a valid JSON Schema", "correct the schema")

# --- references -------------------------------------------------------------------------------------------------------
SOURCE_UNAVAILABLE = _declare(
    "source-unavailable", _E, "a source description cannot be read", "correct the url or give --source NAME=LOCATION"
)
SOURCE_INVALID = _declare(
    "source-invalid", _E, "a source description is not what its type says", "correct its type or url"
)
SOURCE_BESIDE = _declare("source-beside", _I, "a source was found beside the document's file (S3)", "correct the url")
SOURCE_ASYNCAPI = _declare("source-asyncapi", _I, "an AsyncAPI step, which loads but does not run yet", "run it later")
UNKNOWN_SOURCE = _declare("unknown-source", _E, "no source description has this name", "use a declared name")
UNKNOWN_OPERATION = _declare("unknown-operation", _E, "no source has this operation (S5)", "use an existing operation")
AMBIGUOUS_OPERATION = _declare(
    "ambiguous-operation", _E, "several sources have this operation (S5)", "qualify it: $sourceDescriptions.NAME.ID"
)
UNKNOWN_WORKFLOW = _declare("unknown-workflow", _E, "no such workflow", "use the id of an existing workflow")
UNKNOWN_STEP = _declare("unknown-step", _E, "no such step", "use the id of a step of this workflow")
UNKNOWN_INPUT = _declare("unknown-input", _E, "the workflow declares no such input", "declare it or correct the name")
UNKNOWN_OUTPUT = _declare("unknown-output", _E, "no such output is declared", "declare it or correct the name")
UNKNOWN_COMPONENT = _declare("unknown-component", _E, "no such component", "use the name of an existing component")
FORWARD_REFERENCE = _declare(
    "forward-reference", _E, "a step uses outputs of a step that runs later (S24)", "reorder the steps or add dependsOn"
)
SKIPPABLE_REFERENCE = _declare(
    "skippable-reference", _I, "an output comes from a step that a branch can skip", "expect null when it is skipped"
)
DEPENDENCY_CYCLE = _declare("dependency-cycle", _E, "dependsOn goes round in a circle", "break the circle")

# --- against the OpenAPI description ----------------------------------------------------------------------------------
MISSING_PARAMETER = _declare(
    "missing-parameter",
    _W,
    "a parameter that the operation requires is not given; an error where the run is certain to fail",
    "give the parameter, in the place that the operation declares",
)
MISPLACED_PARAMETER = _declare(
    "misplaced-parameter", _W, "a parameter in another place than the operation declares", "correct `in`"
)
MISSING_BODY = _declare(
    "missing-body",
    _W,
    "a request body that the operation requires is not given; an error where the run is certain to fail",
    "give the step a requestBody with a payload",
)
UNDECLARED_BODY = _declare(
    "undeclared-body", _I, "a request body for an operation that declares none", "drop it, or declare it"
)
UNDECLARED_CONTENT_TYPE = _declare(
    "undeclared-content-type", _W, "a contentType that the operation does not take", "use one that it declares"
)
VALUE_MISMATCH = _declare(
    "value-mismatch", _W, "a literal value that its schema does not allow", "write a value that the schema allows"
)
MISSING_MEMBER = _declare(
    "missing-member", _W, "a payload lacks a member that its schema requires", "add the member to the payload"
)
UNDOCUMENTED_STATUS = _declare(
    "undocumented-status",
    _I,
    "a status code that the operation does not document; a warning where only such a one is a success",
    "expect a status that the operation documents",
)
UNDECLARED_MEMBER = _declare(
    "undeclared-member", _W, "a path into an answer that its schema does not have", "correct the path"
)
POINTER_INTO_XML = _declare(
    "pointer-into-xml", _W, "a path for JSON into an answer in XML (S15)", "use a Selector Object of type xpath"
)
UNKNOWN_ENUM_VALUE = _declare(
    "unknown-enum-value", _W, "a comparison with a value that the schema does not list", "use one of the listed values"
)
BROKEN_DESCRIPTION = _declare(
    "broken-description", _W, "an OpenAPI description is itself not valid", "correct the OpenAPI description"
)
UNCHECKED_DESCRIPTION = _declare(
    "unchecked-description",
    _I,
    "an OpenAPI description was not validated itself: it is large, or in several files",
    "validate it with a tool for OpenAPI",
)

# --- flow -------------------------------------------------------------------------------------------------------------
UNREACHABLE_STEP = _declare("unreachable-step", _W, "no way leads to a step", "lead a goto to it, or remove it")
UNREACHABLE_ACTION = _declare(
    "unreachable-action", _W, "an action behind one that is always taken", "give the earlier one criteria, or reorder"
)
ENDLESS_LOOP = _declare("endless-loop", _W, "a loop that no action leaves", "add an action that leaves it")
ENDLESS_POLLING = _declare(
    "endless-polling",
    _W,
    "polling that goes on for ever when a field has a value that looks final",
    "add an action that leaves the loop for these values",
)
RECURSIVE_WORKFLOW = _declare(
    "recursive-workflow",
    _I,
    "a workflow that calls itself, through its steps; an error where it always does",
    "break the circle, or make sure that a condition ends it",
)
RETRY_AFTER_MILLISECONDS = _declare(
    "retry-after-milliseconds", _W, "a retryAfter that looks like milliseconds", "write seconds"
)
LITERAL_SECRET = _declare(
    "literal-secret", _W, "a secret written into the document", "make it an input, or give it by the environment (S40)"
)

# --- languages --------------------------------------------------------------------------------------------------------
INVALID_EXPRESSION = _declare("invalid-expression", _E, "not a runtime expression", "correct the expression")
INVALID_CONDITION = _declare("invalid-condition", _E, "not a simple condition", "correct the condition")
INVALID_REGEX = _declare("invalid-regex", _E, "not a regular expression", "correct the pattern")
INVALID_JSONPATH = _declare("invalid-jsonpath", _E, "not a JSONPath query (RFC 9535)", "correct the query")
INVALID_XPATH = _declare("invalid-xpath", _E, "not an XPath expression of its version", "correct the expression")
INVALID_POINTER = _declare("invalid-pointer", _E, "not a JSON Pointer (RFC 6901)", "begin with / and escape ~ as ~0")
POINTER_DOTS = _declare(
    "pointer-dots",
    _I,
    "a name with dots in a JSON Pointer; a path, where there is no such member",
    "write / for a path",
)

UNUSED_IGNORE = _declare(
    "unused-ignore", _I, "an `arazzo-ignore` comment that ignores nothing", "remove it, or correct the code it names"
)


def _dialect(name: str, meaning: str, remedy: str) -> Code:
    return _declare(name, _W, meaning, remedy, dialect=True)


# --- dialects: what real documents write that the specification does not allow; read by expressions/dialect.py --------
BARE_EXPRESSION = _dialect("bare-expression", "an expression inside text without braces", "put {...} around it")
JSONPATH_COMPARISON = _dialect("jsonpath-comparison", "a comparison of JSONPath operands", "write a filter: $[?...]")
JSONPATH_QUOTED_EXPRESSION = _dialect(
    "jsonpath-quoted-expression", "a quoted bare expression in a JSONPath", "write {...} in place of the quotes"
)
JSONPATH_OBJECT_FILTER = _dialect(
    "jsonpath-object-filter", "a filter at the root of an object (S20)", "address the array: $.items[?...]"
)
CONDITION_DOUBLE_QUOTES = _dialect("condition-double-quotes", "a string in double quotes", "use single quotes")
CONDITION_BARE_WORD = _dialect("condition-bare-word", "a string without quotes", "put it in single quotes")
CONDITION_WORDS = _dialect("condition-words", "an operator that simple conditions do not have", "use jsonpath or regex")
DOTTED_BODY_PATH = _dialect("dotted-body-path", "a dotted path into a body", "use a JSON Pointer: #/a/b")
OUTPUT_PATH = _dialect("output-path", "a dotted path into an output or input", "use a JSON Pointer: #/a/b")
POINTER_SHAPE = _dialect("pointer-shape", "a JSON Pointer with dots, brackets or no first slash", "use #/a/b/0")
PLURAL_HEADERS = _dialect("plural-headers", "`headers` in place of `header`", "write `header`")
STEP_OUTPUT_WITHOUT_OUTPUTS = _dialect(
    "step-output-without-outputs", "a step's output without `.outputs.`", "write $steps.ID.outputs.NAME"
)
WHOLE_BRACES = _dialect("whole-braces", "a whole value in braces, which is text", "drop the braces to keep the type")
OPERATION_PATH_SOURCE = _dialect(
    "operation-path-source", "operationPath without {$sourceDescriptions.NAME.url}", "write the whole expression"
)
OPERATION_PATH_METHOD = _dialect(
    "operation-path-method", "`METHOD /path` as a reference", "use operationId or operationPath"
)
OPERATION_ID_QUALIFIED = _dialect(
    "operation-id-qualified", "`source.operationId`", "write $sourceDescriptions.source.operationId"
)
OPERATION_ID_CASE = _dialect(
    "operation-id-case", "an operationId in other upper and lower case", "write it as the source does"
)
UNQUALIFIED_OPERATION = _dialect(
    "unqualified-operation", "a plain operationId with several sources (S5)", "write $sourceDescriptions.NAME.ID"
)
UNDECLARED_PARAMETER = _dialect(
    "undeclared-parameter", "a parameter that the operation does not declare", "declare it in the OpenAPI description"
)
PARAMETER_WITHOUT_IN = _dialect("parameter-without-in", "a parameter of an operation without `in`", "add `in`")
RETRY_ON_SUCCESS = _dialect("retry-on-success", "`type: retry` in onSuccess", "use goto with the step's own id")
RETRY_SELF = _dialect("retry-self", "a retry whose stepId is the step itself", "drop stepId")
MEDIA_TYPE_RANGE = _dialect("media-type-range", "a range as contentType", "write a concrete media type")
EXPRESSION_TYPE_VERSION = _dialect(
    "expression-type-version", "an Expression Type Object without a version, or with an unknown one", "add the version"
)
