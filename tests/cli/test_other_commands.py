"""`arazzo validate`, `show` and `mock`, and the group itself."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

DATA = Path(__file__).parent / "data"


class TestValidate:
    """Findings on stdout, a summary on stderr; 0 without errors, 1 with, 2 when a file cannot be read."""

    def test_a_sound_document(self, arazzo) -> None:
        result = arazzo("validate", "orders.arazzo.yml")
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr == "1 file: no findings\n"

    def test_text_has_the_place_the_line_and_a_hint(self, arazzo) -> None:
        result = arazzo("validate", "broken.arazzo.yml")
        assert result.exit_code == 1
        assert result.stdout.startswith("broken.arazzo.yml:9:18: error[unknown-operation]: ")
        assert "\n    9 |     operationId: placeOrdr\n      |                  ^^^^^^^^^\n" in result.stdout
        assert result.stderr == "1 file: 1 error\n"

    def test_json(self, arazzo) -> None:
        result = arazzo("validate", "broken.arazzo.yml", "orders.arazzo.yml", "--format", "json")
        report = json.loads(result.stdout)
        assert report["version"] == 1
        broken, sound = report["documents"]
        assert sound == {"file": "orders.arazzo.yml", "diagnostics": []}
        (finding,) = broken["diagnostics"]
        assert finding.keys() == {
            "severity", "code", "message", "hint", "file", "line", "column", "endLine", "endColumn", "pointer",
        }  # fmt: skip
        assert (finding["line"], finding["column"], finding["endColumn"]) == (9, 18, 27)
        assert finding["pointer"] == "/workflows/0/steps/0/operationId"

    def test_a_folder_is_searched_for_arazzo_documents(self, arazzo, tmp_path: Path) -> None:
        shutil.copytree(DATA, tmp_path / "here" / "below")
        (tmp_path / "here" / "node_modules").mkdir()
        shutil.copy(DATA / "broken.arazzo.yml", tmp_path / "here" / "node_modules")
        (tmp_path / "here" / "w.json").write_text('{"arazzo": "1.0.1", "info": {}}')
        report = json.loads(arazzo("validate", str(tmp_path), "--format", "json").stdout)
        names = [Path(document["file"]).name for document in report["documents"]]
        assert names == ["broken.arazzo.yml", "orders.arazzo.yml", "w.json"]

    def test_what_could_not_be_read_is_in_the_summary(self, arazzo) -> None:
        result = arazzo("validate", "orders.arazzo.yml", "nothing.yml")
        assert result.exit_code == 2
        assert result.stderr.endswith("\n2 files: no findings, 1 could not be read\n")

    def test_a_folder_without_documents(self, arazzo, tmp_path: Path) -> None:
        result = arazzo("validate", str(tmp_path))
        assert result.exit_code == 2
        assert "there is no Arazzo document in this folder" in result.stderr

    def test_a_file_that_cannot_be_read_does_not_hide_the_others(self, arazzo) -> None:
        result = arazzo("validate", "nothing.yml", "broken.arazzo.yml")
        assert result.exit_code == 2
        assert "cannot read 'nothing.yml'" in result.stderr
        assert "unknown-operation" in result.stdout

    def test_the_document_alone(self, arazzo) -> None:
        result = arazzo("validate", "broken.arazzo.yml", "--no-sources")
        assert "unknown-operation" not in result.stdout
        assert result.exit_code == 0

    def test_what_is_no_yaml(self, arazzo, tmp_path: Path) -> None:
        (tmp_path / "x.yml").write_text("arazzo: 1.0.1\ninfo: [\n")
        result = arazzo("validate", str(tmp_path / "x.yml"))
        assert result.exit_code == 1
        assert "error[yaml-syntax]" in result.stdout


class TestShow:
    """What a document holds."""

    @pytest.mark.parametrize("name", ["orders.arazzo.yml", "./api.yml"])
    def test_the_output_destroys_nothing_that_was_read(self, arazzo, tmp_path: Path, monkeypatch, name: str) -> None:
        shutil.copytree(DATA, tmp_path / "data")
        monkeypatch.chdir(tmp_path / "data")
        result = arazzo("show", "orders.arazzo.yml", "-o", name)
        assert result.exit_code == 2
        assert "this file was read to be shown; name another" in result.stderr
        assert Path(name).read_bytes() == (DATA / name).read_bytes()

    def test_text(self, arazzo) -> None:
        result = arazzo("show", "orders.arazzo.yml", "place-order")
        assert result.exit_code == 0
        lines = [" ".join(one.split()) for one in result.stdout.splitlines()]
        assert lines[0] == "Orders 1.0.0 (arazzo 1.0.1)"
        assert "token string required, secret The bearer token." in lines
        assert "count integer default 1" in lines
        assert "1 place POST /orders" in lines
        assert "2 look GET /orders/{id} ✗ end" in lines
        assert "id $steps.place.outputs.id" in lines
        assert "upload" not in result.stdout

    def test_json(self, arazzo) -> None:
        shown = json.loads(arazzo("show", "orders.arazzo.yml", "--format", "json").stdout)
        assert [workflow["workflowId"] for workflow in shown["workflows"]] == ["place-order", "upload"]
        first = shown["workflows"][0]
        assert first["inputs"][0] == {
            "name": "token",
            "type": "string",
            "required": True,
            "secret": True,
            "default": None,
            "enum": None,
            "description": "The bearer token.",
        }
        assert first["steps"][1]["operation"] == "GET /orders/{id}"
        assert first["steps"][1]["onFailure"][0]["criteria"] == ["$statusCode == 410"]
        assert first["credentials"][0]["steps"] == ["place", "look"]

    def test_credentials(self, arazzo) -> None:
        text = arazzo("show", "orders.arazzo.yml", "--auth").stdout
        assert "ARAZZO_AUTH_BEARER" in text
        assert "for place, look" in text

    def test_mermaid(self, arazzo) -> None:
        text = arazzo("show", "orders.arazzo.yml", "--format", "mermaid").stdout
        lines = [line.strip() for line in text.splitlines()]
        assert lines[1] == "flowchart TD"
        assert 'w1n1["place<br/>POST /orders"]' in lines
        assert 'w1n2 -.->|"gone: $statusCode == 410"| w1n4' in lines
        assert 'subgraph w2["upload"]' in lines
        assert "upload" not in arazzo("show", "orders.arazzo.yml", "place-order", "--format", "mermaid").stdout

    def test_a_chart_that_mermaid_would_not_draw_is_told_and_left_out_of_markdown(self, arazzo, tmp_path: Path) -> None:
        path = written(tmp_path, [{"stepId": f"s{number}", "operationId": "uploadFile"} for number in range(500)])
        result = arazzo("show", path, "--format", "mermaid")
        assert result.exit_code == 0
        assert "a chart of 501 edges is beyond what Mermaid draws by default (499); name a WORKFLOW_ID" in result.stderr
        result = arazzo("show", path, "--format", "markdown")
        assert "workflow 'w' has no chart: a chart of 501 edges" in result.stderr
        assert "mermaid" not in result.stdout
        assert "| `s499` | `POST /files` |" in result.stdout

    def test_markdown(self, arazzo) -> None:
        text = arazzo("show", "orders.arazzo.yml", "--format", "markdown").stdout
        assert "# Orders\n\n## place-order\n" in text
        assert "| `place` | `POST /orders` |  |" in text
        assert "| `id` | `$steps.place.outputs.id` |" in text
        assert text.count("\n```mermaid\n") == text.count("\n```\n") == 2
        assert 'subgraph w1["upload"]' in text[text.index("## upload") :]

    def test_svg(self, arazzo) -> None:
        if shutil.which("dot") is None:
            pytest.skip("Graphviz is not installed")
        result = arazzo("show", "orders.arazzo.yml", "--format", "svg")
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.startswith("<svg ")
        assert ">GET /orders/{id}<" in result.stdout
        assert '<title id="title">Orders</title>' in result.stdout

    def test_svg_without_graphviz_is_mermaid_text_and_exit_2(self, arazzo, monkeypatch, tmp_path: Path) -> None:
        monkeypatch.setattr("arazzo_runner.cli.rendering.graphviz", lambda: None)
        result = arazzo("show", "orders.arazzo.yml", "--format", "svg")
        assert result.exit_code == 2
        assert "SVG is drawn by Graphviz, which was not found; install it with" in result.stderr
        assert "apt install graphviz" in result.stderr
        assert "flowchart TD" in result.stdout
        target = tmp_path / "chart.svg"
        result = arazzo("show", "orders.arazzo.yml", "-o", str(target))
        assert (result.exit_code, result.stdout) == (2, "")
        assert not target.exists()

    def test_output_goes_to_a_file_in_the_format_of_its_name(self, arazzo, tmp_path: Path) -> None:
        for name, begin in (("a.md", "# Orders"), ("a.mmd", "%%{init"), ("a.json", "{"), ("a.txt", "Orders 1.0.0")):
            target = tmp_path / name
            result = arazzo("show", "orders.arazzo.yml", "place-order", "-o", str(target))
            assert (result.exit_code, result.output) == (0, "")
            assert target.read_text(encoding="utf-8").startswith(begin)
        result = arazzo("show", "orders.arazzo.yml", "--format", "json", "--output", str(tmp_path / "a.md"))
        assert (tmp_path / "a.md").read_text(encoding="utf-8").startswith("{")

    def test_output_that_cannot_be_written(self, arazzo, tmp_path: Path) -> None:
        result = arazzo("show", "orders.arazzo.yml", "-o", str(tmp_path / "no" / "a.md"))
        assert result.exit_code == 2
        assert f"there is no folder '{tmp_path / 'no'}'" in result.stderr

    @pytest.mark.parametrize("form", ["text", "json", "mermaid", "markdown", "svg"])
    def test_s10_secrets_that_stand_in_the_document_are_hidden(self, arazzo, tmp_path: Path, form: str) -> None:
        token, password = "ghp_0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R", "hunter22-Garden"
        actions = [
            {"name": "a", "type": "end", "criteria": [{"condition": f"$response.body#/t == '{token}'"}]},
            {"name": "b", "type": "end", "criteria": [{"condition": f"$response.body#/p == '{password}'"}]},
        ]
        inputs = {
            "type": "object",
            "properties": {
                "apiToken": {"type": "string", "default": "tiny", "description": f"as {password} is"},
                "other": {"type": "string", "format": "password", "default": password, "enum": [password, "pw"]},
                "tiny": {"type": "string", "default": "shown"},
            },
        }
        steps = [{"stepId": "tiny", "operationId": "uploadFile", "onFailure": actions, "outputs": {"x": token}}]
        path = written(tmp_path, steps, inputs=inputs, outputs={"given": f"{{$inputs.tiny}} {token}"})
        if form == "svg" and shutil.which("dot") is None:
            pytest.skip("Graphviz is not installed")
        result = arazzo("show", path, "--format", form)
        assert result.exit_code == 0
        shown = result.output
        assert not any(part in shown for part in (token, token[:12], password, "Garden"))
        assert "***" in shown.replace("#42;", "*")  # as Mermaid has it
        assert "tiny" in shown  # a name is no secret, though another input has it for its default
        if form == "json":
            names = {each["name"]: each for each in json.loads(result.stdout)["workflows"][0]["inputs"]}
            assert (names["apiToken"]["default"], names["other"]["enum"]) == ("***", ["***"])
            assert names["tiny"]["default"] == "shown"

    def test_a_description_that_is_no_text(self, arazzo, tmp_path: Path) -> None:
        inputs = {"type": "object", "properties": {"a": {"description": {"text": "x"}}}}
        path = written(tmp_path, [{"stepId": "s", "operationId": "uploadFile"}], inputs=inputs)
        assert "    a  any\n" in arazzo("show", path).stdout

    def test_a_broken_document_is_shown_too(self, arazzo) -> None:
        result = arazzo("show", "broken.arazzo.yml")
        assert result.exit_code == 0
        assert "placeOrdr (not found)" in result.stdout


def written(folder: Path, steps: list[dict[str, object]], **members: object) -> str:
    """A document with one workflow of these steps."""
    document = {
        "arazzo": "1.0.1",
        "info": {"title": "t", "version": "1"},
        "sourceDescriptions": [{"name": "shop", "url": (DATA / "api.yml").as_posix(), "type": "openapi"}],
        "workflows": [{"workflowId": "w", "steps": steps, **members}],
    }
    (folder / "w.arazzo.json").write_text(json.dumps(document))
    return str(folder / "w.arazzo.json")


def test_mock_serves_what_the_workflows_use() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "arazzo_runner", "mock", "orders.arazzo.yml"],
        cwd=DATA,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert url.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(f"{url}/v1/orders/o-1", timeout=30) as answer:
        assert json.load(answer)["state"] in ("open", "done")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in errors


class TestGroup:
    """The command itself is light and says what there is."""

    def test_help_lists_the_commands(self, arazzo) -> None:
        result = arazzo("--help")
        assert result.exit_code == 0
        for name in ("run", "validate", "show", "mock"):
            assert f"\n  {name} " in result.stdout

    def test_a_mistyped_command_gets_a_suggestion(self, arazzo) -> None:
        result = arazzo("valdate")
        assert result.exit_code == 2
        assert "did you mean 'validate'?" in result.stderr

    def test_the_version(self, arazzo) -> None:
        from arazzo_runner import __version__

        assert arazzo("--version").stdout == f"arazzo {__version__}\n"

    @pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["validate", "--help"], ["--version"]])
    def test_help_imports_nothing_heavy(self, arguments: list[str]) -> None:
        code = f"""
import sys
from arazzo_runner.cli import main
try:
    main({arguments!r}, standalone_mode=False)
finally:
    heavy = {{"httpx", "jsonschema", "rich", "yaml", "lxml", "elementpath", "openapi_core", "regex", "asyncio"}}
    print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stderr.strip() == "[]"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pseudo-terminal")
def test_s9_a_terminal_is_asked_for_what_is_missing_and_secrets_are_not_shown(shop) -> None:
    import pty

    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover - the child
        os.chdir(DATA)
        os.environ |= {"COLUMNS": "60", "LINES": "24", "TERM": "xterm-256color"}
        command = [
            sys.executable,
            "-m",
            "arazzo_runner",
            "run",
            "orders.arazzo.yml",
            "place-order",
            "--server",
            shop.url,
        ]
        os.execv(sys.executable, command)
    seen = read_until(terminal, "token:")
    os.write(terminal, b"hidden-99\n")
    seen += read_until(terminal, "item:")
    os.write(terminal, b"t\n")  # too short, which is said before the next question
    seen += read_until(terminal, "item:")
    assert "at least 2" in seen
    os.write(terminal, b"tea\n")
    seen += read_until(terminal, "succeeded")
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0
    assert "The bearer token." in seen
    assert "hidden-99" not in seen
    assert json.loads(shop.sent[0][3]) == {"item": "tea", "count": 1}


def read_until(terminal: int, wanted: str, seconds: float = 60) -> str:
    """What a terminal shows, up to a text."""
    seen = ""
    deadline = time.monotonic() + seconds
    while wanted not in seen:
        assert time.monotonic() < deadline, f"'{wanted}' did not come in: {seen}"
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                seen += os.read(terminal, 65536).decode(errors="replace")
            except OSError:
                break
    return seen


def test_interrupted_before_a_command_has_begun(arazzo, monkeypatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("arazzo_runner.cli.LazyGroup.get_command", interrupted)
    result = arazzo("validate", "orders.arazzo.yml")
    assert (result.exit_code, result.stderr) == (130, "interrupted\n")
