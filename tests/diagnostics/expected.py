"""The documents of this folder, one for each diagnostic: `# expect: CODE, CODE` stands beside each offending line."""

from __future__ import annotations

import re
from pathlib import Path

from arazzo_runner import load, validate
from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.validation import SLOW_RULES, check

HERE = Path(__file__).parent

#: What is looked for only when it is asked for.
SLOW = {"broken-description", "unchecked-description"}

_EXPECT = re.compile(r"#\s*expect:\s*([a-z0-9, -]+?)\s*$")


def document(code: str) -> Path:
    """The document that shows a code."""
    return HERE / f"{code}.yaml"


def documents() -> list[Path]:
    """Those that show a code; what they refer to has a dot in its name, or is the API of all."""
    return sorted(path for path in HERE.glob("*.yaml") if "." not in path.stem and path.stem != "shop")


def expected(path: Path) -> list[tuple[str, int, str]]:
    """File, line and code of everything that a document, or a file of its own beside it, announces."""
    return sorted(
        (file.name, number, code.strip())
        for file in (path, *path.parent.glob(f"{path.stem}.*.yaml"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if (announced := _EXPECT.search(line))
        for code in announced[1].split(",")
    )


def found(path: Path) -> list[tuple[str, int, str]]:
    """File, line and code of everything that is found."""
    return sorted(
        (Path(finding.origin.document).name, finding.span.line if finding.span else 0, finding.code.name)
        for finding in findings(path)
    )


def findings(path: Path) -> list[Diagnostic]:
    """What the validator says of a document, the rules that take a while included."""
    said = validate(path)
    if path.stem in SLOW:
        said += check(load(path), SLOW_RULES)
    return list(dict.fromkeys(said))
