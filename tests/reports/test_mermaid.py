"""Mermaid charts: what they say, and that Mermaid's own parser takes every one of them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from charted import ROOT, action, charted, described, mermaid_faults, nasty_charts, step

from arazzo_runner.effects import Retrieved
from arazzo_runner.errors import InvalidDescription, UnreadableDocument
from arazzo_runner.loader import load_description
from arazzo_runner.reports.drawing import MOST_LINES
from arazzo_runner.reports.flow import Flow, flow
from arazzo_runner.reports.mermaid import MOST_EDGES, beyond_limits, mermaid

CORPUS = ROOT.parent / "shared" / "corpus"
#: Of the documents of the corpus one in so many; all of them where the environment has ARAZZO_WHOLE_CORPUS.
EVERY = 1 if os.environ.get("ARAZZO_WHOLE_CORPUS") else 20


def lines(*flows: Flow) -> list[str]:
    return [line.strip() for line in mermaid(flows).splitlines()]


def test_steps_with_method_and_path_and_their_ways(tmp_path: Path) -> None:
    gone = action("gone", "end", "$statusCode == 410")
    text = lines(charted(tmp_path, step("a", operationId="placeOrder"), step("b", onFailure=[gone])))
    assert text[1] == "flowchart TD"
    assert 'subgraph w1["w"]' in text
    assert 'w1n1["a<br/>POST /orders"]' in text
    assert "w1n1 --> w1n2" in text
    assert 'w1n2 -.->|"gone: $statusCode == 410"| w1n4' in text
    assert 'w1n4(["ended"]):::bad' in text
    assert "linkStyle 3 stroke:#d1242f" in text


def test_ways_between_the_same_steps_are_one(tmp_path: Path) -> None:
    on = action("on", "goto", "$statusCode == 200", stepId="b")
    text = lines(charted(tmp_path, step("a", onSuccess=[on]), step("b")))
    assert 'w1n1 -->|"on: $statusCode == 200<br/>otherwise"| w1n2' in text
    assert "w1n1 --> w1n2" not in text


def test_a_loop_goes_through_its_label_and_counts_twice(tmp_path: Path) -> None:
    again = action("busy", "retry", retryAfter=2)
    text = lines(charted(tmp_path, step("a", onFailure=[again, action("stop", "end")])))
    assert 'w1n1 -.- w1n1r["busy<br/>retry after 2 s, at most<br/>once"]:::label' in text
    assert "w1n1r -.-> w1n1" in text
    assert {"linkStyle 4 stroke:#d1242f", "linkStyle 2,3 stroke:#bf8700"} <= set(text)


def test_what_every_step_has_is_drawn_once(tmp_path: Path) -> None:
    gone = action("gone", "end", "$statusCode == 410")
    text = lines(charted(tmp_path, step("a"), step("b"), failureActions=[gone]))
    assert 'w1n3("any step")' in text
    assert [line for line in text if "gone" in line] == ['w1n3 -.->|"gone: $statusCode == 410"| w1n5']


def test_what_every_retry_runs_first_leads_back_to_any_step(tmp_path: Path) -> None:
    renew = action("renew", "retry", workflowId="other")
    text = lines(charted(tmp_path, step("a"), step("b"), failureActions=[renew]))
    assert [line for line in text if "-.->" in line] == [
        'w1n3 -.->|"renew<br/>retry at most once"| w1n5',
        'w1n5 -.->|"then again"| w1n3',
    ]


def test_ways_between_workflows_lead_to_their_frames(tmp_path: Path) -> None:
    description = described(
        tmp_path,
        {"workflowId": "login", "steps": [step("a")]},
        {"workflowId": "first", "steps": [step("a", workflowId="login")]},
        {"workflowId": "then", "dependsOn": ["first"], "steps": [step("a", onSuccess=[on_to("first")])]},
        {"workflowId": "round", "steps": [step("a", onSuccess=[on_to("round")])]},
    )
    text = lines(*map(flow, description.workflows.values()))
    assert 'w2n1[["a<br/>workflow login"]]' in text
    assert "w2n1 -.-> w1" in text
    assert 'w2 ==>|"runs first"| w3' in text
    assert 'w3n1 -->|"on"| w2' in text
    assert 'w4n1 -->|"on"| w4n0' in text  # no way from inside a frame to the frame itself: that cannot be laid out


def on_to(workflow_id: str) -> dict[str, object]:
    return action("on", "goto", workflowId=workflow_id)


def test_a_workflow_that_is_not_in_the_picture_stands_in_its_caller(tmp_path: Path) -> None:
    renew = action("renew", "retry", workflowId="other")
    text = lines(charted(tmp_path, step("a", onFailure=[renew]), step("b", onSuccess=[on_to("other")])))
    assert 'w1n3[["other"]]' in text
    assert 'w1n1 -.->|"renew<br/>retry at most once"| w1n3' in text
    assert 'w1n3 -.->|"then again"| w1n1' in text
    assert 'w1n2 -->|"on"| w1n3' in text


def test_long_labels_are_broken_and_cut(tmp_path: Path) -> None:
    stop = action("stop", "end", f"$response.body#/{'name/' * 60} == 1")
    chart = charted(tmp_path, step("s" * 200, onSuccess=[stop]))
    (label,) = (line for line in lines(chart) if "stop" in line)
    assert label.count("<br/>") == MOST_LINES  # the last is "otherwise"
    assert "…" in label
    assert len(label) < 180


def test_charts_beyond_the_limits_of_mermaid_are_told(tmp_path: Path) -> None:
    chart = charted(tmp_path, *(step(f"s{number}") for number in range(MOST_EDGES)))
    assert beyond_limits([chart]) == ["a chart of 500 edges is beyond what Mermaid draws by default (499)"]
    assert beyond_limits([charted(tmp_path, step("a"))]) == []


def test_nasty_texts_are_labels_and_nothing_else(tmp_path: Path) -> None:
    charts = nasty_charts(tmp_path)
    for line in lines(*charts)[1:]:
        quoted = line.split('"')
        assert len(quoted) in (1, 3)
        assert line.isprintable()
        assert not any(sign in quoted[1].replace("<br/>", "") for sign in '`<>&%"\\') if len(quoted) == 3 else True
        assert "href" not in quoted[0]
    faults = mermaid_faults([mermaid([chart]) for chart in charts] + [mermaid(charts[:5])])
    assert faults == {}


def test_the_parser_refuses_what_is_no_chart() -> None:
    assert list(mermaid_faults(["flowchart TD\n a --> b", 'flowchart TD\n a["x --> b'])) == [1]


@pytest.mark.skipif(not (CORPUS / "manifest.json").exists(), reason=f"the corpus is not beside the checkout: {CORPUS}")
def test_the_charts_of_the_corpus_parse() -> None:
    texts = dict(corpus())
    assert len(texts) > 900 // EVERY
    faults = mermaid_faults(list(texts.values()))
    assert {list(texts)[place]: fault for place, fault in faults.items()} == {}


def corpus() -> Iterator[tuple[str, str]]:
    """The charts of documents that load."""
    for entry in json.loads((CORPUS / "manifest.json").read_text(encoding="utf-8"))["documents"][::EVERY]:
        try:
            description = load_description(str(CORPUS / entry["path"]), retrieve=local, placed=False)
        except InvalidDescription:
            continue
        yield entry["path"], mermaid([flow(description.workflow(id_)) for id_ in description.workflow_ids])


def local(location: str) -> Retrieved:
    """Read a local file; the network is never asked."""
    try:
        return Retrieved(location, Path(location).read_bytes())
    except (OSError, ValueError) as error:
        raise UnreadableDocument(location, str(error)) from None
