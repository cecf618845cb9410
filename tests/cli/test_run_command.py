"""`arazzo run` keeps its contract: exit codes, stdout for the result alone, inputs, reports, no secrets anywhere."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ORDER = ("run", "orders.arazzo.yml", "place-order")
SECRET = "sekret/token+1"
GIVEN = ("-i", f"token={SECRET}", "-i", "item=tea")


def exit_and_errors(result) -> tuple[int, str]:
    assert "Traceback" not in result.stderr
    return result.exit_code, result.stderr


class TestOutcome:
    """stdout has the outputs and nothing else; the exit code says how it went."""

    def test_succeeded(self, arazzo, shop) -> None:
        result = arazzo(*ORDER, *GIVEN, "--server", shop.url)
        assert result.exit_code == 0
        assert json.loads(result.stdout) == {"id": "o-1", "state": "done"}
        assert re.search(r"✓ place +POST /orders +200", result.stderr)
        assert re.search(r"succeeded in .*: 2 steps, 2 requests", result.stderr)

    def test_failed(self, arazzo, shop) -> None:
        shop.answers["GET /orders/o-1"] = (200, {"id": "o-1", "state": "open"})
        code, errors = exit_and_errors(result := arazzo(*ORDER, *GIVEN, "--server", shop.url))
        assert code == 1
        assert json.loads(result.stdout) == {"id": "o-1", "state": "open"}
        assert "criterion  $response.body#/state == 'done'" in errors
        assert f"request    GET {shop.url}/orders/o-1" in errors
        assert "orders.arazzo.yml:33:7" in errors
        assert "   33 |     - condition: $response.body#/state == 'done'" in errors

    def test_ended_by_an_action_of_the_document(self, arazzo, shop) -> None:
        shop.answers["GET /orders/o-1"] = (410, {})
        code, errors = exit_and_errors(arazzo(*ORDER, *GIVEN, "--server", shop.url))
        assert code == 3
        assert "ended in" in errors

    def test_s15_a_body_labelled_json_that_is_none_is_said(self, arazzo, shop) -> None:
        shop.raw["POST /orders"] = b'{"id":'
        result = arazzo(*ORDER, *GIVEN, "--server", shop.url, "--format", "json")
        assert result.exit_code == 1
        assert "! step 'place': " in result.stderr
        notes = [one["message"] for one in json.loads(result.stdout)["runs"][0]["diagnostics"]]
        assert any(note.startswith("step 'place': ") and "JSON" in note for note in notes)

    def test_s15_a_failed_step_names_what_is_wrong_with_its_answer(self, arazzo, shop) -> None:
        shop.raw["GET /orders/o-1"] = b'{"id":'
        errors = arazzo(*ORDER, *GIVEN, "--server", shop.url).stderr
        assert re.search(r"^  note +.*JSON", errors, re.MULTILINE)
        assert "! step 'look'" not in errors

    def test_no_answer(self, arazzo) -> None:
        code, errors = exit_and_errors(arazzo(*ORDER, *GIVEN, "--server", "http://127.0.0.1:9"))
        assert code == 1
        assert "connect" in errors

    def test_quiet_says_nothing_of_a_success(self, arazzo, shop) -> None:
        result = arazzo(*ORDER, *GIVEN, "--server", shop.url, "-q")
        assert (result.exit_code, result.stderr) == (0, "")

    def test_verbose_shows_the_messages_without_secrets(self, arazzo, shop) -> None:
        errors = arazzo(*ORDER, *GIVEN, "--server", shop.url, "-v").stderr
        assert f"> POST {shop.url}/orders" in errors
        assert "Authorization: ***" in errors
        assert '"item": "tea"' in errors
        assert SECRET not in errors

    def test_mocked_nothing_is_sent_and_nothing_has_to_be_given(self, arazzo, shop) -> None:
        result = arazzo(*ORDER, "--mock", "--server", shop.url)
        assert result.exit_code == 0
        assert json.loads(result.stdout)["state"] == "done"
        assert shop.sent == []

    def test_all_workflows_give_their_outputs_by_id(self, arazzo, shop) -> None:
        result = arazzo("run", "orders.arazzo.yml", "--all", *GIVEN, "-i", "file=x", "--server", shop.url)
        assert result.exit_code == 0, result.stderr
        assert json.loads(result.stdout) == {"place-order": {"id": "o-1", "state": "done"}, "upload": {}}

    def test_what_the_server_gets(self, arazzo, shop) -> None:
        arazzo(*ORDER, *GIVEN, "-i", "count=3", "--server", f"shop={shop.url}/base/", "-H", "X-Trace: t 1")
        method, path, headers, body = shop.sent[0]
        assert (method, path) == ("POST", "/base/orders")
        assert headers["Authorization"] == f"Bearer {SECRET}"
        assert headers["X-Trace"] == "t 1"
        assert json.loads(body) == {"item": "tea", "count": 3}


class TestNothingDone:
    """Exit 2: usage, unreadable or invalid document, invalid inputs. Nothing is sent, nothing is on stdout."""

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("orders.arazzo.yml",), "the document has 2 workflows; name one of them, or give --all:"),
            (("orders.arazzo.yml", "place-ordr"), "did you mean 'place-order'?"),
            (("orders.arazzo.yml", "place-order", "--all"), "not both"),
            (("nothing.yml",), "cannot read 'nothing.yml'"),
            (
                ("orders.arazzo.yml", "place-order"),
                "missing required input 'token': give -i token=... or set ARAZZO_INPUT_TOKEN",
            ),
            ((*ORDER[1:], "-i", "token=t", "-i", "item=x"), "'item': expected at least 2 characters"),
            ((*ORDER[1:], "-i", "tokn=t"), "'tokn' is not an input of workflow 'place-order'; did you mean 'token'?"),
            ((*ORDER[1:], *GIVEN, "-i", "count=many"), """'count' takes an integer, found the text "many\""""),
            ((*ORDER[1:], *GIVEN, "-i", "count:=[1"), "--input count:=... takes JSON, and this is none"),
            ((*ORDER[1:], *GIVEN, "-i", "note=@nothing.txt"), "cannot read 'nothing.txt'"),
            ((*ORDER[1:], *GIVEN, "-i", "=x"), "found no name"),
            ((*ORDER[1:], *GIVEN, "--inputs", "api.yml"), "'openapi' is not an input"),
            ((*ORDER[1:], *GIVEN, "--server", "localhost"), "--server takes [SOURCE=]URL with an absolute"),
            ((*ORDER[1:], *GIVEN, "--server", "ftp://h"), "--server takes [SOURCE=]URL with an absolute http(s) URL"),
            ((*ORDER[1:], *GIVEN, "--server", "http://h:99999"), "absolute http(s) URL, found 'http://h:99999'"),
            ((*ORDER[1:], *GIVEN, "--server", "http://[h"), "absolute http(s) URL"),
            ((*ORDER[1:], *GIVEN, "--server", "http://me:pw@h:0"), "found 'http://***@h:0'"),
            ((*ORDER[1:], *GIVEN, "--server-var", "nosuch=1"), "have no variable 'nosuch'; they have 'shop.stage'"),
            ((*ORDER[1:], *GIVEN, "--server-var", "zz.stage=1"), "have no variable 'zz.stage'"),
            ((*ORDER[1:], *GIVEN, "--server-var", "stage=v9"), "'stage' takes 'v1' or 'v2', found 'v9'"),
            ((*ORDER[1:], *GIVEN, "--server-var", "shop.stage=v9"), "'shop.stage' takes 'v1' or 'v2', found 'v9'"),
            ((*ORDER[1:], *GIVEN, "--timeout", "nan"), "nan is not a number of seconds"),
            ((*ORDER[1:], *GIVEN, "--ca", "api.yml"), "the CA file 'api.yml' cannot be used"),
            ((*ORDER[1:], *GIVEN, "--cert", "api.yml"), "the client certificate in 'api.yml' cannot be used"),
            (("-", "place-order", "--inputs", "-"), "stdin is read once"),
            ((*ORDER[1:], *GIVEN, "-i", "count:=yes"), "--input count:=... takes JSON, and this is none at line 1"),
            ((*ORDER[1:], *GIVEN, "-i", "count:=NaN"), "--input count:=... takes JSON, and this is none"),
            ((*ORDER[1:], *GIVEN, "-i", "count:=1e999"), "--input count:=... takes JSON, and this is none"),
            ((*ORDER[1:], *GIVEN, "--server", "store=http://h"), "the document has no source 'store'; it has 'shop'"),
            ((*ORDER[1:], *GIVEN, "-H", "nonsense"), "--header takes 'NAME: VALUE'"),
            (
                (*ORDER[1:], *GIVEN, "--report", "pdf=x"),
                "there is no report kind 'pdf'; available: har, html, json, jsonl, junit, markdown",
            ),
            ((*ORDER[1:], *GIVEN, "--report", "json=no/such/folder/x"), "there is no folder 'no/such/folder'"),
            ((*ORDER[1:], *GIVEN, "--report", "json=-", "--format", "jsonl"), "stdout takes one report"),
            ((*ORDER[1:], *GIVEN, "--key", "api.yml"), "--key belongs to --cert"),
            (("broken.arazzo.yml", "broken"), "broken.arazzo.yml:9:18: error[unknown-operation]"),
        ],
    )
    def test_it_says_what_is_wrong(self, arazzo, shop, arguments: tuple[str, ...], message: str) -> None:
        more = () if "--server" in arguments else ("--server", shop.url)
        result = arazzo("run", *arguments, *more)
        code, errors = exit_and_errors(result)
        assert message in errors
        assert code == 2
        assert result.stdout == ""
        assert shop.sent == []

    def test_s6_an_error_has_its_line_of_the_document_and_a_hint(self, arazzo) -> None:
        errors = arazzo("run", "broken.arazzo.yml", "broken").stderr
        assert "    9 |     operationId: placeOrdr\n      |                  ^^^^^^^^^\n" in errors
        assert "placeOrder" in errors

    @pytest.mark.parametrize("arguments", [("--all",), (), ("w",)])
    @pytest.mark.parametrize(
        ("changed", "codes"),
        [
            ({"arazzo": "2.0.0"}, 1),
            ({"workflows": []}, 1),
            ({"arazzo": "2.0.0", "workflows": []}, 2),
            ({"info": {}}, 2),
        ],
    )
    def test_s1_s6_errors_of_the_whole_document_stop_every_run(
        self, arazzo, changed: dict[str, object], codes: int, arguments: tuple[str, ...]
    ) -> None:
        document = {
            "arazzo": "1.0.1",
            "info": {"title": "t", "version": "1"},
            "sourceDescriptions": [{"name": "shop", "url": "api.yml", "type": "openapi"}],
            "workflows": [{"workflowId": "w", "steps": [{"stepId": "s", "operationId": "uploadFile"}]}],
        }
        result = arazzo("run", "-", *arguments, stdin=json.dumps(document | changed))
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.count("error[") == codes, result.stderr

    def test_s6_another_workflow_of_a_broken_document_runs(self, arazzo, shop) -> None:
        assert arazzo("run", "broken.arazzo.yml", "sound", "--server", shop.url).exit_code == 0

    def test_s6_with_all_the_error_of_one_stops_all(self, arazzo, shop) -> None:
        assert arazzo("run", "broken.arazzo.yml", "--all", "--server", shop.url).exit_code == 2
        assert shop.sent == []

    def test_s6_allow_invalid_runs_it(self, arazzo, shop) -> None:
        assert arazzo("run", "broken.arazzo.yml", "broken", "--allow-invalid", "--server", shop.url).exit_code == 1

    def test_a_secret_is_not_in_a_usage_error(self, arazzo) -> None:
        for option in (("-i", SECRET), ("-H", SECRET), ("-i", f"token:={SECRET}")):
            result = arazzo(*ORDER, *option)
            assert result.exit_code == 2
            assert SECRET not in result.output


class TestInputs:
    """Where inputs come from (S8, S9)."""

    def sent(self, shop) -> object:
        return json.loads(shop.sent[0][3])

    def test_text_of_a_file(self, arazzo, shop, tmp_path: Path) -> None:
        (tmp_path / "note.txt").write_text("two\nlines é\n", encoding="utf-8")
        arazzo(*ORDER, *GIVEN, "-i", f"note=@{tmp_path}/note.txt", "--server", shop.url)
        assert self.sent(shop) == {"item": "tea", "count": 1, "note": "two\nlines é\n"}

    def test_a_file_that_is_not_text_is_sent_as_a_file(self, arazzo, shop, tmp_path: Path) -> None:
        (tmp_path / "dot.png").write_bytes(b"\x89PNG\xff\x00")
        result = arazzo("run", "orders.arazzo.yml", "upload", "-i", f"file=@{tmp_path}/dot.png", "--server", shop.url)
        assert result.exit_code == 0, result.stderr
        body = shop.sent[0][3]
        assert b'filename="dot.png"' in body
        assert b"\x89PNG\xff\x00" in body

    def test_raw_json(self, arazzo, shop) -> None:
        arazzo(*ORDER, "-i", f"token={SECRET}", "-i", 'item:="5"', "-i", "count:=2", "--server", shop.url)
        assert arazzo(*ORDER, *GIVEN, "-i", "item:=5", "--server", shop.url).exit_code == 2
        assert len(shop.sent) == 0 or self.sent(shop)["count"] == 2

    def test_a_file_of_inputs_and_the_option_wins(self, arazzo, shop, tmp_path: Path) -> None:
        (tmp_path / "in.yml").write_text(f"token: {SECRET}\nitem: coffee\ncount: 4\n")
        arazzo(*ORDER, "--inputs", f"{tmp_path}/in.yml", "-i", "item=tea", "--server", shop.url)
        assert self.sent(shop) == {"item": "tea", "count": 4}

    def test_inputs_from_stdin(self, arazzo, shop) -> None:
        arazzo(*ORDER, "--inputs", "-", "--server", shop.url, stdin=json.dumps({"token": "t", "item": "tea"}))
        assert self.sent(shop) == {"item": "tea", "count": 1}

    def test_s9_required_inputs_from_the_environment(self, arazzo, shop) -> None:
        environment = {"ARAZZO_INPUT_TOKEN": SECRET, "ARAZZO_INPUT_item": "tea"}
        result = arazzo(*ORDER, "--server", shop.url, "-v", env=environment)
        assert result.exit_code == 0
        assert shop.sent[0][2]["Authorization"] == f"Bearer {SECRET}"
        assert SECRET not in result.output

    def test_a_document_from_stdin(self, arazzo, shop) -> None:
        document = Path("orders.arazzo.yml").read_bytes()
        result = arazzo("run", "-", "place-order", *GIVEN, "--server", shop.url, stdin=document)
        assert result.exit_code == 0, result.stderr


class TestReports:
    """`--report` and `--format`."""

    def test_the_report_on_stdout(self, arazzo, shop) -> None:
        report = json.loads(arazzo(*ORDER, *GIVEN, "--server", shop.url, "--format", "json").stdout)
        (run,) = report["runs"]
        assert report["version"] == 1
        assert run["document"] == "orders.arazzo.yml"
        assert run["inputs"] == {"token": "***", "item": "tea", "count": 1}
        assert [step["stepId"] for step in run["steps"]] == ["place", "look"]
        assert run["steps"][0]["attempts"][0]["request"]["body"] == {"item": "tea", "count": 1}

    def test_a_report_in_a_file_and_the_outputs_on_stdout(self, arazzo, shop, tmp_path: Path) -> None:
        shop.answers["GET /orders/o-1"] = (500, {})
        target = tmp_path / "r.json"
        target.write_text("old")
        result = arazzo(*ORDER, *GIVEN, "--server", shop.url, "--report", f"json={target}")
        assert json.loads(result.stdout) == {"id": "o-1"}
        assert json.loads(target.read_text())["runs"][0]["status"] == "failed"
        assert [one.name for one in tmp_path.iterdir()] == ["r.json"]

    def test_a_report_on_stdout_takes_the_place_of_the_outputs(self, arazzo, shop) -> None:
        result = arazzo(*ORDER, *GIVEN, "--server", shop.url, "--report", "json=-")
        assert json.loads(result.stdout)["version"] == 1

    def test_the_events_on_stdout(self, arazzo, shop) -> None:
        lines = arazzo(*ORDER, *GIVEN, "--server", shop.url, "--format", "jsonl").stdout.splitlines()
        events = [json.loads(one) for one in lines]
        assert events[0]["event"] == "WorkflowStarted"
        assert events[-1]["event"] == "WorkflowFinished"
        assert [one["seq"] for one in events] == list(range(len(events)))

    def test_several_reports(self, arazzo, shop, tmp_path: Path) -> None:
        reports = ("--report", f"json={tmp_path}/a.json", "--report", f"jsonl={tmp_path}/b.jsonl")
        arazzo(*ORDER, *GIVEN, "--server", shop.url, *reports)
        assert json.loads((tmp_path / "a.json").read_text())["runs"][0]["status"] == "succeeded"
        assert len((tmp_path / "b.jsonl").read_text().splitlines()) > 5

    def test_s10_no_secret_is_anywhere(self, arazzo, shop, tmp_path: Path) -> None:
        """Not where the server gives it back, in whatever spelling."""
        echo = base64.b64encode(f"user:{SECRET}".encode()).decode()
        shop.answers["POST /orders"] = (200, {"id": "o-1", "state": "done", "you": f"sent {SECRET}", SECRET: echo})
        shop.answers["GET /orders/o-1"] = (500, {"message": f"no access for 'Bearer {SECRET}'"})
        reports = ("--report", f"json={tmp_path}/a.json", "--report", f"jsonl={tmp_path}/b.jsonl")
        result = arazzo(*ORDER, *GIVEN, "-i", f"note=my {SECRET}", "--server", shop.url, "-v", *reports)
        assert result.exit_code == 1
        written = result.output + "".join(one.read_text() for one in tmp_path.iterdir())
        core = base64.b64encode(SECRET.encode()).decode()[:8]
        for leak in (SECRET, SECRET.replace("/", "\\/"), "sekret%2Ftoken", core, echo[8:20]):
            assert leak not in written
        assert written.count("***") > 10


def test_an_unexpected_exception_is_a_bug_without_a_traceback(arazzo, monkeypatch) -> None:
    monkeypatch.setattr("arazzo_runner.cli.single_run.open_document", lambda *_, **__: 1 / 0)
    code, errors = exit_and_errors(arazzo(*ORDER, *GIVEN))
    assert code == 1
    assert "this is a bug in arazzo" in errors
    assert "ARAZZO_DEBUG=1" in errors


class TestProcess:
    """What only a real process shows."""

    def start(self, *arguments: str, **options: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "arazzo_runner", *arguments],
            cwd=Path(__file__).parent / "data",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            **options,
        )

    def test_ctrl_c_cancels_reports_and_exits_130(self, tmp_path: Path, shop) -> None:
        started = tmp_path / "events.jsonl"
        shop.answers["GET /orders/o-1"] = (200, Slow())
        reports = ("--report", f"jsonl={started}", "--report", f"json={tmp_path}/r.json")
        process = self.start(*ORDER, *GIVEN, "--server", shop.url, *reports)
        deadline = time.monotonic() + 30
        while len(shop.sent) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=30)
        assert process.returncode == 130
        assert stdout == ""
        assert "cancelled" in stderr
        assert "Traceback" not in stderr
        run = json.loads((tmp_path / "r.json").read_text())["runs"][0]
        assert (run["status"], run["outputs"]["id"]) == ("cancelled", "o-1")

    def test_a_reader_that_goes_away_is_no_error(self, shop) -> None:
        process = self.start(*ORDER, *GIVEN, "--server", shop.url, "--format", "jsonl")
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read()
        process.stderr.close()
        assert process.wait(timeout=30) == 0
        assert "Traceback" not in errors
        assert "BrokenPipe" not in errors

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((*ORDER, *GIVEN, "--mock"), "error: cannot write to stdout: no space left on device"),
            (
                (*ORDER, *GIVEN, "--mock", "--format", "json"),
                "the report 'json=-' could not be written: cannot write to stdout",
            ),
            (
                (*ORDER, *GIVEN, "--mock", "--format", "jsonl"),
                "the report 'jsonl=-' could not be written: cannot write to stdout",
            ),
            (("mock", "orders.arazzo.yml"), "error: cannot write to stdout: no space left"),
            (("show", "orders.arazzo.yml", "--format", "json"), "error: cannot write to stdout: no space left"),
            (("validate", "orders.arazzo.yml", "--format", "json"), "error: cannot write to stdout: no space left"),
            (
                (*ORDER, *GIVEN, "--mock", "--report", "jsonl=/dev/full"),
                "'jsonl=/dev/full' could not be written: no space left",
            ),
        ],
    )
    def test_a_result_that_is_lost_is_an_error(self, arguments: tuple[str, ...], message: str) -> None:
        with open("/dev/full", "w") as full:
            process = subprocess.run(
                [sys.executable, "-m", "arazzo_runner", *arguments],
                cwd=Path(__file__).parent / "data",
                stdout=full if "/dev/full" not in arguments[-1] else subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                timeout=30,
                check=False,
            )
        assert process.returncode == 1
        assert message in process.stderr
        assert "bug" not in process.stderr
        assert "observer" not in process.stderr

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
    @pytest.mark.parametrize("command", ["run orders.arazzo.yml place-order", "run --all orders.arazzo.yml"])
    @pytest.mark.parametrize("stderr", ["2>&-", "2>/dev/full"])
    def test_a_stderr_that_takes_nothing_does_not_fail_a_run(self, command: str, stderr: str) -> None:
        process = subprocess.run(
            ["/bin/sh", "-c", f'exec "$0" -m arazzo_runner {command} --mock {stderr}', sys.executable],
            cwd=Path(__file__).parent / "data",
            stdout=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )
        assert process.returncode == 0
        assert isinstance(json.loads(process.stdout), dict)

    @pytest.mark.parametrize("command", ["run orders.arazzo.yml place-order --mock", "show orders.arazzo.yml"])
    def test_a_closed_stdout_is_an_error(self, command: str) -> None:
        process = subprocess.run(
            ["sh", "-c", f"{sys.executable} -m arazzo_runner {command} >&-"],
            cwd=Path(__file__).parent / "data",
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )
        assert process.returncode == 1
        assert "error: cannot write to stdout: it is closed" in process.stderr

    def test_utf8_whatever_the_locale(self, shop) -> None:
        shop.answers["POST /orders"] = (200, {"id": "ö-✓", "state": "done"})
        shop.answers["GET /orders/%C3%B6-%E2%9C%93"] = (200, {"id": "ö-✓", "state": "done"})
        environment = os.environ | {"PYTHONIOENCODING": "ascii"}
        process = self.start(*ORDER, *GIVEN, "--server", shop.url, env=environment)
        stdout, stderr = process.communicate(timeout=30)
        assert process.returncode == 0, stderr
        assert json.loads(stdout)["id"] == "ö-✓"
        assert stderr.isascii()


class Slow(dict[str, str]):
    """An answer that takes its time to be written."""

    def __init__(self) -> None:
        super().__init__(state="done")

    def items(self):  # json.dumps asks for them
        time.sleep(5)
        return super().items()
