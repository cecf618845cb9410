"""S3: where sources are looked for, by which name they are known, and what is said when they are not there."""

from pathlib import Path

import pytest
from loading import SHOP, Files, found, load, steps

from arazzo_runner.diagnostics import errors
from arazzo_runner.effects import Retrieved
from arazzo_runner.errors import InvalidDescription, UnreadableDocument
from arazzo_runner.loader import load_description

STEP = "- {stepId: a, operationId: listItems}"


def with_source(url: str, type_: str = "openapi", self_: str | None = None) -> str:
    text = steps(STEP).replace("url: shop.yaml, type: openapi", f"url: '{url}', type: {type_}")
    return f"$self: {self_}\n{text}" if self_ else text


def ask(text: str, contents: dict[str, str], at: str = "main.yaml", **options: object):
    files = Files({at: text, **contents})
    return load_description(at, retrieve=files, **options), files.asked  # type: ignore[arg-type]  # options of several types


@pytest.mark.parametrize(
    ("at", "url", "self_", "expected"),
    [
        ("main.yaml", "shop.yaml", None, "shop.yaml"),
        ("flows/main.yaml", "../apis/shop.yaml", None, "apis/shop.yaml"),
        ("/a/b/main.yaml", "c/shop.yaml", None, "/a/b/c/shop.yaml"),
        ("main.yaml", "my%20shop.yaml", None, "my shop.yaml"),
        ("main.yaml", "file:///a/shop.yaml", None, "/a/shop.yaml"),
        ("main.yaml", "https://a.example/shop.yaml", None, "https://a.example/shop.yaml"),
        ("https://a.example/x/main.yaml", "../shop.yaml", None, "https://a.example/shop.yaml"),
        ("https://cdn.example/main.yaml", "../shop.yaml", "https://a.example/x/m.yaml", "https://a.example/shop.yaml"),
        ("https://a.example/v2/main.yaml", "../s/shop.yaml", "w/p.yaml", "https://a.example/v2/s/shop.yaml"),
        ("/a/main.yaml", "../s/shop.yaml", "w/x/p.yaml", "/a/w/s/shop.yaml"),
    ],
)
def test_urls_are_resolved_against_the_base_uri(at: str, url: str, self_: str | None, expected: str) -> None:
    """Appendix B of the specification; file paths stay as the user knows them."""
    description, asked = ask(with_source(url, self_=self_), {expected: SHOP}, at)
    assert errors(description.diagnostics) == []
    assert asked[0] == at
    assert asked[-1] == expected


def test_a_source_beside_the_file_is_found_with_a_note() -> None:
    """`$self` says where the document will be published; here it is read from a folder."""
    text = with_source("../apis/shop.yaml", self_="https://a.example/flows/main.yaml")
    description, asked = ask(text, {"apis/shop.yaml": SHOP}, "flows/main.yaml")
    assert [note.code.name for note in description.diagnostics] == ["source-beside"]
    assert "apis/shop.yaml" in description.diagnostics[0].message
    assert asked == ["flows/main.yaml", "apis/shop.yaml"]


def test_without_a_file_beside_it_is_fetched() -> None:
    text = with_source("shop.yaml", self_="https://a.example/main.yaml")
    description, asked = ask(text, {"https://a.example/shop.yaml": SHOP}, "flows/main.yaml")
    assert description.diagnostics == ()
    assert asked == ["flows/main.yaml", "flows/shop.yaml", "https://a.example/shop.yaml"]


def test_a_document_is_known_by_its_identity() -> None:
    """Identity-Based Referencing: `$self` wins over locations; nothing is fetched."""
    child = "$self: https://a.example/child.yaml\n" + steps(STEP).replace("workflowId: w", "workflowId: c")
    text = with_source("https://a.example/child.yaml", "arazzo").replace(
        "operationId: listItems", "workflowId: $sourceDescriptions.shop.c"
    )
    files = Files({"main.yaml": text, "https://a.example/shop.yaml": SHOP})
    given = [Retrieved("https://cdn.example/anything.yaml", child.encode())]
    description = load_description("main.yaml", retrieve=files, given=given)
    assert errors(description.diagnostics) == []
    assert "https://a.example/child.yaml" not in files.asked
    called = description.workflow("w").steps[0].workflow
    assert called is not None
    assert called.document == "https://a.example/child.yaml"


def test_a_given_document_is_found_by_its_location() -> None:
    files = Files({"main.yaml": steps(STEP)})
    description = load_description("main.yaml", retrieve=files, given=[Retrieved("./shop.yaml", SHOP.encode())])
    assert description.diagnostics == ()
    assert files.asked == ["main.yaml"]


def test_the_uri_of_a_document_is_its_self_or_its_location() -> None:
    assert load("$self: https://a.example/m\n" + steps(STEP)).entry.uri == "https://a.example/m"
    assert load(steps(STEP)).entry.uri == Path("main.yaml").absolute().as_uri()


def test_an_override_says_where_a_source_is() -> None:
    description, asked = ask(with_source("nowhere.yaml"), {"other.yaml": SHOP}, overrides={"shop": "other.yaml"})
    assert description.diagnostics == ()
    assert asked == ["main.yaml", "other.yaml"]


def test_an_override_of_no_source_is_an_error() -> None:
    problems = errors(load(steps(STEP), overrides={"shp": "other.yaml"}).diagnostics)
    assert [(problem.code.name, problem.hint) for problem in problems] == [("unknown-source", "did you mean 'shop'?")]


def test_a_missing_source_names_url_places_and_near_files(tmp_path: Path) -> None:
    (tmp_path / "shop.yml").write_text(SHOP)
    (tmp_path / "main.yaml").write_text(with_source("shop.yaml", self_="https://a.example/main.yaml"))

    def retrieve(location: str) -> Retrieved:
        try:
            return Retrieved(location, Path(location).read_bytes())
        except OSError as error:
            raise UnreadableDocument(location, error.strerror or "") from None

    first, second = errors(load_description(str(tmp_path / "main.yaml"), retrieve=retrieve).diagnostics)
    assert first.code.name == second.code.name == "source-unavailable"
    assert first.origin.pointer == "/sourceDescriptions/0/url"
    for part in ("'shop.yaml'", "'https://a.example/shop.yaml'", f"'{tmp_path / 'shop.yaml'}'"):
        assert part in first.message
    assert first.hint is not None
    assert "did you mean 'shop.yml'?" in first.hint
    assert second.origin.pointer == "/workflows/0/steps/0/operationId"
    assert "'shop'" in second.message


@pytest.mark.parametrize("url", ["file:///etc/hosts", "file:/etc/hosts"])
def test_a_document_from_the_network_never_refers_to_local_files(url: str) -> None:
    _, asked = ask(with_source(url), {"/etc/hosts": SHOP}, "https://a.example/main.yaml")
    assert asked == ["https://a.example/main.yaml"]


def test_neither_do_the_references_of_a_description_from_the_network() -> None:
    remote = "https://a.example/shop.yaml"
    api = SHOP.replace("/items:", "/items: {$ref: 'file:///etc/hosts'}\n  /things:")
    description, asked = ask(with_source(remote), {remote: api, "/etc/hosts": "{}"})
    assert "/etc/hosts" not in asked
    assert description.entry.sources["shop"]["url"] == remote


def test_references_across_files_are_read_once_relative_to_their_file() -> None:
    api = """
    openapi: 3.1.0
    info: {title: t, version: "1"}
    paths:
      /items: {$ref: 'parts/items.yaml'}
      /more: {$ref: 'parts/items.yaml'}
    """
    files = {"apis/shop.yaml": api, "apis/parts/items.yaml": "get: {operationId: listItems, responses: {}}"}
    description, asked = ask(with_source("apis/shop.yaml"), files)
    assert description.diagnostics == ()
    assert asked.count("apis/parts/items.yaml") == 1


def test_each_file_is_read_once() -> None:
    text = steps(STEP).replace("type: openapi}", "type: openapi}, {name: again, url: ./shop.yaml, type: openapi}")
    description, asked = ask(text, {"shop.yaml": SHOP})
    assert asked == ["main.yaml", "shop.yaml"]
    assert found(description.diagnostics) == ["ambiguous-operation"]


TYPES = {
    "openapi 3.1": (SHOP, None),
    "openapi 3.0": (SHOP.replace("3.1.0", "3.0.3"), None),
    "openapi 3.2": (SHOP.replace("3.1.0", "3.2.0"), None),
    "openapi 2.0": (SHOP.replace("openapi: 3.1.0", 'swagger: "2.0"'), None),
    "unknown version": (SHOP.replace("3.1.0", "9.0.0"), "source-invalid"),
    "neither": ("a: 1\n", "source-invalid"),
    "a list": ("- 1\n", "source-invalid"),
    "empty": ("", "source-invalid"),
    "broken": ("a: [\n", "source-invalid"),
    "another type": (steps(STEP), "source-invalid"),
}


@pytest.mark.parametrize(("text", "code"), TYPES.values(), ids=TYPES.keys())
def test_sources_are_told_apart_by_what_they_are(text: str, code: str | None) -> None:
    description, _ = ask(steps(STEP), {"shop.yaml": text})
    problems = [problem for problem in errors(description.diagnostics) if problem.origin.document == "main.yaml"]
    if code is None:
        assert problems == []
    else:
        assert problems[0].code.name == code
        assert problems[0].origin.pointer.startswith("/sourceDescriptions/0")
        assert description.workflow("w").steps[0].operation is None


def test_a_source_of_another_type_than_declared_is_used_all_the_same() -> None:
    description, _ = ask(with_source("shop.yaml", "arazzo"), {"shop.yaml": SHOP})
    assert found(description.diagnostics) == ["source-invalid"]
    assert description.workflow("w").steps[0].operation is not None


def test_the_document_alone_can_be_read() -> None:
    description, asked = ask(steps(STEP), {}, with_sources=False)
    assert description.diagnostics == ()
    assert asked == ["main.yaml"]


def test_an_entry_that_is_not_there_or_does_not_parse() -> None:
    with pytest.raises(UnreadableDocument):
        load_description("nowhere.yaml", retrieve=Files({}))
    with pytest.raises(InvalidDescription):
        load_description("main.yaml", retrieve=Files({"main.yaml": "a: [\n"}))


def test_the_fields_of_sources_are_as_written() -> None:
    """Source Description Expression Resolution: `$sourceDescriptions.shop.url` is the field."""
    assert load(steps(STEP)).entry.sources == {"shop": {"url": "shop.yaml", "type": "openapi"}}
