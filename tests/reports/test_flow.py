"""The chart of a workflow: what can follow what (S24-S30, S33), and nothing else."""

from __future__ import annotations

from pathlib import Path

from charted import action, charted, described, edge, step, ways

from arazzo_runner.reports.flow import Edge, Node, flow


def test_a_straight_line(tmp_path: Path) -> None:
    chart = charted(tmp_path, step("a", operationId="placeOrder"), step("b"))
    assert chart.workflow_id == "w"
    assert chart.nodes == (
        Node("start", "start", "w"),
        Node("step:a", "step", "a", "POST", "/orders"),
        Node("step:b", "step", "b", "POST", "/files"),
        Node("end:succeeded", "end", "succeeded"),
    )
    assert chart.edges == (
        Edge("start", "step:a", "next"),
        Edge("step:a", "step:b", "next"),
        Edge("step:b", "end:succeeded", "next"),
    )


def test_s24_steps_stand_in_the_order_in_which_they_run(tmp_path: Path) -> None:
    chart = charted(tmp_path, step("a", dependsOn=["b"]), step("b"))
    assert [node.title for node in chart.nodes if node.kind == "step"] == ["b", "a"]
    assert ("start", "step:b", None) in ways(chart, "next")


class TestAfterSuccess:
    """S25, S26, S29: the first action that holds; else the next step."""

    def test_an_action_with_criteria_leaves_the_next_step_possible(self, tmp_path: Path) -> None:
        again = action("again", "goto", "$statusCode == 202", "$response.body#/n > 1", stepId="a")
        chart = charted(tmp_path, step("a", onSuccess=[again]), step("b"))
        assert ways(chart, "success") == [("step:a", "step:a", "again")]
        assert edge(chart, "again").criteria == ("$statusCode == 202", "$response.body#/n > 1")
        assert ("step:a", "step:b", None) in ways(chart, "next")

    def test_after_an_action_without_criteria_nothing_else_can_follow(self, tmp_path: Path) -> None:
        actions = [action("jump", "goto", stepId="c"), action("never", "end")]
        chart = charted(tmp_path, step("a", onSuccess=actions), step("b"), step("c"))
        assert [way for way in ways(chart, "success", "next") if way[0] == "step:a"] == [("step:a", "step:c", "jump")]

    def test_s29_an_end_is_a_success(self, tmp_path: Path) -> None:
        chart = charted(tmp_path, step("a", onSuccess=[action("stop", "end")]))
        assert ways(chart, "success") == [("step:a", "end:succeeded", "stop")]
        assert ways(chart, "next") == [("start", "step:a", None)]

    def test_a_retry_repeats_the_step(self, tmp_path: Path) -> None:
        poll = action("poll", "retry", "$statusCode == 202", retryAfter=1.5)
        chart = charted(tmp_path, step("a", onSuccess=[poll]))
        assert ways(chart, "retry") == [("step:a", "step:a", "poll")]
        assert edge(chart, "poll").detail == "after 1.5 s"
        assert ("step:a", "end:succeeded", None) in ways(chart, "next")


class TestAfterFailure:
    """S26, S29, S30: a failure without an action fails the workflow, and is not drawn."""

    def test_nothing_is_drawn_without_an_action(self, tmp_path: Path) -> None:
        chart = charted(tmp_path, step("a"), step("b"))
        assert ways(chart, "failure", "retry") == []
        assert "end:failed" not in {node.id for node in chart.nodes}

    def test_s29_an_end_is_ended(self, tmp_path: Path) -> None:
        chart = charted(tmp_path, step("a", onFailure=[action("gone", "end", "$statusCode == 410")]))
        assert ways(chart, "failure") == [("step:a", "end:ended", "gone")]

    def test_s25_those_of_the_workflow_come_after_the_steps_own(self, tmp_path: Path) -> None:
        common = [action("gone", "end"), action("fix", "goto", stepId="b")]
        own = action("gone", "goto", "$statusCode == 410", stepId="b")
        chart = charted(tmp_path, step("a", onFailure=[own]), step("b"), failureActions=common)
        assert ways(chart, "failure") == [
            ("step:a", "step:b", "gone"),
            ("step:a", "step:b", "fix"),
            ("step:b", "end:ended", "gone"),
        ]

    def test_s30_a_retry_says_when_and_how_often(self, tmp_path: Path) -> None:
        retries = [
            action("busy", "retry", "$statusCode == 503", retryAfter=2, retryLimit=3),
            action("once", "retry"),
            action("no", "retry", retryLimit=0),
            action("stop", "end"),
        ]
        chart = charted(tmp_path, step("a", onFailure=retries))
        assert ways(chart, "retry") == [("step:a", "step:a", "busy"), ("step:a", "step:a", "once")]
        assert edge(chart, "busy").detail == "after 2 s, at most 3 times"
        assert edge(chart, "once").detail == "at most once"
        assert ways(chart, "failure") == [("step:a", "end:ended", "stop")]

    def test_s30_what_a_retry_runs_first_leads_back_to_the_step(self, tmp_path: Path) -> None:
        retries = [action("login", "retry", stepId="a"), action("renew", "retry", workflowId="other")]
        chart = charted(tmp_path, step("a"), step("b", onFailure=retries))
        assert ways(chart, "retry") == [
            ("step:b", "step:a", "login"),
            ("step:a", "step:b", "login"),
            ("step:b", "workflow:other", "renew"),
            ("workflow:other", "step:b", "renew"),
        ]

    def test_a_goto_without_a_target_fails(self, tmp_path: Path) -> None:
        chart = charted(tmp_path, step("a", onFailure=[action("lost", "goto", stepId="nowhere")]))
        assert ways(chart, "failure") == [("step:a", "end:failed", "lost")]


class TestWorkflows:
    """S28, S33, S34: what calls, follows and comes before a workflow."""

    def test_a_step_that_calls_a_workflow(self, tmp_path: Path) -> None:
        chart = charted(tmp_path, step("a", workflowId="other"))
        node = next(node for node in chart.nodes if node.id == "step:a")
        assert (node.method, node.path, node.note) == (None, None, "workflow other")
        assert ways(chart, "calls") == [("step:a", "workflow:other", None)]
        assert ("step:a", "end:succeeded", None) in ways(chart, "next")

    def test_s28_a_goto_hands_over_for_good(self, tmp_path: Path) -> None:
        chart = charted(tmp_path, step("a", onSuccess=[action("on", "goto", workflowId="other")]))
        assert ways(chart, "success") == [("step:a", "workflow:other", "on")]
        assert "end:succeeded" not in {node.id for node in chart.nodes}

    def test_s33_a_dependency_runs_before_the_start(self, tmp_path: Path) -> None:
        chart = charted(tmp_path, step("a", workflowId="other"), dependsOn=["other"])
        assert chart.nodes[0] == Node("workflow:other", "workflow", "other", document=chart.document)
        assert ways(chart, "depends") == [("workflow:other", "start", None)]
        assert [node.id for node in chart.nodes].count("workflow:other") == 1


def test_what_is_broken_is_drawn_as_it_is(tmp_path: Path) -> None:
    steps = [step("a", operationId="placeOrdr"), step("a")]
    chart = flow(next(iter(described(tmp_path, {"workflowId": "w", "steps": steps}).workflows.values())))
    first, second = (node for node in chart.nodes if node.kind == "step")
    assert (first.id, first.note) == ("step:a", "placeOrdr (not found)")
    assert (second.id, second.path) == ("step:a#2", "/files")


def test_a_pattern_is_shown_with_what_it_looks_at(tmp_path: Path) -> None:
    criterion = {"context": "$response.header.State", "condition": "^(open|new)$", "type": "regex"}
    stop = {"name": "stop", "type": "end", "criteria": [criterion]}
    assert edge(charted(tmp_path, step("a", onSuccess=[stop])), "stop").criteria == (
        "$response.header.State matches ^(open|new)$",
    )


def test_s10_literal_values_can_be_hidden_and_names_stay(tmp_path: Path) -> None:
    own = action("hunter22", "goto", "$response.body#/t == 'hunter22'", stepId="hunter22")
    chart = charted(tmp_path, step("hunter22", onSuccess=[own])).redacted(lambda text: text.replace("hunter22", "***"))
    (found,) = (each for each in chart.edges if each.kind == "success")
    assert found == Edge("step:hunter22", "step:hunter22", "success", "hunter22", ("$response.body#/t == '***'",))
