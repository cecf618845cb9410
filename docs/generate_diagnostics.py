"""Writes `diagnostics.md` from the declared codes and the documents in `tests/diagnostics`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "tests" / "diagnostics"
sys.path.insert(0, str(EXAMPLES))

from expected import document, expected, findings  # noqa: E402

from arazzo_runner.diagnostics import CODES, Code  # noqa: E402

PAGE = Path(__file__).parent / "diagnostics.md"
BEFORE, AFTER = 5, 1  #: lines of an example around the offending one
HEAD = 4  #: lines with which every example begins

INTRODUCTION = """\
# Diagnostics

<!-- written by docs/generate_diagnostics.py -->

Every finding about a document has a code, a severity, a place (file, line, column, JSON Pointer), a message and mostly
a hint. An error stops a run of the workflows that it concerns before anything is sent; `--allow-invalid` runs them all
the same. Warnings work but should be mended; infos are worth knowing. [Dialects](dialects.md) have codes too, as
warnings, which `--strict` turns into errors.

`# arazzo-ignore: CODE` at the end of a line, or on the line above it, silences a finding there; `--ignore CODE`
silences a code everywhere. The examples below are excerpts of the documents in `tests/diagnostics`, and what is said
of them is what `arazzo validate` says.

An editor can know the structure of a document from our JSON Schemas:
`python -c "from arazzo_runner.schemas import schema_text; print(schema_text('1.1'))" > arazzo-1.1.json`, and
`# yaml-language-server: $schema=arazzo-1.1.json` on the first line of a document.
"""


def page() -> str:
    """The whole page."""
    plain = [code for code in CODES.values() if not code.dialect]
    dialects = [code for code in CODES.values() if code.dialect]
    parts = [INTRODUCTION, *_table(plain), "", "## Examples", *map(_section, plain)]
    parts += ["\n## Dialects", *map(_section, dialects)]
    return "\n".join(parts) + "\n"


def _table(codes: list[Code]) -> Iterator[str]:
    yield "| code | | what it means | what to do |"
    yield "|---|---|---|---|"
    for code in codes:
        yield f"| `{code.name}` | {code.severity.value} | {_cell(code.meaning)} | {_cell(code.remedy)} |"


def _cell(text: str) -> str:
    return re.sub(r"([|*<])", r"\\\1", text)


def _section(code: Code) -> str:
    title = f"\n### `{code.name}`\n\n{code.severity.value.capitalize()}: {_cell(code.meaning)}. {_remedy(code)}\n"
    path = document(code.name)
    if not path.exists():
        return title
    return f"{title}\n```yaml\n{_excerpt(path, code)}\n```\n\n{_said(path, code)}"


def _remedy(code: Code) -> str:
    return f"{_cell(code.remedy[0].upper() + code.remedy[1:])}."


def _excerpt(path: Path, code: Code) -> str:
    """The lines around the first that shows the code, its comment as an arrow."""
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(line for file, line, name in expected(path) if name == code.name and file == path.name) - 1
    first = max(at - BEFORE, HEAD + 2 if at >= HEAD + 2 else 0)
    return "\n".join(re.sub(r"# expect: .*", "# <--", line) for line in lines[first : at + AFTER + 1])


def _said(path: Path, code: Code) -> str:
    finding = next(finding for finding in findings(path) if finding.code is code)
    hint = f" ({finding.hint})" if finding.hint else ""
    text = f"{finding.message}{hint}".replace(f"{EXAMPLES}/", "").replace("\n", " ")
    return f"> {_escaped(text)}"


def _escaped(text: str) -> str:
    """A message as Markdown: nothing in it is markup."""
    return re.sub(r"([\\`*_<\[\]|])", r"\\\1", text)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
