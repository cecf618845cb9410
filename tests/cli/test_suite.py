"""`arazzo run --all`: documents as a test suite: their order, what stops it, what it says and what it comes to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Barrier

import pytest
from report_readers import junit

API = """\
openapi: 3.0.3
info: {title: T, version: '1'}
servers: [{url: 'http://127.0.0.1:9', variables: {}}]
paths:
  /{name}:
    get:
      operationId: look
      parameters: [{name: name, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
"""


def document(*names: str, inputs: str = "", source: str = "api") -> str:
    """A document of workflows that each get ``/NAME`` and want 200."""
    text = "arazzo: 1.0.1\ninfo: {title: T, version: '1'}\nsourceDescriptions:\n"
    text += f"- {{name: {source}, url: api.yml, type: openapi}}\nworkflows:\n"
    for name in names:
        text += f"- workflowId: {name}\n"
        text += f"  inputs: {{type: object, {inputs}}}\n" if inputs else ""
        text += "  steps:\n  - stepId: look\n    operationId: look\n"
        text += f"    parameters: [{{name: name, in: path, value: {name}}}]\n"
        text += "    successCriteria: [{condition: $statusCode == 200}]\n    outputs: {id: $response.body#/id}\n"
        text += "  outputs: {id: $steps.look.outputs.id}\n"
    return text


@pytest.fixture
def suite(arazzo, shop, tmp_path: Path, monkeypatch):
    """Writes documents beside each other, and runs all of them, or those that are named."""
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "api.yml").write_text(API)

    def call(documents: dict[str, str], *options: str, server: bool = True):
        for name, text in documents.items():
            (tmp_path / "flows" / name).write_text(text)
        monkeypatch.chdir(tmp_path)
        files = [] if any(option.startswith("flows") for option in options) else ["flows"]
        return arazzo("run", "--all", *files, *options, *(("--server", shop.url) if server else ()))

    return call


ONE, TWO = {"a.yml": document("first", "second")}, {"a.yml": document("first", "second"), "b.yml": document("third")}


def paths(shop) -> list[str]:
    return [path for _, path, _, _ in shop.sent]


class TestShape:
    """stdout and the summary."""

    def test_several_documents_give_their_outputs_by_file_and_workflow(self, suite) -> None:
        result = suite(TWO)
        assert result.exit_code == 0, result.stderr
        one = {"id": "o-1"}
        assert json.loads(result.stdout) == {
            "flows/a.yml": {"first": one, "second": one},
            "flows/b.yml": {"third": one},
        }

    def test_one_file_gives_its_outputs_by_workflow_and_a_folder_of_one_by_file(self, suite) -> None:
        by_workflow = {"first": {"id": "o-1"}, "second": {"id": "o-1"}}
        assert json.loads(suite(ONE, "flows/a.yml").stdout) == by_workflow
        assert json.loads(suite(ONE).stdout) == {"flows/a.yml": by_workflow}

    def test_the_summary(self, suite, shop) -> None:
        shop.answers["GET /second"] = (500, {})
        result = suite(TWO)
        assert result.exit_code == 1
        *_, file_a, first, second, file_b, third, totals = result.stderr.splitlines()
        assert (file_a, file_b) == ("flows/a.yml", "flows/b.yml")
        assert first.startswith("  ✓ first ")
        assert second.startswith("  ✗ second ")
        assert "step 'look' failed: " in second
        assert third.startswith("  ✓ third ")
        assert totals.startswith("2 files, 3 workflows: 2 succeeded, 1 failed in ")

    def test_quiet_says_nothing_of_a_success_and_names_what_failed(self, suite, shop) -> None:
        assert suite(TWO, "-q").stderr == ""
        shop.answers["GET /third"] = (500, {})
        errors = suite(TWO, "-q").stderr
        assert "✗ third" in errors
        assert "first" not in errors

    def test_a_report_holds_every_run_in_order(self, suite) -> None:
        report = json.loads(suite(TWO, "--format", "json").stdout)
        runs = [(run["document"], run["workflowId"], run["status"]) for run in report["runs"]]
        assert runs == [
            ("flows/a.yml", "first", "succeeded"),
            ("flows/a.yml", "second", "succeeded"),
            ("flows/b.yml", "third", "succeeded"),
        ]

    def test_findings_and_places_are_those_of_the_own_document(self, suite, shop) -> None:
        shop.answers["GET /third"] = (500, {})
        odd = document("odd").replace("value: odd", 'value: "a $inputs.none"')
        report = json.loads(suite({**TWO, "0.yml": odd}, "--format", "json", "--allow-invalid").stdout)
        found = {
            run["workflowId"]: {one["file"] for one in run["diagnostics"] if one["file"]} for run in report["runs"]
        }
        assert found["odd"] == {"flows/0.yml"}
        assert found["first"] == found["third"] == set()
        (failed,) = [run for run in report["runs"] if run["workflowId"] == "third"]
        assert (failed["error"]["at"]["file"], failed["error"]["at"]["line"]) == ("flows/b.yml", 11)

    def test_a_document_is_run_once_however_its_path_is_spelled(self, suite, shop, tmp_path: Path) -> None:
        result = suite(ONE, "flows/a.yml", "./flows/a.yml", str(tmp_path / "flows" / "a.yml"), "flows")
        assert list(json.loads(result.stdout)) == ["flows/a.yml"]
        assert paths(shop) == ["/first", "/second"]


class TestWhatCannotRun:
    """A document that cannot run is a failed entry; the others run on."""

    BROKEN = document("broken", "sound").replace("operationId: look", "operationId: lok", 1)

    def test_s6_a_document_with_errors(self, suite, tmp_path: Path) -> None:
        reports = ("--report", f"junit={tmp_path}/j", "--report", f"json={tmp_path}/r")
        result = suite({"0.yml": self.BROKEN, **TWO}, *reports)
        assert result.exit_code == 1
        assert list(json.loads(result.stdout)) == ["flows/a.yml", "flows/b.yml"]
        assert "flows/0.yml:9:18: error[unknown-operation]" in result.stderr
        assert "  ✗ could not run: source 'api' has no operation 'lok'" in result.stderr
        assert "3 files, 5 workflows: 3 succeeded, 2 could not run in " in result.stderr
        runs = json.loads((tmp_path / "r").read_text())["runs"]
        assert [(run["workflowId"], run["status"]) for run in runs[:3]] == [
            ("broken", "failed"),
            ("sound", "failed"),
            ("first", "succeeded"),
        ]
        assert runs[0]["error"]["code"] == "invalid-document"
        assert runs[0]["error"]["at"]["line"] == 9
        suites = junit((tmp_path / "j").read_text())
        assert [suites[f"flows/0.yml.{name}"].errors for name in ("broken", "sound")] == [1, 1]

    @pytest.mark.parametrize(
        ("text", "code"), [("arazzo: [", "invalid-document"), (None, "unreadable"), ("a: 1", "invalid-document")]
    )
    def test_a_document_that_cannot_be_read(self, suite, text: str | None, code: str) -> None:
        documents = TWO if text is None else {**TWO, "c.yml": text}
        result = suite(documents, "flows/c.yml", "flows/b.yml", "--format", "json")
        assert result.exit_code == 1
        unread, third = json.loads(result.stdout)["runs"]
        assert (unread["document"], unread["workflowId"], unread["status"]) == ("flows/c.yml", "*", "failed")
        assert unread["error"]["code"] == code
        assert third["status"] == "succeeded"

    def test_where_nothing_ran_nothing_was_done(self, suite, shop) -> None:
        result = suite({"0.yml": self.BROKEN})
        assert (result.exit_code, result.stdout) == (2, "")
        assert shop.sent == []

    def test_a_folder_without_documents(self, suite, shop) -> None:
        result = suite({})
        assert result.exit_code == 2
        assert "there is no Arazzo document in this folder" in result.stderr

    def test_what_this_version_cannot_do(self, suite) -> None:
        asynchronous = (
            "arazzo: 1.1.0\ninfo: {title: T, version: '1'}\n"
            "sourceDescriptions: [{name: bus, url: bus.yml, type: asyncapi}]\nworkflows:\n"
            "- workflowId: hear\n  steps: [{stepId: s, operationId: hear, action: receive}]\n"
        )
        result = suite({**TWO, "0.yml": asynchronous})
        assert result.exit_code == 1
        assert list(json.loads(result.stdout)) == ["flows/a.yml", "flows/b.yml"]


class TestInputs:
    """Given inputs are for those that declare them."""

    COLOURS = document("paint", inputs="required: [colour], properties: {colour: {type: string}}")

    def test_s8_each_workflow_takes_those_that_it_declares(self, suite) -> None:
        report = json.loads(suite({**TWO, "c.yml": self.COLOURS}, "-i", "colour=red", "--format", "json").stdout)
        assert {run["workflowId"]: run["inputs"] for run in report["runs"]} == {
            "first": {},
            "second": {},
            "third": {},
            "paint": {"colour": "red"},
        }

    def test_s8_one_that_nobody_declares_is_an_error_before_anything_is_sent(self, suite, shop) -> None:
        result = suite({**TWO, "c.yml": self.COLOURS}, "-i", "color=red")
        assert result.exit_code == 2
        assert "'color'" in result.stderr
        assert shop.sent == []

    def test_a_missing_input_keeps_one_document_from_running(self, suite, shop) -> None:
        result = suite({**TWO, "c.yml": self.COLOURS})
        assert result.exit_code == 1
        assert "missing required input 'colour': give -i colour=... or set ARAZZO_INPUT_COLOUR" in result.stderr
        assert len(shop.sent) == 3

    def test_sources_are_for_those_that_have_them(self, suite, tmp_path: Path) -> None:
        (tmp_path / "other.yml").write_text(API)
        other = document("fourth", source="other").replace("url: api.yml", "url: nowhere.yml")
        result = suite({**TWO, "d.yml": other}, "--source", f"other={tmp_path}/other.yml")
        assert result.exit_code == 0, result.stderr

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (("--server", "nobody=http://127.0.0.1:9"), "--server: the document has no source 'nobody'"),
            (("--server-var", "region=eu"), "--server-var: the servers have no variable 'region'"),
        ],
    )
    def test_what_fits_no_document(self, suite, shop, options: tuple[str, str], message: str) -> None:
        result = suite(TWO, *options)
        assert result.exit_code == 2
        assert message in result.stderr
        assert shop.sent == []


class TestFailFast:
    """`--fail-fast`: nothing begins after the first that does not succeed."""

    def test_the_rest_is_told_and_skipped(self, suite, shop, tmp_path: Path) -> None:
        shop.answers["GET /first"] = (500, {})
        result = suite(TWO, "--fail-fast", "--report", f"junit={tmp_path}/j")
        assert result.exit_code == 1
        assert paths(shop) == ["/first"]
        assert json.loads(result.stdout) == {"flows/a.yml": {"first": {}}}
        assert "· second" in result.stderr
        assert "not run: --fail-fast stopped the suite after 'first' of 'flows/a.yml'" in result.stderr
        assert "2 files, 3 workflows: 1 failed, 2 not run in " in result.stderr
        suites = junit((tmp_path / "j").read_text())
        assert {name: (one.tests, one.failures, one.errors, one.skipped) for name, one in suites.items()} == {
            "flows/a.yml.first": (1, 1, 0, 0),
            "flows/a.yml.second": (1, 0, 0, 1),
            "flows/b.yml.third": (1, 0, 0, 1),
        }

    def test_a_document_that_cannot_run_stops_it(self, suite, shop) -> None:
        result = suite({"0.yml": TestWhatCannotRun.BROKEN, **TWO}, "--fail-fast")
        assert result.exit_code == 2
        assert shop.sent == []
        assert "--fail-fast stopped the suite after 'flows/0.yml'" in result.stderr

    def test_markdown_calls_it_not_run_as_the_summary_does(self, suite, shop, tmp_path: Path) -> None:
        shop.answers["GET /first"] = (500, {})
        suite(TWO, "--fail-fast", "--report", f"markdown={tmp_path}/m")
        lines = (tmp_path / "m").read_text().splitlines()
        assert lines[0] == "## ❌ 3 workflows: 1 failed, 2 not run"
        assert "### ⏭️ `second` not run" in lines

    def test_a_success_does_not(self, suite) -> None:
        assert suite(TWO, "--fail-fast").exit_code == 0


class TestJobs:
    """`-j N`: files at a time; what is reported does not depend on which ends first."""

    def test_files_run_at_the_same_time(self, suite, shop) -> None:
        both = Barrier(2, timeout=20)
        shop.answers["GET /first"] = shop.answers["GET /third"] = (200, Together(both))
        assert suite(TWO, "-j", "2").exit_code == 0

    def test_the_order_is_that_of_the_documents(self, suite, shop, tmp_path: Path) -> None:
        shop.answers["GET /first"] = (200, Slow(0.3))
        reports = ("--report", f"jsonl={tmp_path}/e", "--report", f"junit={tmp_path}/j")
        result = suite(TWO, "-j", "4", *reports)
        assert paths(shop)[-1] == "/second"
        assert list(json.loads(result.stdout)) == ["flows/a.yml", "flows/b.yml"]
        events = [json.loads(one) for one in (tmp_path / "e").read_text().splitlines()]
        started = [(one["document"], one["workflowId"]) for one in events if one["event"] == "WorkflowStarted"]
        assert started == [("flows/a.yml", "first"), ("flows/a.yml", "second"), ("flows/b.yml", "third")]
        ends = [index for index, one in enumerate(events) if one["event"] == "WorkflowFinished"]
        assert [events[index + 1]["seq"] for index in ends[:-1]] == [0, 0]
        assert list(junit((tmp_path / "j").read_text())) == [f"{file}.{id_}" for file, id_ in started]

    def test_what_a_file_says_stands_together(self, suite, shop) -> None:
        shop.answers["GET /first"] = (200, Slow(0.3))
        lines = suite(TWO, "-j", "2").stderr.splitlines()
        begin = [lines.index(file) for file in ("flows/b.yml", "flows/a.yml")]
        assert begin == sorted(begin)
        assert [text for text in lines[begin[1] : lines.index("")] if "third" in text] == []

    def test_s10_secrets_of_one_document_are_hidden_in_all(self, suite, shop, tmp_path: Path) -> None:
        secret = "s3kret-of-the-suite"
        shop.answers["GET /third"] = (200, {"id": f"you sent {secret}"})
        documents = {**TWO, "c.yml": document("paint", inputs="properties: {token: {type: string}}")}
        reports = ("--report", f"json={tmp_path}/r", "--report", f"jsonl={tmp_path}/e")
        result = suite(documents, "-j", "3", "-v", "-i", f"token={secret}", *reports)
        assert result.exit_code == 0
        assert secret not in result.output + (tmp_path / "r").read_text() + (tmp_path / "e").read_text()

    def test_s10_a_password_in_the_url_of_a_document(self, suite) -> None:
        result = suite(TWO, "http://me:pa55word@127.0.0.1:9/flow.yml", "flows/a.yml", "--format", "json")
        assert result.exit_code == 1
        assert "pa55word" not in result.output


class TestUsage:
    """What is refused before anything is read."""

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("orders.arazzo.yml", "--fail-fast"), "--fail-fast belongs to --all"),
            (("orders.arazzo.yml", "-j", "2"), "--jobs belongs to --all"),
            (("orders.arazzo.yml", "broken.arazzo.yml"), "arazzo run --all takes several files"),
            (("orders.arazzo.yml", "a", "b"), "give --all to run each workflow of several files"),
            (("-", "-", "--all", "--inputs", "-"), "stdin is read once"),
            ((), "Missing argument"),
        ],
    )
    def test_it_is_said(self, arazzo, arguments: tuple[str, ...], message: str) -> None:
        result = arazzo("run", *arguments)
        assert result.exit_code == 2
        assert message in result.stderr


class TestCutOff:
    """A suite that is told to stop writes what it knows."""

    @pytest.mark.parametrize("ignoring", [False, True], ids=["", "in the background"])
    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_interrupted_or_terminated(self, suite, shop, tmp_path: Path, number, code, jobs, ignoring) -> None:
        if ignoring and number == signal.SIGINT:
            pytest.skip("it is ignored")
        suite({**TWO, "c.yml": document("fourth")}, "flows/b.yml")  # writes them
        del shop.sent[:]
        for name in ("first", "third"):
            shop.answers[f"GET /{name}"] = (200, Slow(5))
        program = [sys.executable, "-m", "arazzo_runner", "run", "--all", "flows", "-j", jobs, "--server", shop.url]
        shell = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"] if ignoring else []
        process = subprocess.Popen(
            [*shell, *program, "--report", f"json={tmp_path}/r"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 30
        while len(shop.sent) < int(jobs) and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(process.pid, number)
        stdout, stderr = process.communicate(timeout=30)
        assert (process.returncode, stdout) == (code, ""), stderr
        assert "Traceback" not in stderr
        runs = json.loads((tmp_path / "r").read_text())["runs"]
        found = {run["workflowId"]: (run["status"], run["error"]["code"]) for run in runs}
        third = "cancelled" if jobs == "2" else "not-run"
        assert found == {
            "first": ("cancelled", "cancelled"),
            "second": ("cancelled", "not-run"),
            "third": ("cancelled", third),
            "fourth": ("cancelled", "not-run"),
        }
        assert "3 files, 4 workflows: " in stderr


class Slow(dict[str, str]):
    """An answer that takes its time to be written, in seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(id="o-1")
        self.seconds = seconds

    def items(self):  # json.dumps asks for them
        time.sleep(self.seconds)
        return super().items()


class Together(dict[str, str]):
    """An answer that is written when another is asked for at the same time."""

    def __init__(self, both: Barrier) -> None:
        super().__init__(id="o-1")
        self.both = both

    def items(self):
        self.both.wait()
        return super().items()
