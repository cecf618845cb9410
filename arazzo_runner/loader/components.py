"""Reusable Objects: a `reference` to a component stands for the component, read with the names of where it is used."""

from __future__ import annotations

from dataclasses import field, replace

from arazzo_runner import diagnostics as codes
from arazzo_runner.diagnostics import OriginReport
from arazzo_runner.expressions.scope import Names
from arazzo_runner.loader.nearest import suggestion
from arazzo_runner.loader.shape import Version, say
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON


@dataclass(frozen=True, slots=True)
class Place:
    """What a part of a document needs to know about where it stands."""

    root: OriginReport  #: the document's own report
    document: dict[str, JSON]  #: the whole document, raw
    version: Version
    names: Names = field(default_factory=Names)
    used: set[str] = field(default_factory=set)  #: pointers of the components that were referred to

    def seeing(self, names: Names) -> Place:
        """The same place with other names in sight."""
        return replace(self, names=names)

    def quiet(self, *tokens: str) -> OriginReport:
        """A report for a place of the document whose findings nobody hears: they were made before."""
        return OriginReport(self.root.origin.at(*tokens), [], strict=self.root.strict)


@dataclass(frozen=True, slots=True)
class Located:
    """A raw object and the report for it; ``override`` is the report of a Reusable Object that gives another value."""

    raw: JSON
    report: OriginReport
    override: OriginReport | None = None


def dereference(raw: JSON, component_type: str, report: OriginReport, place: Place) -> Located | None:
    """What a member of a list stands for: itself or a component; None (and a finding) when there is no such one."""
    if isinstance(raw, str) and raw.startswith("$components."):
        say(report, codes.WRONG_TYPE, f"'{raw}' stands alone", f"write an object: reference: {raw}")
        return _component(raw, raw, component_type, report, place)
    if not isinstance(raw, dict) or not ("reference" in raw or ("$ref" in raw and "name" not in raw)):
        return Located(raw, report)
    key = "reference" if "reference" in raw else "$ref"
    written = raw[key]
    if not isinstance(written, str):
        message = f"'{key}' must be a runtime expression such as $components.{component_type}.NAME"
        say(report.at(key), codes.WRONG_TYPE, message)
        return None
    reference = _as_expression(written)
    if written != reference or key == "$ref":
        hint = f"write reference: {reference}"
        say(report.at(key), codes.INVALID_EXPRESSION, f"'{key}: {written}' is not how a component is referred to", hint)
    found = _component(reference, written, component_type, report.at(key), place)
    if found is None or "value" not in raw or component_type != "parameters" or not isinstance(found.raw, dict):
        return found
    return Located({**found.raw, "value": raw["value"]}, found.report, report)


def _as_expression(written: str) -> str:
    """``#/components/parameters/x`` as the expression that it should have been."""
    if written.startswith("#/components/"):
        return "$" + written.removeprefix("#/").replace("/", ".", 2)
    return written


def _component(reference: str, written: str, component_type: str, report: OriginReport, place: Place) -> Located | None:
    prefix = f"$components.{component_type}."
    if not reference.startswith(prefix):
        message = f"'{written}' does not refer to one of the '{component_type}' of 'components'"
        say(report, codes.UNKNOWN_COMPONENT, message, f"expected {prefix}NAME")
        return None
    name = reference.removeprefix(prefix)
    components = place.document.get("components")
    known = components.get(component_type) if isinstance(components, dict) else None
    if not isinstance(known, dict) or name not in known:
        names = known if isinstance(known, dict) else {}
        hint = suggestion(name, names, otherwise=None if names else f"the document has no {component_type} components")
        say(report, codes.UNKNOWN_COMPONENT, f"there is no component '{name}' in '{component_type}'", hint)
        return None
    quiet = place.quiet("components", component_type, name)
    place.used.add(quiet.origin.pointer)
    return Located(known[name], quiet)
