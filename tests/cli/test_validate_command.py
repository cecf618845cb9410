"""`arazzo validate`: formats, folders, comments, several processes, and what a terminal shows."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from multiprocessing import active_children
from pathlib import Path

import pytest

from arazzo_runner import validate
from arazzo_runner.cli.examining import examine_all, shared_out
from arazzo_runner.cli.folders import documents_in, is_arazzo
from arazzo_runner.diagnostics import CODES
from arazzo_runner.validation.examine import Terms

DATA = Path(__file__).parent / "data"
#: Colours, and the progress where it was slow enough to be shown.
CONTROL = re.compile(r"\r\x1b\[2K.*?\r(?=\x1b\[2K)|\r?\x1b\[[0-9;]*[mK]")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a sound document, a broken one, and their API."""
    shutil.copytree(DATA, tmp_path / "here")
    return tmp_path / "here"


class TestFormats:
    """What is written on stdout."""

    def test_github(self, arazzo) -> None:
        result = arazzo("validate", "broken.arazzo.yml", "--format", "github")
        assert result.exit_code == 1
        assert result.stdout.startswith(
            "::error file=broken.arazzo.yml,line=9,endLine=9,col=18,endColumn=27,title=unknown-operation::"
        )
        assert result.stdout.count("\n") == 1

    def test_github_escapes_what_would_end_a_property_or_the_message(self, arazzo, folder: Path) -> None:
        strange = folder / "a,b:c 50%.yml"
        text = (folder / "broken.arazzo.yml").read_text(encoding="utf-8")
        strange.write_text(text.replace("placeOrdr", '"place\\nOr%dr"'), encoding="utf-8")
        (line,) = arazzo("validate", str(strange), "--format", "github").stdout.splitlines()
        assert "a%2Cb%3Ac 50%25.yml," in line
        assert "place%0AOr%25dr" in line

    def test_sarif(self, arazzo) -> None:
        log = json.loads(arazzo("validate", "broken.arazzo.yml", "orders.arazzo.yml", "--format", "sarif").stdout)
        assert log["version"] == "2.1.0"
        assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["unknown-operation"]

    def test_stdin(self, arazzo) -> None:
        document = (DATA / "broken.arazzo.yml").read_text(encoding="utf-8")
        result = arazzo("validate", "-", stdin=document)
        assert result.stdout.startswith("-:9:18: error[unknown-operation]")
        assert "\n    9 | " in result.stdout

    def test_a_finding_of_a_shared_document_is_told_once(self, arazzo, folder: Path) -> None:
        for name in "ab":
            (folder / f"{name}.arazzo.yml").write_text(
                "arazzo: 1.0.1\ninfo: {title: T, version: '1'}\n"
                "sourceDescriptions: [{name: s, url: broken.arazzo.yml, type: arazzo}]\n"
                "workflows: [{workflowId: w, steps: [{stepId: a, workflowId: $sourceDescriptions.s.broken}]}]\n",
                encoding="utf-8",
            )
        result = arazzo("validate", str(folder))
        assert result.stdout.count("error[unknown-operation]") == 1
        report = json.loads(arazzo("validate", str(folder), "--format", "json").stdout)
        told = [[one["code"] for one in document["diagnostics"]] for document in report["documents"]]
        assert [codes.count("unknown-operation") for codes in told] == [1, 1, 1, 0]


class TestIgnore:
    """`--ignore` and comments."""

    def test_an_option_ignores_a_code(self, arazzo) -> None:
        result = arazzo("validate", "broken.arazzo.yml", "--ignore", "unknown-operation", "--ignore", "output-path")
        assert (result.exit_code, result.stdout) == (0, "")

    def test_a_code_that_there_is_not(self, arazzo) -> None:
        result = arazzo("validate", "broken.arazzo.yml", "--ignore", "unknown-operatin")
        assert result.exit_code == 2
        assert "did you mean 'unknown-operation'" in result.stderr

    def test_a_comment_ignores_an_error_and_a_run_still_stops(self, arazzo, folder: Path) -> None:
        document = folder / "broken.arazzo.yml"
        text = document.read_text(encoding="utf-8").replace(
            "placeOrdr", "placeOrdr  # arazzo-ignore: unknown-operation"
        )
        document.write_text(text, encoding="utf-8")
        assert arazzo("validate", str(document)).exit_code == 0
        run = arazzo("run", str(document), "broken", "--mock")
        assert run.exit_code == 2
        assert "unknown-operation" in run.stderr

    def test_the_library_heeds_both(self, folder: Path) -> None:
        document = folder / "broken.arazzo.yml"
        assert [one.code.name for one in validate(document)] == ["unknown-operation"]
        assert validate(document, ignore=["unknown-operation"]) == []
        text = document.read_text(encoding="utf-8")
        document.write_text(f"# arazzo-ignore-file: unknown-operation\n{text}", encoding="utf-8")
        assert validate(document) == []


class TestLibrary:
    """`validate()` gives findings with their places, by file and line, and raises for no document at all only."""

    @pytest.mark.parametrize(
        "text",
        ["", "[]", "null", "a: [", "arazzo: 9",
         "arazzo: 1.0.1", "\x00", "arazzo: 1.0.1\nworkflows: [[], 1, {steps: 3}]",
         "arazzo: 1.0.1\ninfo: &a [*a]", "{" * 5000, "arazzo: !!python/object/apply:os.system [ls]"],
    )  # fmt: skip
    def test_a_bad_document_is_findings(self, tmp_path: Path, text: str) -> None:
        document = tmp_path / "d.yml"
        document.write_text(text, encoding="utf-8")
        found = validate(document)
        assert found
        lines = [one.span.line for one in found if one.span is not None]
        assert lines == sorted(lines)


class TestFolders:
    """Folders are searched for Arazzo documents."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("arazzo: 1.0.1\n", True),
            ("# first\n'arazzo': 1.0.1\n", True),
            ("\ufeffarazzo:\n  1.0.1\n", True),
            ('{"arazzo":"1.0.1"}', True),
            ('{"x": {"y": [1, "}"]}, "arazzo": "1.0.1"}', True),
            ('{"x": {"arazzo": "1.0.1"}}', False),
            ('{"x": "\\"arazzo\\": 1"}', False),
            ("openapi: 3.0.0\nx-arazzo: 1\n", False),
            ("x:\n  arazzo: 1.0.1\n", False),
            ("arazzo:1", False),
        ],
    )
    def test_a_document_has_the_field_at_its_root(self, tmp_path: Path, text: str, expected: bool) -> None:
        document = tmp_path / "d.yml"
        document.write_text(text, encoding="utf-8")
        assert is_arazzo(str(document)) is expected

    def test_hidden_folders_packages_and_links_out_are_passed_over(self, tmp_path: Path) -> None:
        inside, outside = tmp_path / "in", tmp_path / "out"
        for place in (inside / "a", inside / ".git", inside / "b" / "node_modules", outside):
            place.mkdir(parents=True)
            (place / "w.yaml").write_text("arazzo: 1.0.1\n", encoding="utf-8")
        (inside / "link.yaml").symlink_to(outside / "w.yaml")
        (inside / "linked").symlink_to(outside)
        (inside / "own.yaml").symlink_to(inside / "a" / "w.yaml")
        (inside / "broken.yaml").symlink_to(inside / "nothing")
        (inside / "huge.yaml").write_bytes(b"arazzo: 1.0.1\n" + b"# \n" * 3_000_000)
        assert documents_in([str(inside)]) == [str(inside / "a" / "w.yaml"), str(inside / "own.yaml")]

    def test_a_document_that_is_named_twice_is_read_once(self, folder: Path) -> None:
        named = str(folder / "broken.arazzo.yml")
        assert documents_in([named, str(folder)]) == [named, str(folder / "orders.arazzo.yml")]


class TestProcesses:
    """Several processes find what one does, in the same order."""

    def test_the_result_is_the_same(self, folder: Path) -> None:
        files = []
        for number in range(12):
            name = "broken" if number % 3 else "orders"
            files.append(str(folder / f"{number:02}.yml"))
            shutil.copy(folder / f"{name}.arazzo.yml", files[-1])
        files.insert(5, str(folder / "nothing.yml"))
        heard: list[int] = []
        alone = list(examine_all(files, Terms(), 1, lambda _: None))
        assert list(examine_all(files, Terms(), 2, heard.append)) == alone
        assert [report.file for report in alone] == files
        assert heard[-1] == len(files)

    def test_cut_off_it_waits_for_none_of_them(self, folder: Path) -> None:
        text = (folder / "orders.arazzo.yml").read_text(encoding="utf-8")
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/api.yml"
            (folder / "waits.yml").write_text(text.replace("url: api.yml", f"url: {url}"), encoding="utf-8")
            reports = examine_all([str(folder / "orders.arazzo.yml"), str(folder / "waits.yml")], Terms(), 2, print)
            next(reports)
            with pytest.raises(KeyboardInterrupt):
                reports.throw(KeyboardInterrupt)
            for process in active_children():
                process.join(10)
                assert not process.is_alive()

    def test_documents_with_the_same_source_go_together(self, tmp_path: Path) -> None:
        files = []
        for number in range(20):
            files.append(str(tmp_path / f"{number}.yml"))
            Path(files[-1]).write_text(f"sourceDescriptions:\n- url: ./{number % 2}.yml\n", encoding="utf-8")
        lots = shared_out(range(20), files, 2)
        assert sorted(index for lot in lots for index in lot) == list(range(20))
        assert all(len({index % 2 for index in lot}) == 1 for lot in lots)
        assert max(map(len, lots)) <= 8

    @pytest.mark.parametrize("before", ["- ", "  ", '"', "  - '", "-\t"])
    def test_the_first_source_is_a_url_that_begins_its_line(self, tmp_path: Path, before: str) -> None:
        files = [str(tmp_path / name) for name in ("a.yml", "b.yml")]
        for file, other in zip(files, ("x.yml", "y.yml"), strict=True):
            text = f"title: no url: {other}\nself-url: {other}\n{before}url: https://here.test\n{before}url: api.yml\n"
            Path(file).write_text(text, encoding="utf-8")
        assert shared_out(range(2), files, 1) == [[0, 1]]

    def test_a_source_of_many_documents_is_read_once(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        read: list[str] = []
        real = sys.modules["arazzo_runner.transports.retrieve"].retrieve
        monkeypatch.setattr(
            "arazzo_runner.transports.retrieve.retrieve",
            lambda location, **options: read.append(Path(location).name) or real(location, **options),
        )
        files = [str(folder / f"{number}.yml") for number in range(3)]
        for file in files:
            shutil.copy(folder / "orders.arazzo.yml", file)
        reports = list(examine_all(files, Terms(), 1, lambda _: None))
        assert [report.found for report in reports] == [(), (), ()]
        assert sorted(read) == ["0.yml", "1.yml", "2.yml", "api.yml"]

    def test_a_bug_in_one_document_does_not_hide_the_others(
        self, arazzo, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = sys.modules["arazzo_runner.cli.examining"].examine

        def examine(file, *rest):
            return 1 / 0 if "orders" in file else real(file, *rest)

        monkeypatch.setattr("arazzo_runner.cli.examining.examine", examine)
        result = arazzo("validate", str(folder))
        assert result.exit_code == 2
        assert "this is a bug in arazzo" in result.stderr
        assert "unknown-operation" in result.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pseudo-terminal")
class TestTerminal:
    """Colours and groups on a terminal only."""

    def test_colours_groups_and_the_width(self) -> None:
        shown = on_terminal({"COLUMNS": "60"})
        assert "\x1b[1mbroken.arazzo.yml\x1b[0m" in shown
        assert "\x1b[31merror[unknown-operation]\x1b[0m" in shown
        assert "\x1b[31m^^^^^^^^^\x1b[0m" in shown
        lines = CONTROL.sub("", shown).splitlines()
        assert lines[0] == "broken.arazzo.yml"
        assert lines[1].startswith("   9:18 error[unknown-operation]: ")
        assert max(map(len, lines)) <= 60
        assert lines[-1] == "1 file: 1 error"

    @pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
    def test_no_colours(self, variables: dict[str, str]) -> None:
        shown = on_terminal(variables)
        assert "error[unknown-operation]" in shown
        assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", shown)


def on_terminal(variables: dict[str, str]) -> str:
    """What a terminal shows of a command."""
    import pty

    ours, theirs = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    environment |= {"TERM": "xterm-256color", "COLUMNS": "80", **variables}
    command = [sys.executable, "-m", "arazzo_runner", "validate", "broken.arazzo.yml"]
    process = subprocess.Popen(command, cwd=DATA, env=environment, stdout=theirs, stderr=theirs, stdin=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert process.wait(timeout=60) == 1
    return shown.decode().replace("\r\n", "\n")


def test_every_code_can_be_ignored(arazzo) -> None:
    options = [text for code in CODES for text in ("--ignore", code)]
    assert arazzo("validate", "broken.arazzo.yml", *options).exit_code == 0
