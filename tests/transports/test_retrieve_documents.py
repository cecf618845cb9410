"""S3: documents come from files, URLs and standard input, within bounds; a remote one reads no local files."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest
from loopback import always, drip, reply, serving

from arazzo_runner.errors import UnreadableDocument
from arazzo_runner.transports import HttpOptions
from arazzo_runner.transports.retrieve import retrieve, retriever

OPTIONS = HttpOptions(trust_env=False)


def reason(location: str, **settings: object) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        retrieve(location, options=OPTIONS, **settings)
    assert caught.value.location == location
    return caught.value.reason


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pets and more.yaml").write_bytes(b"openapi: 3.1.0")
    (tmp_path / "petstore.yaml").write_bytes(b"x")
    return tmp_path


# --- files ------------------------------------------------------------------------------------------------------------
def test_a_file_is_read_by_its_path_and_by_its_url(folder: Path) -> None:
    path = folder / "pets and more.yaml"
    for location in (str(path), path.as_uri()):
        assert (retrieve(location).location, retrieve(location).content) == (location, b"openapi: 3.1.0")


def test_a_missing_file_has_near_names(folder: Path) -> None:
    assert reason(str(folder / "petstor.yml")).startswith("there is no such file; did you mean 'petstore.yaml'")


def test_a_missing_folder_is_named(folder: Path) -> None:
    assert f"there is no folder '{folder / 'nope'}'" in reason(str(folder / "nope" / "a.yaml"))


def test_a_folder_is_no_document(folder: Path) -> None:
    assert reason(str(folder)) == "it is a folder; name a document in it"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_explained(folder: Path) -> None:
    (folder / "petstore.yaml").chmod(0)
    assert reason(str(folder / "petstore.yaml")).startswith("this user may not read it")


def test_a_file_above_the_limit_is_refused(folder: Path) -> None:
    assert reason(str(folder / "pets and more.yaml"), max_bytes=5) == "it has more than 5 bytes; split the document"
    assert retrieve(str(folder / "pets and more.yaml"), max_bytes=14).content == b"openapi: 3.1.0"


def test_a_name_that_no_file_can_have_is_refused() -> None:
    assert reason("a\0b") == "it is not a file's name"


def test_a_device_is_read_only_when_the_user_names_it() -> None:
    assert retrieve("/dev/null").content == b""
    assert reason("/dev/null", only_regular=True) == "it is not a regular file"


def test_standard_input_is_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"arazzo: 1.0.1")))
    assert retrieve("-").content == b"arazzo: 1.0.1"


# --- network ----------------------------------------------------------------------------------------------------------
def test_a_url_is_fetched_with_its_media_type() -> None:
    with serving(always(reply(b"{}", headers="Content-Type: application/JSON; charset=utf-8\r\n"))) as server:
        found = retrieve(f"{server.url}/a.json?x=1", options=OPTIONS)
    assert (found.location, found.content, found.media_type) == (f"{server.url}/a.json?x=1", b"{}", "application/json")


def test_the_location_is_the_one_after_redirects() -> None:
    def script(connection, request) -> None:
        first = b" /a " in request
        connection.sendall(reply(status="302 Found", headers="Location: /new/b\r\n") if first else reply(b"b"))

    with serving(script) as server:
        assert retrieve(f"{server.url}/a", options=OPTIONS).location == f"{server.url}/new/b"


@pytest.mark.parametrize(
    ("script", "words", "settings"),
    [
        (always(reply(b"no", "404 Not Found")), "status 404 (not found)", {}),
        (always(reply(b"x" * 100)), "more than 50 bytes", {"max_bytes": 50}),
        (drip(reply(b"x" * 400), 0.02), "within 0.3 s", {"timeout": 0.3}),
        (always(b"nonsense\r\n\r\n"), "is not HTTP", {}),
        (always(reply(status="302 Found", headers="Location: file:///etc/passwd\r\n")), "found 'file:'", {}),
    ],
)
def test_what_the_network_does_not_give_is_explained(script, words: str, settings: dict[str, float]) -> None:
    with serving(script) as server:
        assert words in reason(f"{server.url}/a", **settings)


def test_other_schemes_are_refused() -> None:
    assert reason("ftp://host/a") == "expected a file, http or https location, found 'ftp:'"


# --- who may read what ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("location", ["/etc/passwd", "file:///etc/passwd", "a.yaml", "-"])
def test_a_document_of_the_network_reads_no_files(location: str) -> None:
    with pytest.raises(UnreadableDocument, match=r"local files|standard input"):
        retriever("https://example.com/a.yaml")(location)


def test_files_that_the_user_named_are_read_all_the_same(folder: Path) -> None:
    named = str(folder / "petstore.yaml")
    assert retriever("https://example.com/a.yaml", named=[named])(named).content == b"x"


def test_a_local_document_reads_its_neighbours_but_no_devices(folder: Path) -> None:
    read = retriever(str(folder / "petstore.yaml"))
    assert read(str(folder / "pets and more.yaml")).content == b"openapi: 3.1.0"
    with pytest.raises(UnreadableDocument, match="not a regular file"):
        read("/dev/zero")
