"""Commands keep records of large descriptions, unless told otherwise, and say the same with them and without."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

DATA = Path(__file__).parent / "data"


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A document whose description is large: `orders.arazzo.yml` with a long comment in its source."""
    for file in DATA.iterdir():
        if file.is_file():
            shutil.copy(file, tmp_path)
    for file in tmp_path.glob("*.y*ml"):
        if file.read_text().lstrip().startswith("openapi"):
            file.write_text(file.read_text() + "x-long: " + "words " * 20_000 + "\n")
    return tmp_path


@pytest.mark.parametrize("file", ["orders.arazzo.yml", "broken.arazzo.yml"])
def test_first_second_and_without_say_the_same(arazzo, large: Path, tmp_path: Path, file: str) -> None:
    env = {"ARAZZO_CACHE": str(tmp_path / "cache")}
    without = arazzo("validate", str(large / file), "--no-cache", env=env)
    assert not (tmp_path / "cache").exists()
    first = arazzo("validate", str(large / file), env=env)
    assert len(list((tmp_path / "cache").iterdir())) == 1
    second = arazzo("validate", str(large / file), env=env)
    assert first.output == second.output == without.output
    assert first.exit_code == second.exit_code == without.exit_code


@pytest.mark.parametrize("command", ["run", "show"])
def test_other_commands(arazzo, large: Path, tmp_path: Path, command: str) -> None:
    env = {"ARAZZO_CACHE": str(tmp_path / "cache")}
    arguments = [command, str(large / "orders.arazzo.yml"), *(["--mock", "-q", "--all"] if command == "run" else [])]
    outputs = [arazzo(*arguments, *more, env=env).stdout for more in (["--no-cache"], [], [])]
    assert outputs[0]
    assert outputs[0] == outputs[1] == outputs[2]
    assert (tmp_path / "cache").exists()
