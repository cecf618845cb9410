"""The JUnit report: XML for Jenkins, GitLab and test reporters on GitHub (the xunit plugin's ``junit-10.xsd``).

Each workflow that ran is a ``testsuite``, also one that a step called, that was depended on or handed over to: suites
stand side by side, as many readers do not look into nested ones. Each step is a ``testcase``: all its visits and
attempts are one case, and a step that was not reached is skipped. ``classname`` and the suite's name are the same: the
document, a dot, and the workflow with the way to it (``orders.yml.place-order > pay > charge``), as GitLab shows the
classname alone and Jenkins makes a package of what stands before the dot. Names come from the document, never from the
run, so they are unique and stay the same. The time of a step that calls a workflow holds that of the workflow's suite.

Red is what made the run that was asked for fail, and nothing else: the step, the step of the workflow that it called,
and so on down. A criterion that does not hold is a ``failure``, all else an ``error``; what no step is to blame for is
the case ``(workflow)``. A workflow that a suite left out is skipped. Other failures stay visible and are not counted:
attempts of a step that succeeded in the end are ``flakyFailure`` or ``flakyError``, as Maven Surefire writes them,
earlier ones of a red step ``rerunFailure`` or ``rerunError``; a step that failed while an action led on from it says so
in its ``system-out``, and is named in the property ``handled`` of its suite. Of many failed attempts the last few are
shown.

Times are seconds with three decimals, timestamps RFC 3339 in UTC. Characters that XML cannot hold are written out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from arazzo_runner.engine.events import Event
from arazzo_runner.engine.results import RunError
from arazzo_runner.reports.failed_attempts import Failure, cut, kind_of, value_text
from arazzo_runner.reports.frames import place
from arazzo_runner.reports.history import NOT_RUN, History, RunHistory, StepHistory, WorkflowHistory
from arazzo_runner.reports.json_report import timestamp
from arazzo_runner.reports.kinds import About
from arazzo_runner.reports.lines import count

#: The case of a workflow that failed without a step that is to blame.
WORKFLOW_CASE: Final = "(workflow)"

_VALUE_ROOM: Final = 2000

#: The attributes that hold text of documents and answers.
_TEXTS: Final = {"name", "classname", "file", "message", "value"}
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


class JUnitReport:
    """An observer that gives the runs it saw as JUnit XML."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._history = History()

    def __call__(self, event: Event) -> None:
        self._history(event)

    def parts(self) -> Iterable[str]:
        """The XML, suite by suite."""
        suites = [self._suite(name, workflow) for name, workflow in _named(self._history.runs)]
        totals = {of: str(sum(int(suite.get(of, 0)) for suite in suites)) for of in ("tests", "failures", "errors")}
        asked = sum(run.asked.seconds for run in self._history.runs)
        root = Element("testsuites", {"name": "arazzo", **totals, "time": _seconds(asked)})
        yield '<?xml version="1.0" encoding="UTF-8"?>\n'
        yield ElementTree.tostring(root, "unicode", short_empty_elements=False).removesuffix("</testsuites>") + "\n"
        for suite in suites:
            _clean(suite, self._about.hide)
            ElementTree.indent(suite)
            yield ElementTree.tostring(suite, "unicode") + "\n"
        yield "</testsuites>\n"

    def _suite(self, name: str, workflow: WorkflowHistory) -> Element:
        cases = [self._case(name, workflow, step) for step in workflow.steps.values()]
        if workflow.blame is not None and not (cases and workflow.blame.code == NOT_RUN):
            case = _empty_case(name, WORKFLOW_CASE, workflow.seconds)
            case.append(self._blamed(workflow.blame, ""))
            cases.append(case)
        suite = Element("testsuite", {"name": name, "tests": str(len(cases))})
        for counted, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(counted, str(sum(case.find(tag) is not None for case in cases)))
        suite.set("time", _seconds(workflow.seconds))
        suite.set("timestamp", timestamp(workflow.started_at))
        suite.set("file", workflow.document)
        suite.append(_properties(workflow))
        suite.extend(cases)
        if workflow.notes:
            SubElement(suite, "system-out").text = "\n".join(f"note: {note}" for note in workflow.notes)
        return suite

    def _case(self, suite: str, workflow: WorkflowHistory, step: StepHistory) -> Element:
        case = _empty_case(suite, step.step_id, step.seconds)
        failures = list(step.failures)
        if step.blame is not None:
            last = failures.pop() if failures and step.status == "failed" else None
            case.append(self._blamed(step.blame, last.detail if last else ""))
            case.extend(_again("rerun", failure) for failure in failures)
        elif step.status is None:
            SubElement(case, "skipped", message=_why_skipped(workflow))
        elif step.status == "succeeded":
            case.extend(_again("flaky", failure) for failure in failures)
        if step.status is not None:
            SubElement(case, "system-out").text = "\n".join(_said(step))
        return case

    def _blamed(self, error: RunError, detail: str) -> Element:
        tag = "skipped" if error.code == NOT_RUN else kind_of(error.code)
        element: Element = Element(tag, {"type": error.code, "message": error.message})
        origin = error.origin
        at = [f"at: {place(origin, self._about.locate(origin))}"] if origin is not None and origin.document else []
        element.text = "\n".join([error.message, *([detail] if detail else []), *at])
        return element


def legal(text: str) -> str:
    r"""The text with characters that XML 1.0 cannot hold written as escapes: ``\x1b``."""
    return _ILLEGAL.sub(lambda found: _escape(ord(found[0])), text)


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _clean(suite: Element, hide: Callable[[str], str]) -> None:
    """Make all texts of a suite such that XML can hold them, without secrets that were learned after they were kept."""
    for element in suite.iter():
        element.text = element.text and legal(hide(element.text))
        for name in _TEXTS.intersection(element.keys()):
            element.set(name, legal(hide(element.attrib[name])))


def _named(runs: Iterable[RunHistory]) -> Iterator[tuple[str, WorkflowHistory]]:
    """Every workflow with the name of its suite; a run of the same workflow once more is numbered."""
    seen: dict[str, int] = {}
    for run in runs:
        asked = f"{run.asked.document}.{run.asked.workflow_id}"
        seen[asked] = seen.get(asked, 0) + 1
        name = asked if seen[asked] == 1 else f"{asked} ({seen[asked]})"
        for workflow in run.workflows.values():
            handed = "" if workflow.path[:1] == run.asked.path else f" -> {workflow.path[0]}"
            yield " > ".join([name + handed, *workflow.path[1:]]), workflow


def _empty_case(suite: str, name: str, seconds: float) -> Element:
    return Element("testcase", {"classname": suite, "name": name, "time": _seconds(seconds)})


def _again(prefix: str, failure: Failure) -> Element:
    """An attempt that failed and was followed by another."""
    tag = f"{prefix}{failure.kind.capitalize()}"
    element = Element(tag, {"type": failure.code, "message": failure.message})
    SubElement(element, "stackTrace").text = failure.detail
    return element


def _why_skipped(workflow: WorkflowHistory) -> str:
    if workflow.error is not None and workflow.error.code == NOT_RUN:
        return f"not run: {workflow.error.message}"
    if workflow.status == "succeeded":
        return "not reached: the actions of the workflow led past it"
    return f"not reached: the workflow {workflow.status or 'did not finish'}"


def _said(step: StepHistory) -> Iterator[str]:
    """What a case says besides: what was called, how often, with what answer, and a failure that was handled."""
    what = step.operation or (f"workflow {step.calls}" if step.calls else "nothing sent")
    times = [count(step.visits, "visit"), count(step.attempts, "attempt")]
    failed = [f"{step.failed} failed"] if step.failed else []
    answer = [f"last answer {step.answer}"] if step.answer else []
    yield ", ".join([what, *times, *failed, *answer])
    if step.status == "failed" and step.blame is None:
        yield f"it failed, and the run went on: {_led_on(step)}"
        yield from (failure.detail for failure in step.failures)


def _led_on(step: StepHistory) -> str:
    action = step.action
    if action is None:
        return "what called it did not need it"
    target = action.step_id or action.workflow_id
    return f"action '{action.name}' ({action.type}{f' {target}' if target else ''}) handled it"


def _properties(workflow: WorkflowHistory) -> Element:
    handled = [step.step_id for step in workflow.steps.values() if step.status == "failed" and step.blame is None]
    facts: list[tuple[str, object]] = [
        ("document", workflow.document),
        ("workflowId", workflow.workflow_id),
        ("reason", workflow.reason),
        ("status", workflow.status or "unknown"),
        *([("handled", ", ".join(handled))] if handled else []),
        *((f"input.{name}", value) for name, value in workflow.inputs.items()),
        *((f"output.{name}", value) for name, value in workflow.outputs.items()),
    ]
    properties = Element("properties")
    for name, value in facts:
        text = value if isinstance(value, str) else value_text(value)
        SubElement(properties, "property", name=name, value=cut(text, _VALUE_ROOM))
    return properties


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"
