"""THE table of tolerance: everything that is read although the specification does not allow it, at one glance.

Each use leaves a warning with the row's code; under ``--strict`` it is an error. The rows about text are recognised by
the small functions below the table; the other rows are recognised where their objects are read (``read_by``).

What is *not* here stays literal text: ``$5.00``, ``$HOME``, ``$.a.b``, ``${x}``, ``$orgId: String!``, ``$faker.x``,
formulas such as ``{Field} = 'x'``, and SQL, SCIM, shell or GraphQL around an expression.
"""

from __future__ import annotations

import re
from typing import Final

from arazzo_runner import diagnostics
from arazzo_runner.diagnostics import Code
from arazzo_runner.patterns import rare
from arazzo_runner.records import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One tolerance. ``code`` is None where the specification's prose allows it and only a JSON Schema does not."""

    name: str
    code: Code | None
    written: str  #: an example of it
    read_as: str
    read_by: str = "expressions"


def _row(code: Code, written: str, read_as: str, read_by: str = "expressions") -> Row:
    return Row(code.name, code, written, read_as, read_by)


TABLE: Final[tuple[Row, ...]] = (
    # --- texts ------------------------------------------------------------------------------------------------------
    _row(
        diagnostics.BARE_EXPRESSION,
        "Bearer $inputs.apiToken",
        "{...} put around it, after a known root with a dot; it ends at the last letter, digit, _ or -, or where a "
        "longer declared name ends; a trailing dot is text",
    ),
    _row(
        diagnostics.WHOLE_BRACES,
        "{$inputs.customerId} as the whole value",
        "text, as the specification says; without the braces the value would keep its type",
    ),
    _row(
        diagnostics.OUTPUT_PATH,
        "$steps.s.outputs.items[0].id, $inputs.customer.name",
        "the declared name, then a path into its value (S14); [*] and [?(...)] select by JSONPath, [n] and [] take "
        "the first match",
    ),
    _row(
        diagnostics.DOTTED_BODY_PATH,
        "$response.body.data[0].id, $message.payload.orderId",
        "a path into the body (S14)",
    ),
    _row(
        diagnostics.POINTER_SHAPE,
        "$response.body#access_token, #/items[0].id",
        "the missing slash added; a member of exactly that name first, then dots and brackets as a path. Dots alone, "
        "#/a.b, are read in the same way and leave the info pointer-dots, for they are good JSON Pointers",
    ),
    _row(diagnostics.PLURAL_HEADERS, "$response.headers.X", "$response.header.X"),
    _row(
        diagnostics.STEP_OUTPUT_WITHOUT_OUTPUTS,
        "$steps.login.token",
        "$steps.login.outputs.token, when that step declares such an output",
    ),
    # --- conditions -------------------------------------------------------------------------------------------------
    _row(diagnostics.CONDITION_DOUBLE_QUOTES, '$response.body#/status == "done"', "a string"),
    _row(
        diagnostics.CONDITION_BARE_WORD,
        "$response.body#/state == completed",
        "a string, only as the right operand of == or !=",
    ),
    _row(
        diagnostics.CONDITION_WORDS,
        "$response.body.items.length > 0, 'a' in $inputs.list, $url matches '^https', $inputs.name contains 'x'",
        "the obvious operator; the length of null and of missing is 0",
    ),
    _row(
        diagnostics.JSONPATH_COMPARISON,
        '$.state == "running", $.items.length > 0, $.score <= $inputs.limit',
        "a condition over JSONPath operands; a path that selects nothing is null, and its length 0",
    ),
    _row(
        diagnostics.JSONPATH_QUOTED_EXPRESSION,
        '$.data[?(@.id == "$steps.a.outputs.id")]',
        "the value, as a literal of its type, when the quotes hold nothing else",
    ),
    _row(
        diagnostics.JSONPATH_OBJECT_FILTER,
        "$[?@.status == 400] on an object",
        "the filter on [context] when the strict reading selects nothing (S20); the verdict says so",
    ),
    _row(
        diagnostics.EXPRESSION_TYPE_VERSION,
        "{type: jsonpath}, without a version or with an unknown one",
        "the default version of the type",
    ),
    # --- operations -------------------------------------------------------------------------------------------------
    _row(
        diagnostics.OPERATION_PATH_SOURCE,
        "$sourceDescriptions.x#/paths/~1a/get",
        "{$sourceDescriptions.x.url}#/paths/~1a/get",
        "loader",
    ),
    _row(diagnostics.OPERATION_PATH_METHOD, "POST /orders", "method and path in the only source", "loader"),
    _row(
        diagnostics.OPERATION_ID_QUALIFIED,
        "cafe-api.listItems",
        "source.operation, when no operation has the whole name",
        "loader",
    ),
    _row(
        diagnostics.OPERATION_ID_CASE,
        "getCustomers for GetCustomers",
        "the one operationId that differs by case only",
        "loader",
    ),
    _row(
        diagnostics.UNQUALIFIED_OPERATION,
        "a plain operationId with several sources",
        "the one source that has it (S5)",
        "loader",
    ),
    # --- parameters and bodies --------------------------------------------------------------------------------------
    _row(diagnostics.UNDECLARED_PARAMETER, "a header that the operation does not list", "sent (S38)", "validation"),
    _row(
        diagnostics.PARAMETER_WITHOUT_IN,
        "{name: id, value: 1} for an operation",
        "the place that the operation declares for its name (S38)",
        "loader",
    ),
    _row(
        diagnostics.MEDIA_TYPE_RANGE,
        "contentType: application/*+json",
        "the first concrete type of the operation, else JSON",
        "loader",
    ),
    # --- actions ----------------------------------------------------------------------------------------------------
    _row(
        diagnostics.RETRY_ON_SUCCESS,
        "type: retry in onSuccess",
        "after a success whose criteria hold, the step is done again, as a poll",
        "loader",
    ),
    _row(diagnostics.RETRY_SELF, "a retry with the step's own id as stepId", "a plain retry (S30)", "loader"),
    # --- right by the prose -----------------------------------------------------------------------------------------
    Row("retry-without-target", None, "a retry with neither stepId nor workflowId", "a plain retry (S30)", "loader"),
    Row("type-simple-without-context", None, "type: simple alone", "a simple condition", "expressions"),
)

# --- what recognises the rows about text ------------------------------------------------------------------------------
ROOTS: Final = "inputs|outputs|steps|workflows|sourceDescriptions|components|request|response|message"

#: Operators that are words, in a simple condition (`condition-words`).
WORDS: Final = frozenset({"contains", "in", "matches"})
LENGTH: Final = ".length"

_PATH_OR_POINTER: Final = (
    r"(?:\.[A-Za-z0-9_-]+|\[(?:[0-9]{1,9}|\*|n?)\])*"
    r"(?:#/(?:[A-Za-z0-9_./-]|~[01]|\[[0-9]{1,9}\])*(?<=[A-Za-z0-9_\]-]))?"
)
_BARE: Final = re.compile(rf"\$(?:{ROOTS})\.[A-Za-z0-9_-]+{_PATH_OR_POINTER}")
_ACCESS: Final = rare(_PATH_OR_POINTER)
_WORD: Final = re.compile(r"[A-Za-z_][\w.-]*")
_BRACKETS: Final = re.compile(r"\[(?:([0-9]+)|n?)\]")
_COMPARED: Final = rare(r"(?:==|!=|<=|>=|<|>|[\[,])\s*\Z")


def bare_expression_end(text: str, at: int) -> int | None:
    """Where the `bare-expression` that begins here ends; None when none does."""
    found = _BARE.match(text, at)
    return None if found is None else found.end()


def bare_access_end(text: str, at: int) -> int:
    """Where the path or pointer ends that follows a declared name inside text."""
    found = _ACCESS.match(text, at)
    return at if found is None else found.end()


def bare_word_end(text: str, at: int) -> int | None:
    """Where the `condition-bare-word` that begins here ends; None when none does."""
    found = _WORD.match(text, at)
    return None if found is None else found.end()


def pointer_shape(pointer: str) -> str | None:
    """The JSON Pointer, with its ``#``, that a `pointer-shape` means; None for a pointer that is well formed."""
    slash = not pointer or pointer.startswith("/")
    if slash and "[" not in pointer:
        return None
    tokens = (pointer if slash else "/" + pointer).split("/")[1:]
    return "#" + "".join(_as_tokens(token) if "[" in token or not slash else f"/{token}" for token in tokens)


def _as_tokens(token: str) -> str:
    return "/" + _BRACKETS.sub(lambda index: f".{index[1] or 0}", token).removeprefix(".").replace(".", "/")


def dotted_tokens(pointer: str) -> bool:
    """Whether a well-formed pointer has dots that might be meant as a path."""
    return pointer.startswith("/") and "." in pointer and "[" not in pointer


def is_quoted(text: str, start: int, end: int) -> bool:
    """Whether quotes hold the expression and nothing else (`jsonpath-quoted-expression`)."""
    return start > 0 and end < len(text) and text[start - 1] in "'\"" and text[end] == text[start - 1]


def is_compared(text: str, start: int) -> bool:
    """Whether what begins here is an operand, for it follows a comparison operator or stands in a list."""
    return _COMPARED.search(text, 0, start) is not None


def filters_the_root(query: str) -> bool:
    """Whether a JSONPath begins with a filter (`jsonpath-object-filter`, S20)."""
    return re.match(r"\s*\$\s*\[\s*\?", query) is not None
