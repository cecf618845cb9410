"""Reading JSON objects field by field: every departure from an object's table of fixed fields is a finding.

Knows the tables of the specification ("Fixed Fields") and nothing of what the fields mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field

from arazzo_runner import diagnostics as codes
from arazzo_runner.diagnostics import Code, Finding, OriginReport
from arazzo_runner.loader.nearest import listed, suggestion
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON

_NAME = re.compile(r"[A-Za-z0-9_\-]+")
_LARGEST = 1e15
_KEY = re.compile(r"[A-Za-z0-9._\-]+")


@dataclass(frozen=True, slots=True)
class Shape:
    """An object of the specification: its name, its fixed fields, those it requires, and those that 1.0 lacks."""

    noun: str  #: with its article
    fields: frozenset[str]
    required: tuple[str, ...] = ()
    newer: frozenset[str] = frozenset()
    extensible: bool = True


def _shape(noun: str, required: str, optional: str = "", newer: str = "") -> Shape:
    needed, later = tuple(required.split()), frozenset(newer.split())
    return Shape(noun, frozenset((*needed, *optional.split())) | later, needed, later)


DOCUMENT = _shape("an Arazzo document", "arazzo info sourceDescriptions workflows", "components", "$self")
INFO = _shape("an Info Object", "title version", "summary description")
SOURCE = _shape("a Source Description Object", "name url", "type")
WORKFLOW = _shape(
    "a Workflow Object",
    "workflowId steps",
    "summary description inputs dependsOn successActions failureActions outputs parameters",
)
STEP = _shape(
    "a Step Object",
    "stepId",
    "description operationId operationPath workflowId parameters requestBody successCriteria"
    " onSuccess onFailure outputs",
    "channelPath timeout correlationId action dependsOn",
)
PARAMETER = _shape("a Parameter Object", "name value", "in")
SUCCESS_ACTION = _shape("a Success Action Object", "name type", "workflowId stepId criteria", "parameters")
SUCCESS_RETRY = _shape(
    "a Success Action Object", "name type", "workflowId stepId criteria retryAfter retryLimit", "parameters"
)
FAILURE_ACTION = _shape(
    "a Failure Action Object", "name type", "workflowId stepId criteria retryAfter retryLimit", "parameters"
)
CRITERION = _shape("a Criterion Object", "condition", "context type")
REQUEST_BODY = _shape("a Request Body Object", "", "contentType payload replacements")
REPLACEMENT = _shape("a Payload Replacement Object", "target value", "", "targetSelectorType")
SELECTOR = _shape("a Selector Object", "context selector type")
EXPRESSION_TYPE = _shape("an Expression Type Object", "", "type version")
COMPONENTS = _shape("a Components Object", "", "inputs parameters successActions failureActions")


@dataclass(slots=True)
class Version:
    """The version of the document that is read; ``old`` when it is 1.0, which lacks some fields (S1)."""

    old: bool = False


def say(report: OriginReport, code: Code, message: str, hint: str | None = None, *, on_key: bool = False) -> None:
    """Report a finding about the whole value at the report's place."""
    report(Finding(code, message, hint), on_key=on_key)


def kind(value: JSON) -> str:
    """What a person calls the type of a JSON value."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case dict():
            return "an object"
    return "binary content"


def wrong_type(report: OriginReport, what: str, expected: str, value: JSON) -> None:
    """Report a value of the wrong type."""
    quotes = expected == "a string" and isinstance(value, bool | int | float)
    hint = "put it in quotes" if quotes else None
    say(report, codes.WRONG_TYPE, f"{what}: expected {expected}, found {kind(value)}", hint)


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one object. Reading one reports what is wrong with it and gives None then."""

    raw: Mapping[str, JSON]
    report: OriginReport
    what: str  #: what messages call the object: ``step 'a'``

    def __contains__(self, name: str) -> bool:
        return name in self.raw

    def get(self, name: str) -> JSON:
        """The field as it stands."""
        return self.raw.get(name)

    def at(self, name: str) -> OriginReport:
        """The report for a field."""
        return self.report.at(name)

    def text(self, name: str) -> str | None:
        """A string."""
        value = self.raw.get(name)
        if isinstance(value, str) or name not in self.raw:
            return value if isinstance(value, str) else None
        wrong_type(self.at(name), f"'{name}' of {self.what}", "a string", value)
        return None

    def number(self, name: str) -> float | None:
        """A number that is not negative."""
        value = self.raw.get(name)
        if name not in self.raw:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            wrong_type(self.at(name), f"'{name}' of {self.what}", "a number", value)
            return None
        if not 0 <= value <= _LARGEST:
            limits = f"it must be between 0 and {_LARGEST:.0e}"
            say(self.at(name), codes.WRONG_VALUE, f"'{name}' of {self.what} is {str(value)[:20]}; {limits}")
            return None
        return float(value)

    def integer(self, name: str) -> int | None:
        """A whole number that is not negative."""
        value = self.number(name)
        if value is None:
            return None
        if not value.is_integer():
            wrong_type(self.at(name), f"'{name}' of {self.what}", "a whole number", self.raw[name])
            return None
        return int(value)

    def choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        """One of some strings."""
        value = self.text(name)
        if value is None or value in allowed:
            return value
        hint = suggestion(value, allowed)
        message = f"'{name}' of {self.what} is '{value}'; it must be {listed(allowed, 'or')}"
        say(self.at(name), codes.WRONG_VALUE, message, hint)
        return None

    def items(self, name: str, *, at_least_one: bool = False) -> Iterator[tuple[JSON, OriginReport]]:
        """The members of an array, each with its report; an absent field has none."""
        value = self.raw.get(name)
        if name not in self.raw:
            return
        report = self.at(name)
        if not isinstance(value, list):
            wrong_type(report, f"'{name}' of {self.what}", "an array", value)
            return
        if at_least_one and not value:
            say(report, codes.WRONG_VALUE, f"'{name}' of {self.what} is empty; it must have at least one entry")
        for index, member in enumerate(value):
            yield member, report.at(index)

    def members(self, name: str) -> Iterator[tuple[str, JSON, OriginReport]]:
        """The members of an object, each with its report; an absent field has none."""
        value = self.raw.get(name)
        if name not in self.raw:
            return
        report = self.at(name)
        if not isinstance(value, dict):
            wrong_type(report, f"'{name}' of {self.what}", "an object", value)
            return
        for key, member in value.items():
            yield key, member, report.at(key)

    def texts(self, name: str, *, at_least_one: bool = False) -> list[tuple[str, OriginReport]]:
        """The members of an array of strings that must differ."""
        seen: dict[str, OriginReport] = {}
        for member, report in self.items(name, at_least_one=at_least_one):
            if not isinstance(member, str):
                wrong_type(report, f"a member of '{name}' of {self.what}", "a string", member)
            elif member in seen:
                say(report, codes.DUPLICATE_NAME, f"'{name}' of {self.what} lists '{member}' twice", "remove one")
            else:
                seen[member] = report
        return list(seen.items())


def open_object(raw: JSON, report: OriginReport, shape: Shape, what: str, version: Version) -> Fields | None:
    """The fields of an object, after its field names were checked; None (and a finding) for anything else."""
    if not isinstance(raw, dict):
        wrong_type(report, what, f"an object ({shape.noun})", raw)
        return None
    for name in raw:
        if name not in shape.fields:
            _unknown(name, raw, report, shape, what)
        elif version.old and name in shape.newer:
            message = f"'{name}' of {what} is a field of Arazzo 1.1 and the document says 1.0"
            say(report.at(name), codes.NEWER_FIELD, message, "write arazzo: 1.1.0", on_key=True)
    for name in shape.required:
        if name not in raw:
            say(report, codes.MISSING_FIELD, f"{what} has no '{name}'", f"add '{name}': {shape.noun} requires it")
    return Fields(raw, report, what)


def _unknown(name: str, raw: Mapping[str, JSON], report: OriginReport, shape: Shape, what: str) -> None:
    if shape.extensible and name.startswith("x-"):
        return
    hint = suggestion(
        name,
        (known for known in shape.fields if known not in raw),
        otherwise=f"{shape.noun} has {listed(sorted(shape.fields), limit=12)}; extensions begin with 'x-'",
    )
    say(report.at(name), codes.UNKNOWN_FIELD, f"{what} has an unknown field '{name}'", hint, on_key=True)


def check_name(name: str, report: OriginReport, what: str, *, dots: bool = False) -> None:
    """Warn of a name outside the pattern that the specification recommends or, with dots, demands."""
    pattern = _KEY if dots else _NAME
    if not pattern.fullmatch(name):
        allowed = "letters, digits, '-', '_'" + (" and '.'" if dots else "")
        message = f"{what} '{name}' has characters other than {allowed}"
        say(report, codes.INVALID_NAME, message, "rename it: some tools cannot refer to it", on_key=dots)


@dataclass(slots=True)
class Unique:
    """Names that must differ within their list."""

    what: str  #: what messages call a name: ``stepId``
    seen: set[object] = field(default_factory=set)

    def check(self, key: object, shown: str, report: OriginReport) -> bool:
        """Whether the name is new; a finding when it is not."""
        if key in self.seen:
            say(report, codes.DUPLICATE_NAME, f"{self.what} '{shown}' is used twice", "rename one of the two")
            return False
        self.seen.add(key)
        return True
