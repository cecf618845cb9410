"""Media types (RFC 9110, section 8.3): their parts, ranges, and which ones are JSON, XML or text (S15, S39)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import lru_cache
from types import MappingProxyType

from arazzo_runner.patterns import rare
from arazzo_runner.records import dataclass

_TYPE = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)/([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;|,|$)")
_PARAMETER = re.compile(r';\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;,\s"]*)')
_CHARSET = rare(
    r"(us-?)?ascii|utf[-_]?(8|16|32)([-_]?[bl]e)?|utf-8-sig|latin-?1|l1|iso[-_ ]?8859[-_ ]?\d+|windows-125\d|cp\d{3,4}|"
    r"gb2312|gbk|gb18030|big5|shift[-_]?jis|sjis|euc[-_]?(jp|kr)|koi8[-_][rut]|mac-?roman|iso-2022-jp",
    re.IGNORECASE,
)
#: Types outside `text/*` that are text by their registration or by custom.
_TEXT = rare(
    r"application/(javascript|ecmascript|x-javascript|yaml|x-yaml|x-ndjson|ndjson|jsonl|x-jsonlines|jsonlines|json-seq|"
    r"graphql|x-www-form-urlencoded|csv|toml|sql|rtf|xml-dtd|x-sh|http|jwt|jose|vnd\.apple\.mpegurl|x-mpegurl)"
)
_JSON = frozenset({"application/json", "text/json", "application/x-json", "text/x-json", "application/problem+json"})


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type or range: its lower-case essence ``type/subtype``, and its parameters."""

    essence: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def charset(self) -> str | None:
        """The codec of its charset parameter, where it names a known text encoding."""
        name = self.parameters.get("charset", "")
        if not name or not _CHARSET.fullmatch(name):
            return None
        try:
            return codecs.lookup(name).name
        except LookupError:
            return None

    @property
    def is_json(self) -> bool:
        """``application/json``, ``*/*+json`` and their old spellings."""
        return self.essence in _JSON or self.essence.endswith("+json")

    @property
    def is_xml(self) -> bool:
        """``application/xml``, ``text/xml`` and ``*/*+xml``."""
        return self.essence in {"application/xml", "text/xml"} or self.essence.endswith("+xml")

    @property
    def is_text(self) -> bool:
        """``text/*``, and types outside it that are text."""
        text = self.essence.startswith("text/") or _TEXT.fullmatch(self.essence) is not None
        return text or "charset" in self.parameters

    @property
    def is_form(self) -> bool:
        """``application/x-www-form-urlencoded``."""
        return self.essence == "application/x-www-form-urlencoded"

    @property
    def is_multipart(self) -> bool:
        """``multipart/*``."""
        return self.essence.startswith("multipart/")

    @property
    def is_lines(self) -> bool:
        """JSON values one to a line."""
        return self.essence in {"application/x-ndjson", "application/ndjson", "application/jsonl"}

    @property
    def is_range(self) -> bool:
        """Whether it stands for several types: ``*/*``, ``image/*``, ``application/*+json``."""
        return "*" in self.essence

    def covers(self, other: MediaType) -> bool:
        """Whether the concrete ``other`` is of this type or range."""
        if not self.is_range:
            return self.essence == other.essence
        main, _, sub = self.essence.partition("/")
        main_, _, sub_ = other.essence.partition("/")
        return main in {"*", main_} and (sub == "*" or sub_.endswith(sub.removeprefix("*")))


@lru_cache(maxsize=512)
def media_type(text: str) -> MediaType | None:
    """``text`` as a media type, None when it is none. Of a joined header field the first counts."""
    found = _TYPE.match(text)
    if found is None:
        return None
    parameters = {
        name.lower(): _unquoted(value) for name, value in _PARAMETER.findall(text[found.end() - 1 :].split(",", 1)[0])
    }
    return MediaType(f"{found[1]}/{found[2]}".lower(), MappingProxyType(parameters))


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def best(kind: MediaType, names: Iterable[str]) -> str | None:
    """Of the declared types and ranges, the one that describes ``kind`` most exactly."""
    matching = [
        (declared.essence.count("*"), name)
        for name in names
        if (declared := media_type(name)) is not None and declared.covers(kind)
    ]
    return min(matching, key=lambda pair: pair[0])[1] if matching else None


#: What a file's suffix says of its type; a fixed table, so that requests do not depend on the machine.
SUFFIXES = {
    "avif": "image/avif", "bin": "application/octet-stream", "bmp": "image/bmp", "css": "text/css", "csv": "text/csv",
    "doc": "application/msword", "flac": "audio/flac", "gif": "image/gif", "gz": "application/gzip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "htm": "text/html",
    "html": "text/html", "ico": "image/vnd.microsoft.icon", "jpeg": "image/jpeg", "jpg": "image/jpeg",
    "js": "text/javascript", "json": "application/json", "jsonl": "application/jsonl", "m4a": "audio/mp4",
    "md": "text/markdown", "mov": "video/quicktime", "mp3": "audio/mpeg", "mp4": "video/mp4", "ogg": "audio/ogg",
    "pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml", "tar": "application/x-tar",
    "tif": "image/tiff", "tiff": "image/tiff", "tsv": "text/tab-separated-values", "txt": "text/plain",
    "wav": "audio/wav", "webm": "video/webm", "webp": "image/webp", "xml": "application/xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "yaml": "application/yaml",
    "yml": "application/yaml", "zip": "application/zip",
}  # fmt: skip


def of_file(name: str) -> str:
    """The media type that a file's name tells."""
    return SUFFIXES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
