"""The syntax trees of this package: runtime expressions, templates and selectors, as the parsers give them.

One frozen class per production of the specification's grammar (Runtime Expressions). ``text`` is what stood in the
document; ``str(node)`` is its canonical spelling, and parses to an equal node.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Literal, TypeAlias

from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON, Missing


@dataclass(frozen=True, slots=True)
class Pointer:
    """A JSON Pointer (RFC 6901) as its unescaped tokens; ``lenient`` also tries dots and brackets (`pointer-shape`)."""

    tokens: tuple[str, ...]
    lenient: bool = False

    def __str__(self) -> str:
        return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in self.tokens)


@dataclass(frozen=True, slots=True)
class Path:
    """A dotted path into a value (S14): names and indexes, or a JSONPath query where it selects (`[*]`, `[?...]`)."""

    steps: tuple[str | int, ...] = ()
    query: str | None = None  #: the rest as a JSONPath query from ``$``, when it is more than names and indexes
    first: bool = False  #: the query's first match only (`[n]`, `[]`)
    select: Callable[[JSON], list[JSON]] | None = field(default=None, compare=False, repr=False)
    text: str = ""

    def __str__(self) -> str:
        return self.text


#: What follows a name: nothing, a JSON Pointer, or a dotted path.
Access: TypeAlias = "Pointer | Path | None"


@dataclass(frozen=True, slots=True)
class Simple:
    """``$url``, ``$method``, ``$statusCode`` or ``$self``."""

    root: Literal["url", "method", "statusCode", "self"]

    def __str__(self) -> str:
        return f"${self.root}"


@dataclass(frozen=True, slots=True)
class MessagePart:
    """``$request.``, ``$response.`` or ``$message.`` with a source; ``name`` is the header, query or path name."""

    root: Literal["request", "response", "message"]
    source: Literal["header", "query", "path", "body", "payload"]
    name: str = ""
    access: Access = None

    def __str__(self) -> str:
        name = f".{self.name}" if self.name else ""
        return f"${self.root}.{self.source}{name}{_access(self.access)}"


@dataclass(frozen=True, slots=True)
class Named:
    """``$inputs.NAME`` or ``$outputs.NAME``."""

    root: Literal["inputs", "outputs"]
    name: str
    access: Access = None

    def __str__(self) -> str:
        return f"${self.root}.{self.name}{_access(self.access)}"


@dataclass(frozen=True, slots=True)
class StepOutput:
    """``$steps.STEP.outputs.NAME``."""

    step_id: str
    name: str
    access: Access = None

    def __str__(self) -> str:
        return f"$steps.{self.step_id}.outputs.{self.name}{_access(self.access)}"


@dataclass(frozen=True, slots=True)
class WorkflowField:
    """``$workflows.WORKFLOW.inputs.NAME`` or ``$workflows.WORKFLOW.outputs.NAME``."""

    workflow_id: str
    field: Literal["inputs", "outputs"]
    name: str
    access: Access = None

    def __str__(self) -> str:
        return f"$workflows.{self.workflow_id}.{self.field}.{self.name}{_access(self.access)}"


@dataclass(frozen=True, slots=True)
class SourceReference:
    """``$sourceDescriptions.NAME.REFERENCE``: everything after the second dot is the reference (S5)."""

    name: str
    reference: str

    def __str__(self) -> str:
        return f"$sourceDescriptions.{self.name}.{self.reference}"


@dataclass(frozen=True, slots=True)
class ComponentReference:
    """``$components.TYPE.NAME``."""

    type: str
    name: str

    def __str__(self) -> str:
        return f"$components.{self.type}.{self.name}"


@dataclass(frozen=True, slots=True)
class Invalid:
    """Text that should have been an expression and is not; evaluating it gives missing (it was reported at load)."""

    text: str
    reason: str

    def __str__(self) -> str:
        return self.text


Expression: TypeAlias = (
    "Simple | MessagePart | Named | StepOutput | WorkflowField | SourceReference | ComponentReference | Invalid"
)


@dataclass(frozen=True, slots=True)
class Constant:
    """A value without any expression in it."""

    value: JSON


@dataclass(frozen=True, slots=True)
class Whole:
    """A string that is one expression: its value keeps its type (S12)."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class Template:
    """Text with expressions in it: literal parts and expressions, in order."""

    parts: tuple[str | Expression, ...]


@dataclass(frozen=True, slots=True)
class ObjectValue:
    """An object with expressions somewhere below it."""

    members: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class ArrayValue:
    """An array with expressions somewhere below it."""

    items: tuple[Value, ...]


#: The languages of criteria, Selector Objects and replacements.
Language: TypeAlias = Literal["simple", "regex", "jsonpath", "xpath", "jsonpointer"]


@dataclass(frozen=True, slots=True)
class ExpressionType:
    """The Expression Type Object: a language and its version, defaults filled in."""

    type: Language
    version: str = ""


@dataclass(frozen=True, slots=True)
class Selector:
    """The Selector Object (1.1): a query of ``type`` on the value of ``context`` (S44).

    ``select`` is the compiled query when ``selector`` holds no embedded expression, else None and it is compiled when
    the expressions' values are known (S22).
    """

    context: Expression
    selector: Template | Constant
    type: ExpressionType
    select: Callable[[JSON], JSON | Missing] | None = field(default=None, compare=False, repr=False)


#: Anything the specification calls "Any | {expression} | Selector Object", compiled.
Value: TypeAlias = "Constant | Whole | Template | ObjectValue | ArrayValue | Selector"


def _access(access: Access) -> str:
    return f"#{access}" if isinstance(access, Pointer) else str(access or "")
