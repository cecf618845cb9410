"""`arazzo run --report`: real runs of every outcome, in each report, as its readers see it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from report_readers import Page, har, junit

FLOWS = "../../reports/data/flows.arazzo.yml"
OPEN, DONE = (200, {"id": "o-1", "state": "open"}), (200, {"id": "o-1", "state": "done"})
LOOK = "GET /orders/o-1"


class InTurn(dict[str, object]):
    """Answers of which a list is given one after the other, the last one again and again."""

    def get(self, key: str, default: object = None) -> object:
        answer = super().get(key, default)
        if not isinstance(answer, list):
            return answer
        return answer.pop(0) if len(answer) > 1 else answer[0]


@pytest.fixture
def reported(arazzo, shop, tmp_path: Path) -> Callable[..., tuple[int, dict[str, str]]]:
    """Runs a workflow of the flows with all reports and gives the exit code and their texts."""
    shop.answers = InTurn()

    def run(workflow_id: str, *options: str, **answers: object) -> tuple[int, dict[str, str]]:
        shop.answers.update({f"GET /orders/{key.replace('_', '-')}": answer for key, answer in answers.items()})
        kinds = ("junit", "har", "markdown")
        reports = [word for kind in kinds for word in ("--report", f"{kind}={tmp_path}/{kind}")]
        server = () if "--server" in options else ("--server", shop.url)
        result = arazzo("run", FLOWS, workflow_id, *server, *options, *reports)
        assert "Traceback" not in result.stderr
        assert "bug" not in result.stderr
        return result.exit_code, {kind: (tmp_path / kind).read_text(encoding="utf-8") for kind in kinds}

    return run


def cases(text: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """What each case of each suite came to, as the names of its elements."""
    return {
        name.removeprefix(f"{FLOWS}."): {
            case.name: tuple(element.tag for element in case._elem if element.tag != "system-out") for case in suite
        }
        for name, suite in junit(text).items()
    }


def statuses(text: str) -> list[int]:
    return [entry["response"]["status"] for entry in har(text)["entries"]]


class TestOutcomes:
    """What a run came to is the same in each report."""

    def test_succeeded(self, reported) -> None:
        code, texts = reported("retried")
        assert code == 0
        assert cases(texts["junit"]) == {"retried": {"look": (), "after": ()}}
        assert statuses(texts["har"]) == [200, 200]
        assert Page(texts["markdown"]).text.startswith("✅ retried succeeded after ")

    def test_failed(self, reported, shop) -> None:
        code, texts = reported("retried", o_1=OPEN)
        assert code == 1
        assert cases(texts["junit"]) == {
            "retried": {"look": ("failure", "rerunFailure", "rerunFailure"), "after": ("skipped",)}
        }
        (suite,) = junit(texts["junit"]).values()
        (failure, *_) = next(iter(suite)).result
        assert failure.message.startswith("step 'look' failed after 3 attempts: ")
        assert f"request: {LOOK.replace(' ', f' {shop.url}')}" in failure.text
        assert '"state": "open"' in failure.text
        assert "flows.arazzo.yml:18:7" in failure.text
        assert statuses(texts["har"]) == [200, 200, 200]
        page = Page(texts["markdown"])
        assert page.text.startswith("❌ retried failed after ")
        assert "Step look failed: $response.body#/state == 'done' does not hold." in page.text
        assert ["$response.body#/state", '"open"'] in page.rows
        assert page.tags.count("details") == 2
        assert f"GET {shop.url}/orders/o-1" in page.text
        assert "flows.arazzo.yml:18:7" in page.text

    def test_a_retry_that_helped(self, reported) -> None:
        code, texts = reported("retried", o_1=[OPEN, (503, {}), DONE])
        assert code == 0
        assert cases(texts["junit"])["retried"]["look"] == ("flakyFailure", "flakyFailure")
        assert statuses(texts["har"]) == [200, 503, 200, 200]
        comments = [entry["comment"] for entry in har(texts["har"])["entries"]]
        assert comments[2] == "step 'look', visit 1, attempt 3: retried > look"
        assert "3 attempts, 2 failed" in texts["markdown"]

    def test_the_visits_of_a_poll_are_one_case(self, reported) -> None:
        code, texts = reported("polled", "--poll-interval", "0.01", o_1=[OPEN, OPEN, DONE])
        assert code == 0
        assert cases(texts["junit"]) == {"polled": {"look": ()}}
        assert "GET /orders/{id}, 3 visits, 3 attempts, last answer 200" in texts["junit"]
        comments = [entry["comment"] for entry in har(texts["har"])["entries"]]
        assert comments == [f"step 'look', visit {visit}, attempt 1: polled > look" for visit in (1, 2, 3)]
        assert Page(texts["markdown"]).rows[1][5] == "3 visits"

    def test_a_failure_that_an_action_handled_is_not_red(self, reported) -> None:
        code, texts = reported("handled", o_1=(404, {"why": "gone"}))
        assert code == 0
        assert cases(texts["junit"]) == {"handled": {"look": (), "skipped": ("skipped",), "other": ()}}
        (suite,) = junit(texts["junit"]).values()
        assert {one.name: one.value for one in suite.properties()}["handled"] == "look"
        look = next(iter(suite)).system_out
        assert "it failed, and the run went on: action 'fallback' (goto other) handled it" in look
        assert '"why": "gone"' in look
        signs = {row[1]: row[0] for row in Page(texts["markdown"]).rows}
        assert (signs["look"], signs["skipped"], signs["other"]) == ("⚠️", "⏭️", "✅")

    def test_a_called_workflow_is_a_suite_of_its_own(self, reported) -> None:
        code, texts = reported("calling")
        assert code == 0
        assert cases(texts["junit"]) == {
            "calling": {"first": (), "call": ()},
            "calling > call > retried": {"look": (), "after": ()},
        }
        assert [entry["comment"].partition(": ")[2] for entry in har(texts["har"])["entries"]] == [
            "calling > first",
            "calling > call > retried > look",
            "calling > call > retried > after",
        ]

    def test_what_made_a_run_fail_is_red_down_to_the_step(self, reported) -> None:
        code, texts = reported("calling", after=(500, {"deep": True}))
        assert code == 1
        assert cases(texts["junit"]) == {
            "calling": {"first": (), "call": ("failure",)},
            "calling > call > retried": {"look": (), "after": ("failure",)},
        }
        text = Page(texts["markdown"]).text
        assert "Step after in calling > call > retried failed: $statusCode < 400 does not hold." in text
        assert '"deep": true' in text

    def test_a_called_workflow_that_failed_and_was_handled_is_not_red(self, reported) -> None:
        code, texts = reported("calling-and-handling", o_1=(500, {}))
        assert code == 0
        assert cases(texts["junit"]) == {
            "calling-and-handling": {"call": (), "other": ()},
            "calling-and-handling > call > retried": {"look": (), "after": ("skipped",)},
        }

    def test_s28_a_hand_over(self, reported) -> None:
        code, texts = reported("handing-over", after=(500, {}))
        assert code == 1
        assert cases(texts["junit"]) == {
            "handing-over": {"first": ()},
            "handing-over -> retried": {"look": (), "after": ("failure",)},
        }
        assert [page["title"] for page in har(texts["har"])["pages"]] == [f"handing-over ({FLOWS})"]

    def test_s33_a_dependency_that_fails(self, reported) -> None:
        code, texts = reported("depending", after=(500, {}))
        assert code == 1
        assert cases(texts["junit"]) == {
            "depending": {"never": ("skipped",), "(workflow)": ("error",)},
            "depending > dependsOn > retried": {"look": (), "after": ("failure",)},
        }
        assert "Step after in depending > dependsOn > retried failed" in Page(texts["markdown"]).text

    def test_s29_ended(self, arazzo, shop, tmp_path: Path) -> None:
        shop.answers["GET /orders/o-1"] = (410, {})
        reports = ("--report", f"junit={tmp_path}/j", "--report", f"markdown={tmp_path}/m")
        given = ("-i", "token=sekret-token", "-i", "item=tea", "--server", shop.url)
        assert arazzo("run", "orders.arazzo.yml", "place-order", *given, *reports).exit_code == 3
        (suite,) = junit((tmp_path / "j").read_text()).values()
        assert [[one._tag for one in case.result] for case in suite] == [[], ["failure"]]
        properties = {one.name: one.value for one in suite.properties()}
        assert (properties["status"], properties["input.token"], properties["input.count"]) == ("ended", "***", "1")
        page = Page((tmp_path / "m").read_text())
        assert page.text.startswith("⚠️ place-order ended after ")
        assert "ended by action 'gone'" in page.text

    def test_no_answer_in_time(self, reported) -> None:
        code, texts = reported("handled", "--request-timeout", "0.1", o_1=(200, Slow()))
        assert code == 0
        first, second = har(texts["har"])["entries"]
        assert first["response"]["status"] == 0
        assert "within 0.1 s" in first["response"]["_error"]
        assert first["time"] >= 100
        assert second["response"]["status"] == 200
        assert "error: no complete answer" in texts["junit"]
        assert Page(texts["markdown"]).rows[1][3] == "timeout"

    def test_no_connection(self, reported) -> None:
        code, texts = reported("retried", "--server", "http://127.0.0.1:9")
        assert code == 1
        assert cases(texts["junit"])["retried"]["look"] == ("error", "rerunError", "rerunError")
        assert statuses(texts["har"]) == [0, 0, 0]
        assert "Step look failed: step 'look' failed after 3 attempts: " in Page(texts["markdown"]).text

    def test_s32_a_spent_budget(self, reported) -> None:
        code, texts = reported("polled", "--poll-interval", "0.01", "--max-steps", "3", o_1=OPEN)
        assert code == 1
        assert cases(texts["junit"]) == {"polled": {"look": ("error",)}}
        assert "stopped after 3 step attempts" in Page(texts["markdown"]).text

    def test_several_runs_in_one_report(self, arazzo, shop, tmp_path: Path) -> None:
        shop.answers["GET /orders/o-1"] = (500, {})
        kinds = ("junit", "har", "markdown")
        reports = [word for kind in kinds for word in ("--report", f"{kind}={tmp_path}/{kind}")]
        given = ("-i", "token=sekret-token", "-i", "item=tea", "-i", "file=x", "--server", shop.url)
        assert arazzo("run", "orders.arazzo.yml", "--all", *given, *reports).exit_code == 1
        suites = junit((tmp_path / "junit").read_text())
        assert list(suites) == ["orders.arazzo.yml.place-order", "orders.arazzo.yml.upload"]
        log = har((tmp_path / "har").read_text())
        assert [page["title"].partition(" ")[0] for page in log["pages"]] == ["place-order", "upload"]
        assert [entry["pageref"] for entry in log["entries"]] == ["run_1", "run_1", "run_2"]
        page = Page((tmp_path / "markdown").read_text())
        assert page.text.startswith("❌ 2 workflows: 1 failed, 1 succeeded\n❌ place-order failed")

    def test_names_are_the_same_in_every_run(self, reported) -> None:
        first = cases(reported("calling")[1]["junit"])
        again = cases(reported("calling", o_1=[OPEN, DONE])[1]["junit"])
        assert {name: list(suite) for name, suite in first.items()} == {
            name: list(suite) for name, suite in again.items()
        }

    def test_s10_a_secret_that_is_known_as_one_only_later(self, reported, shop) -> None:
        key = "k3y-that-is-learned-late"
        shop.answers["POST /orders"] = [(503, {"key": key}), (200, {"key": key})]
        code, texts = reported("logging-in")
        assert code == 0
        assert shop.sent[-1][2]["Authorization"] == f"Bearer {key}"
        for kind, text in texts.items():
            assert key not in text, kind
        assert '"key": "***"' in texts["junit"].replace("&quot;", '"')
        har(texts["har"])


class TestCutOff:
    """A run that is told to stop writes its reports first."""

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
    def test_interrupted_or_terminated(self, shop, tmp_path: Path, number: signal.Signals, code: int) -> None:
        shop.answers["GET /orders/o-1"] = (200, Slow(5))
        kinds = ("json", "junit", "har", "markdown")
        reports = [word for kind in kinds for word in ("--report", f"{kind}={tmp_path}/{kind}")]
        program = [sys.executable, "-m", "arazzo_runner", "run", FLOWS, "calling", "--server", shop.url, *reports]
        folder = Path(__file__).parent / "data"
        process = subprocess.Popen(program, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 30
        while len(shop.sent) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=30)
        assert (process.returncode, stdout) == (code, "")
        assert "Traceback" not in stderr
        assert sorted(one.name for one in tmp_path.iterdir()) == sorted(kinds)
        assert json.loads((tmp_path / "json").read_text())["runs"][0]["status"] == "cancelled"
        assert cases((tmp_path / "junit").read_text()) == {
            "calling": {"first": (), "call": ("error",)},
            "calling > call > retried": {"look": ("error",), "after": ("skipped",)},
        }
        last = har((tmp_path / "har").read_text())["entries"][-1]["response"]
        assert (last["status"], last["_error"]) == (0, "the run stopped before the answer")
        page = Page((tmp_path / "markdown").read_text())
        assert page.text.startswith("🚫 calling cancelled after ")


class TestPaths:
    """Where a report cannot go is said before anything is sent."""

    @pytest.mark.parametrize(
        ("paths", "message"),
        [
            (("one", "./one"), "--report junit=one: another report goes there too"),
            (("",), "--report junit=: it takes KIND=PATH, found no path"),
            (("orders.arazzo.yml",), "--report junit=orders.arazzo.yml: the run reads this file"),
            (("./api.yml",), "--report junit=./api.yml: the run reads this file"),
        ],
    )
    @pytest.mark.parametrize("every", [False, True])
    def test_it_would_destroy_something(self, arazzo, shop, tmp_path, monkeypatch, paths, message, every) -> None:
        shutil.copytree(Path.cwd(), tmp_path / "data")
        monkeypatch.chdir(tmp_path / "data")
        before = {one: one.read_bytes() for one in Path().iterdir()}
        reports = [word for path in paths for word in ("--report", f"junit={path}")]
        what = ["--all", "orders.arazzo.yml"] if every else ["orders.arazzo.yml", "place-order"]
        result = arazzo("run", *what, "-i", "token=t0ken", "-i", "item=pen", "--server", shop.url, *reports)
        assert result.exit_code == 2
        assert message in result.stderr
        assert shop.sent == []
        assert {one: one.read_bytes() for one in Path().iterdir()} == before

    def test_a_link_stays_one(self, arazzo, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "target")
        for _ in range(2):
            assert arazzo("run", FLOWS, "retried", "--mock", "--report", f"junit={tmp_path}/link").exit_code == 0
            assert (tmp_path / "link").is_symlink()
            assert cases((tmp_path / "target").read_text())

    def test_several_may_go_nowhere(self, arazzo) -> None:
        reports = ("--report", "junit=/dev/null", "--report", "har=/dev/null")
        assert arazzo("run", FLOWS, "retried", "--mock", *reports).exit_code == 0


def test_a_report_that_breaks_takes_no_other_with_it(arazzo, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("arazzo_runner.reports.junit.JUnitReport.__call__", lambda *_: 1 / 0)
    reports = ("--report", f"junit={tmp_path}/junit", "--report", f"har={tmp_path}/har")
    result = arazzo("run", FLOWS, "retried", "--mock", *reports)
    assert result.exit_code == 1
    assert "this is a bug in arazzo" in result.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["har"]
    assert len(har((tmp_path / "har").read_text())["entries"]) > 1


@pytest.mark.parametrize("kind", ["junit", "har", "markdown"])
def test_a_run_without_a_report_loads_none(kind: str) -> None:
    program = f"""if True:
        import sys
        from arazzo_runner.cli import main
        try:
            main(["run", {FLOWS!r}, "retried", "--mock", "-q"])
        except SystemExit as end:
            assert end.code == 0
        assert "arazzo_runner.reports.{kind}" not in sys.modules
    """
    folder = Path(__file__).parent / "data"
    subprocess.run([sys.executable, "-c", program], cwd=folder, check=True, capture_output=True)


class Slow(dict[str, str]):
    """An answer that takes its time to be written, in seconds."""

    def __init__(self, seconds: float = 0.5) -> None:
        super().__init__(state="done")
        self.seconds = seconds

    def items(self):  # json.dumps asks for them
        time.sleep(self.seconds)
        return super().items()
