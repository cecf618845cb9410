"""Real documents: all of them load, and those whose operations resolve are walked against the mock.

Runs where `../shared/corpus` lies beside the checkout. A table of what completes, and why the rest does not, is written
to `build/corpus.md` (and printed with `-s`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import pytest
import walk
from walk import Visit, Walk

TABLE = Path(__file__).parents[2] / "build" / "corpus.md"

pytestmark = pytest.mark.skipif(
    not (walk.CORPUS / "manifest.json").exists(), reason=f"the corpus is not beside the checkout, at {walk.CORPUS}"
)

#: What a run says that lacks a value: which expression has none.
NAMED = re.compile(r"'?\$(inputs|steps|workflows|outputs|response)\.|\$statusCode")


@pytest.fixture(scope="module")
def visits() -> list[Visit]:
    """Every document of the corpus, loaded and walked, on two processors."""
    with get_context("spawn").Pool(2) as pool:
        seen = pool.map(walk.visit, walk.entries(), chunksize=4)
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(table(seen), encoding="utf-8")
    print(f"\n{table(seen)}")  # noqa: T201  # for `pytest -s`
    return seen


def test_every_document_loads_or_says_what_is_wrong(visits: list[Visit]) -> None:
    assert len(visits) == len(walk.entries())
    assert {visit.path: visit.crash for visit in visits if visit.crash} == {}
    assert [visit.path for visit in visits if not visit.loaded and not visit.findings] == []


def test_no_run_crashes_or_goes_on_for_ever(visits: list[Visit]) -> None:
    crashed = {
        (each.document, each.workflow_id): f"{each.code}: {each.message}"
        for each in walks(visits)
        if each.status == "crashed"
    }
    assert crashed == {}


def test_a_workflow_that_is_refused_has_errors_that_the_document_made(visits: list[Visit]) -> None:
    refused = [each for each in walks(visits) if each.status == "refused"]
    assert [each for each in refused if not each.code or each.code in ("InvalidInputs", "UnknownWorkflow")] == []
    providers = [each for each in walks(visits) if each.kind != "other"]
    assert sum(each.status == "refused" for each in providers) <= 0.02 * len(providers)


def test_almost_every_workflow_completes_when_it_has_all_its_inputs(visits: list[Visit]) -> None:
    given_all = list(walks(visits, "all"))
    sound = [each for each in given_all if each.status != "refused"]
    providers = [each for each in given_all if each.kind != "other"]  # the others hold mistakes on purpose
    assert share(sound) >= 0.95, f"{share(sound):.1%}; {TABLE} says why"
    assert share(providers) >= 0.95, f"{share(providers):.1%}; {TABLE} says why"


def test_a_run_without_the_optional_inputs_completes_or_names_what_it_lacks(visits: list[Visit]) -> None:
    complete_with_all = {(each.document, each.workflow_id) for each in walks(visits, "all") if each.completed}
    unexplained = [
        f"{each.document} {each.workflow_id}: {each.code}: {each.message}"
        for each in walks(visits, "required")
        if (each.document, each.workflow_id) in complete_with_all
        and not each.completed
        and not (each.code in ("missing-value", "invalid-inputs", "dependency-failed") and NAMED.search(each.message))
    ]
    assert unexplained == []


def test_no_request_carries_an_expression_that_was_not_resolved(visits: list[Visit]) -> None:
    leaking = {(each.document, each.workflow_id): each.leaks for each in walks(visits) if each.leaks}
    assert leaking == {}


def share(runs: list[Walk]) -> float:
    """How many of the runs complete, from 0 to 1."""
    return sum(each.completed for each in runs) / len(runs)


def walks(visits: list[Visit], inputs: str | None = None) -> Iterator[Walk]:
    """Every run, or those with ``all`` inputs or the ``required`` ones only."""
    for visit in visits:
        yield from (each for each in visit.walks if inputs in (None, each.inputs))


def table(visits: list[Visit]) -> str:
    """How many workflows complete, and why the others do not, as Markdown."""
    lines = [
        "# The corpus, walked against the mock",
        "",
        f"{len(visits)} documents, {sum(visit.loaded for visit in visits)} with a model; "
        f"{sum(bool(visit.walks) for visit in visits)} whose operations resolve were run.",
        "",
        "| inputs | documents | workflows | succeeded | ended | failed | refused |",
        "|---|---|---|---|---|---|---|",
    ]
    groups = Counter((each.inputs, each.kind) for each in walks(visits))
    for (inputs, kind), total in sorted(groups.items()):
        found = Counter(each.status for each in walks(visits, inputs) if each.kind == kind)
        counts = " | ".join(str(found[status]) for status in ("succeeded", "ended", "failed", "refused"))
        lines.append(f"| {inputs} | {kind} | {total} | {counts} |")
    lines += [
        "",
        "## Why the others do not",
        "",
        "| inputs | status | code | workflows | for example |",
        "|---|---|---|---|---|",
    ]
    rest = [each for each in walks(visits) if not each.completed]
    for (inputs, status, code), count in Counter((each.inputs, each.status, each.code) for each in rest).most_common():
        example = next(each for each in rest if (each.inputs, each.status, each.code) == (inputs, status, code))
        message = example.message.splitlines()[0][:160].replace("|", "\\|") if example.message else ""
        lines.append(f"| {inputs} | {status} | {code} | {count} | {example.document}: {message} |")
    return "\n".join([*lines, ""])
