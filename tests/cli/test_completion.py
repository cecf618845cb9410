"""Completion in real shells with the real scripts: what is offered, how it is quoted, and that it disturbs nobody."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import shutil
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from arazzo_runner.cli.preview import DEEPEST, LARGEST, preview_of
from arazzo_runner.cli.run_options import REPORT_KINDS
from arazzo_runner.reports.kinds import STREAMS, WHOLE

FLOW = """\
arazzo: 1.0.1
info: {title: T, version: '1'}
sourceDescriptions: [{name: shop, url: api.yml, type: openapi}, {name: bank, url: bank.yml, type: openapi}]
components:
  inputs:
    place: {type: object, required: [region], properties: {region: {enum: [eu west, us, $(touch pwned), "it's"]}}}
workflows:
- workflowId: place-order
  summary: "Place: an order"
  inputs:
    allOf: [{$ref: '#/components/inputs/place'}]
    required: [token]
    properties: {token: {description: "The\\ttoken."}, fast: {type: boolean}, count: {type: integer}}
  steps: [{stepId: a, operationId: x}]
- workflowId: upload
  steps: [{stepId: a, operationId: x}]
- workflowId: "bad\\e[31mid"
  steps: [{stepId: a, operationId: x}]
"""
#: What stands for the command: it answers completion, and else writes down what it was called with.
STUB = """\
#!/bin/sh
if [ "$1" = completion ]; then exec {python} -m arazzo_runner "$@"; fi
if [ -n "$_ARAZZO_COMPLETE" ]; then exec {python} -m arazzo_runner; fi
printf '%s\\0' "$@" > called.new
mv called.new called
"""
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(arazzo completion bash)"'),
    "zsh": (["zsh", "-f", "-i"], 'autoload -U compinit; compinit -u -D; eval "$(arazzo completion zsh)"'),
    "fish": (["fish", "--no-config", "-i"], "arazzo completion fish | source"),
}


class Prompt:
    """A shell on a terminal of its own."""

    def __init__(self, shell: str, folder: Path) -> None:
        self._folder = folder
        arguments, setup = SHELLS[shell]
        environment = {
            "PATH": f"{folder}/bin:{os.environ['PATH']}",
            "HOME": str(folder),
            "ZDOTDIR": str(folder),
            "TERM": "xterm",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            os.execvpe(arguments[0], arguments, environment)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self._quiet(0.4)
        self.type(f"{setup}; touch ready\n")
        self._until(folder / "ready")
        self._quiet(0.2)

    def type(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def called(self, line: str) -> list[str]:
        """What the command is called with when this is typed, without a pause: shells take keys one after the other."""
        called = self._folder / "called"
        called.unlink(missing_ok=True)
        self.type(line.replace("<TAB>", "\t") + "\n")
        self._until(called)
        return called.read_text().split("\0")[:-1]

    def close(self) -> None:
        os.kill(self._pid, 9)
        os.waitpid(self._pid, 0)
        os.close(self._terminal)

    def _quiet(self, seconds: float) -> None:
        """Read until nothing more came for so long."""
        while select.select([self._terminal], [], [], seconds)[0]:
            os.read(self._terminal, 65536)

    def _until(self, file: Path) -> None:
        deadline = time.monotonic() + 30
        while not file.exists() and time.monotonic() < deadline:
            self._quiet(0.05)
        assert file.exists(), "the shell did not get there"


@pytest.fixture(scope="module", params=list(SHELLS))
def prompt(request, tmp_path_factory) -> Iterator[Prompt]:
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    folder = tmp_path_factory.mktemp("shell")
    (folder / "flow.yml").write_text(FLOW)
    (folder / "picture.txt").write_text("x")
    (folder / "bin").mkdir()
    (folder / "bin" / "arazzo").write_text(STUB.format(python=sys.executable, folder=folder))
    (folder / "bin" / "arazzo").chmod(0o755)
    shell = Prompt(request.param, folder)
    yield shell
    shell.close()
    assert not (folder / "pwned").exists()


@pytest.mark.parametrize(
    ("line", "called"),
    [
        ("arazzo val<TAB>", ["validate"]),
        ("arazzo run --fail<TAB>", ["run", "--fail-fast"]),
        ("arazzo run flo<TAB>", ["run", "flow.yml"]),
        ("arazzo run flow.yml pla<TAB>", ["run", "flow.yml", "place-order"]),
        ("arazzo show 'flow.yml' up<TAB>", ["show", "flow.yml", "upload"]),
        ("true && arazzo run flow.yml up<TAB>", ["run", "flow.yml", "upload"]),
        ("arazzo run flow.yml -i tok<TAB>x", ["run", "flow.yml", "-i", "token=x"]),
        ("arazzo run flow.yml --input=tok<TAB>x", ["run", "flow.yml", "--input=token=x"]),
        ("arazzo run flow.yml -i token=x -i re<TAB>u<TAB>", ["run", "flow.yml", "-i", "token=x", "-i", "region=us"]),
        ("arazzo run flow.yml -i region=eu<TAB>", ["run", "flow.yml", "-i", "region=eu west"]),
        ('arazzo run flow.yml -i region="eu<TAB>', ["run", "flow.yml", "-i", "region=eu west"]),
        ("arazzo run flow.yml -i region=it<TAB>", ["run", "flow.yml", "-i", "region=it's"]),
        (r"arazzo run flow.yml -i region=\$<TAB>", ["run", "flow.yml", "-i", "region=$(touch pwned)"]),
        ("arazzo run flow.yml --input=region=u<TAB>", ["run", "flow.yml", "--input=region=us"]),
        ("arazzo run flow.yml -i fast=t<TAB>", ["run", "flow.yml", "-i", "fast=true"]),
        ("arazzo run flow.yml -i token=@pic<TAB>", ["run", "flow.yml", "-i", "token=@picture.txt"]),
        ("arazzo run flow.yml --report jun<TAB>pic<TAB>", ["run", "flow.yml", "--report", "junit=picture.txt"]),
        ("arazzo run flow.yml --source ban<TAB>pic<TAB>", ["run", "flow.yml", "--source", "bank=picture.txt"]),
        ("arazzo run flow.yml --server sh<TAB>http://h", ["run", "flow.yml", "--server", "shop=http://h"]),
        ("arazzo run nothing.yml x<TAB>", ["run", "nothing.yml", "x"]),
    ],
)
def test_a_line_is_completed(prompt: Prompt, line: str, called: list[str]) -> None:
    assert prompt.called(line) == called


@pytest.fixture
def offers(tmp_path: Path) -> Callable[..., list[str]]:
    """What fish is given for a line, in a process that must say nothing else."""
    (tmp_path / "flow.yml").write_text(FLOW)

    def call(line: str, **environment: str) -> list[str]:
        answer = subprocess.run(
            [sys.executable, "-m", "arazzo_runner"],
            cwd=tmp_path,
            env=os.environ
            | {"_ARAZZO_COMPLETE": "fish_complete", "COMP_WORDS": line, "PYTHONPATH": str(Path(__file__).parents[2])}
            | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        assert answer.stderr == ""
        return [one for one in answer.stdout.splitlines() if one]

    return call


class TestOffers:
    """What a shell is given."""

    def test_workflows_with_their_summary(self, offers) -> None:
        assert offers("arazzo run flow.yml ") == ["plain\tplace-order\tPlace: an order", "plain\tupload"]

    def test_inputs_that_are_not_given_those_that_are_required_first(self, offers) -> None:
        assert offers("arazzo run flow.yml place-order -i token=x -i ") == [
            "part\tregion=\trequired",
            "part\tfast=\toptional",
            "part\tcount=\toptional",
        ]
        assert offers("arazzo run flow.yml -i tok") == ["part\ttoken=\trequired: The token."]
        assert offers("arazzo run flow.yml upload -i ") == []

    def test_sources_kinds_and_files(self, offers) -> None:
        assert offers("arazzo run flow.yml --server ") == ["part\tshop=\tapi.yml", "part\tbank=\tbank.yml"]
        assert [one.split("\t")[1] for one in offers("arazzo run --report ")] == [f"{kind}=" for kind in REPORT_KINDS]
        assert offers("arazzo run flow.yml --report har=") == ["file\thar="]
        assert offers("arazzo run --all a.yml ") == ["file\t"]
        assert offers("arazzo validate ") == offers("arazzo run f --inputs ") == ["file\t"]

    def test_every_kind_of_report_is_offered(self) -> None:
        assert set(REPORT_KINDS) == {*WHOLE, *STREAMS}

    def test_bash_gets_the_part_that_it_takes_for_the_word(self, offers) -> None:
        shell = {"_ARAZZO_COMPLETE": "bash_complete"}
        assert offers("arazzo run flow.yml -i region=e", COMP_WORD="e", **shell) == ["plain\teu\\ west"]
        assert offers("arazzo run flow.yml -i region=", COMP_WORD="=", **shell)[2:] == [
            "plain\t\\$\\(touch\\ pwned\\)",
            "plain\tit\\'s",
        ]
        assert offers("arazzo run flow.yml -i 'region=", COMP_WORD="'region=", **shell) == [
            "plain\tregion=eu west",
            "plain\tregion=us",
            "plain\tregion=$(touch pwned)",
        ]

    @pytest.mark.parametrize("line", ["", "arazzo", "arazzo run 'flow", "arazzo nothing ", "arazzo run flow.yml \\"])
    def test_a_line_that_is_none_yet(self, offers, line: str) -> None:
        offers(line)


class TestFiles:
    """Whatever FILE is, it is read within bounds or not at all."""

    @pytest.mark.parametrize(
        "file",
        ["-", "http://127.0.0.1:9/flow.yml", "folder", "pipe", "large.yml", "deep.yml", "broken.yml", "b.bin", ""],
    )
    def test_what_has_no_preview(self, offers, tmp_path: Path, file: str) -> None:
        (tmp_path / "folder").mkdir()
        os.mkfifo(tmp_path / "pipe")
        with (tmp_path / "large.yml").open("wb") as large:
            large.truncate(50 * LARGEST)
        (tmp_path / "deep.yml").write_text("arazzo: " + "[" * 100_000)
        (tmp_path / "broken.yml").write_text("workflows: [{workflowId: 'a}]")
        (tmp_path / "b.bin").write_bytes(b"\xff\xfe\x00")
        assert offers(f"arazzo run {file or repr('')} ") == []
        assert offers(f"arazzo run {file or repr('')} -i ") == []

    @pytest.mark.parametrize(
        "text",
        [
            "workflows: 5",
            "workflows: [5, {workflowId: 6}, {workflowId: [a]}, {}]",
            "- a",
            "",
            "a: *b",
            "workflows: &w [*w, {workflowId: a, inputs: {allOf: [{$ref: '#/workflows/1/inputs'}], $ref: '#/a'}}]",
            "a: " + "{a: " * (DEEPEST + 1) + "1" + "}" * (DEEPEST + 1),
        ],
    )
    def test_odd_documents(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "odd.yml").write_text(text)
        preview = preview_of(str(tmp_path / "odd.yml"))
        assert set(preview.workflows) <= {"a", "6"}

    def test_json_and_anchors(self, tmp_path: Path) -> None:
        document = {"workflows": [{"workflowId": "a", "inputs": {"properties": {"x": {"type": "boolean"}}}}]}
        (tmp_path / "flow.json").write_text(json.dumps(document, indent="\t").replace("\t", "  "))
        preview = preview_of(str(tmp_path / "flow.json"))
        assert [one.choices for one in preview.inputs["a"]] == [("true", "false")]
        (tmp_path / "flow.yml").write_text("x: &in {properties: {y: {}}}\nworkflows: [{workflowId: b, inputs: *in}]")
        assert [one.name for one in preview_of(str(tmp_path / "flow.yml")).inputs["b"]] == ["y"]


class TestLight:
    """What a keystroke may cost."""

    HEAVY = ("httpx", "jsonschema", "rich", "lxml", "arazzo_runner.loader", "arazzo_runner.expressions")

    @pytest.mark.parametrize("line", ["arazzo ", "arazzo run --", "arazzo run flow.yml ", "arazzo run flow.yml -i "])
    def test_no_heavy_library_is_imported(self, tmp_path: Path, line: str) -> None:
        (tmp_path / "flow.yml").write_text(FLOW)
        program = f"""if True:
            import os, sys
            os.environ |= {{"_ARAZZO_COMPLETE": "zsh_complete", "COMP_WORDS": {line!r}}}
            from arazzo_runner.cli import main
            try:
                main(prog_name="arazzo")
            except SystemExit:
                pass
            print([name for name in {(*self.HEAVY, "yaml")!r} if name in sys.modules], file=sys.stderr)
        """
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
        command = [sys.executable, "-c", program]
        ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        assert ended.stdout.strip()
        assert ended.stderr.strip() == ("['yaml']" if "flow.yml" in line else "[]")


@pytest.mark.parametrize("shell", list(SHELLS))
def test_a_script_says_how_it_is_installed_and_is_one(arazzo, shell: str, tmp_path: Path) -> None:
    script = arazzo("completion", shell).stdout
    assert script.startswith("# ")
    assert f"completion {shell}" in script.splitlines()[0]
    if shutil.which(shell):
        (tmp_path / "script").write_text(script)
        subprocess.run([shell, "-n", tmp_path / "script"], check=True)


def test_a_shell_that_there_is_not(arazzo) -> None:
    assert arazzo("completion", "tcsh").exit_code == 2
