"""Rules about secrets that are written into the document, where everybody who reads it finds them (S10).

Knows how tokens look and where credentials stand; placeholders such as `YOUR_TOKEN` are none. It never shows one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from arazzo_runner import diagnostics as codes
from arazzo_runner.description import BoundWorkflow, Description
from arazzo_runner.diagnostics import Diagnostic, Origin
from arazzo_runner.expressions.nodes import ArrayValue, Constant, ObjectValue, Template, Value
from arazzo_runner.model import Action
from arazzo_runner.patterns import rare
from arazzo_runner.secrecy import is_secret_header
from arazzo_runner.validation.visiting import finding, workflows
from arazzo_runner.values import JSON

#: How the tokens of well-known services look; these are secrets wherever they stand.
_KNOWN: Final = re.compile(
    r"""(?<![A-Za-z0-9_-])(?:
        sk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,} | [sr]k_live_[A-Za-z0-9]{16,} | gh[opsur]_[A-Za-z0-9]{30,}
      | github_pat_[A-Za-z0-9_]{30,} | glpat-[A-Za-z0-9_-]{20,} | xox[abprs]-[A-Za-z0-9-]{20,}
      | A(?:KIA|SIA)[A-Z0-9]{16} | AIza[A-Za-z0-9_-]{35} | SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}
      | eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}
    )(?![A-Za-z0-9])|-----BEGIN\ (?:[A-Z]+\ )*PRIVATE\ KEY-----""",
    re.VERBOSE,
)
_SCHEME: Final = rare(r"(?:bearer|basic|token|apikey|api-key|key|digest)\s+", re.IGNORECASE)
_SECRET_NAME: Final = re.compile(
    r"(?:password|passwd|passphrase|clientsecret|secretkey|apikey|apisecret|accesskey|privatekey|accesstoken"
    r"|authtoken|refreshtoken|bearertoken|apitoken|(?<!next)(?<!page)token|secret)$"
)
_PASSWORD: Final = rare(r"(?:password|passwd|passphrase)$")
_PLACEHOLDER: Final = rare(
    r"your|example|sample|test|dummy|fake|demo|placeholder|change.?me|replace|insert|redact|todo|foo|abc|mock"
    r"|x{3,}|\*{2,}|\.{3}|<[^>]*>|\{[^}]*\}|\[[^\]]*\]|1234|0000|secret|password|pass|token|key",
    re.IGNORECASE,
)
_TOKEN: Final = rare(r"[A-Za-z0-9+/=_.~:-]{16,}")


def literal_secrets(description: Description) -> Iterator[Diagnostic]:
    """No literal value is a secret."""
    for _, what, place in written_secrets(description):
        message = f"{what} is written into the document"
        yield finding(codes.LITERAL_SECRET, place, message, "make it an input, and revoke this one")


def written_secrets(description: Description) -> Iterator[tuple[str, str, Origin]]:
    """The literal values that are secrets, with what each looks like and where it stands."""
    for _, workflow in workflows(description):
        for value, name, header, origin in _values(workflow):
            for text, member, place in _texts(value, name, origin):
                if what := _secret(text, member, header=header and member == name):
                    yield text, what, place


def known_tokens(text: str) -> list[str]:
    """The tokens of well-known services in a text."""
    return [found[0] for found in _KNOWN.finditer(text) if not _is_placeholder(found[0])]


def _values(workflow: BoundWorkflow) -> Iterator[tuple[Value, str, bool, Origin]]:
    """The literal values of a workflow: with the name that they go by, and whether that is a header's."""
    model = workflow.workflow
    actions: list[Action] = [*model.success_actions, *model.failure_actions]
    lists = [model.parameters]
    for bound in workflow.steps:
        lists.append(bound.step.parameters)
        actions += [*bound.step.on_success, *bound.step.on_failure]
        body = bound.step.request_body
        if body is not None and body.payload is not None:
            yield body.payload, "", False, body.origin.at("payload")
        for replacement in body.replacements if body is not None else ():
            yield replacement.value, "", False, replacement.origin.at("value")
    for parameters in (*lists, *(action.parameters for action in actions)):
        for parameter in parameters:
            yield parameter.value, parameter.name, parameter.in_ == "header", parameter.origin.at("value")
    for name, schema in _inputs(model.inputs).items():
        if isinstance(schema, dict) and "default" in schema:
            origin = model.origin.at("inputs", "properties", name, "default")
            yield Constant(schema["default"]), name, False, origin


def _inputs(schema: Mapping[str, JSON] | bool | None) -> dict[str, JSON]:
    found = schema.get("properties") if isinstance(schema, Mapping) else None
    return found if isinstance(found, dict) else {}


def _texts(value: Value | JSON, name: str, origin: Origin) -> Iterator[tuple[str, str, Origin]]:
    """The texts in a value, with the names that they go by."""
    match value:
        case str():
            yield value, name, origin
        case Constant(value=inner):
            yield from _texts(inner, name, origin)
        case Template(parts=parts):
            for part in parts:
                if isinstance(part, str):
                    yield part, "", origin
        case ObjectValue(members=members):
            for key, member in members:
                yield from _texts(member, key, origin.at(key))
        case dict():
            for key, item in value.items():
                yield from _texts(item, key, origin.at(key))
        case ArrayValue(items=items):
            for index, element in enumerate(items):
                yield from _texts(element, name, origin.at(index))
        case list():
            for index, each in enumerate(value):
                yield from _texts(each, name, origin.at(index))


def _secret(text: str, name: str, *, header: bool) -> str | None:
    """What a text looks like, when it looks like a secret."""
    known = _KNOWN.search(text)
    if known is not None and not _is_placeholder(known[0]):
        return "a private key" if known[0].startswith("-") else f"a token ('{known[0][:4]}...')"
    if header and is_secret_header(name):
        return f"the value of '{name}'" if _looks_random(_SCHEME.sub("", text.strip(), count=1)) else None
    folded = name.replace("-", "").replace("_", "").lower()
    if not _SECRET_NAME.search(folded):
        return None
    secret = _looks_chosen(text) if _PASSWORD.search(folded) else _looks_random(text)
    return f"the value of '{name}'" if secret else None


def _is_placeholder(text: str) -> bool:
    """Whether nobody would use it: one character over and over, or words of documentation."""
    body = re.sub(r"^[A-Za-z_]+[-_]", "", text)
    return len(set(body)) < 6 or re.search(r"your|example|x{4,}|placeholder|\.\.\.", text, re.IGNORECASE) is not None


def _looks_random(text: str) -> bool:
    """Whether it looks like a token: long, letters and digits, no words of documentation."""
    if not _TOKEN.fullmatch(text) or _PLACEHOLDER.search(text) or len(set(text)) < 10:
        return False
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text)) and not text.startswith(("http", "tok_"))


def _looks_chosen(text: str) -> bool:
    """Whether it looks like a password that somebody uses: letters and digits or signs, no words of documentation."""
    if not 8 <= len(text) <= 128 or " " in text or _PLACEHOLDER.search(text) or len(set(text)) < 6:
        return False
    return any(map(str.isalpha, text)) and not all(map(str.isalpha, text))
