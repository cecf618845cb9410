"""HTTP/1.1 messages: a request as bytes, and an answer from bytes as they come; llhttp parses them.

Pure: shared by the connections of threads and of event loops. It must not wait or connect.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from arazzo_runner.effects import NO_HEADERS, Headers, Response
from arazzo_runner.errors import TransportError
from arazzo_runner.transports.content import Content
from arazzo_runner.transports.failures import broken_off, not_http
from arazzo_runner.transports.outgoing import Outgoing

#: How many bytes the head of an answer may have.
MAX_HEAD: Final = 128 * 1024
_WITH_CONTENT = frozenset({"POST", "PUT", "PATCH"})


def message(out: Outgoing) -> bytes:
    """The request as it goes over the wire."""
    names = {name.lower() for name, _ in out.headers}
    head = [b"%b %b HTTP/1.1\r\n" % (out.method.encode("ascii"), out.target)]
    if b"host" not in names:
        head.append(b"Host: %b\r\n" % out.origin.authority.encode("ascii"))
    content = out.content
    if b"transfer-encoding" in names:
        content = _chunked(out)
    elif b"content-length" not in names and (content or out.method in _WITH_CONTENT):
        head.append(b"Content-Length: %d\r\n" % len(content))
    head += [b"%b: %b\r\n" % field for field in out.headers]
    return b"%b\r\n%b" % (b"".join(head), content)


@lru_cache(maxsize=256)
def _name(name: bytes) -> str:
    """One text for all fields of this name: results hold many."""
    return text(name)


def _chunked(out: Outgoing) -> bytes:
    """The content as one chunk, for a request that names that framing itself."""
    codings = [value.lower() for name, value in out.headers if name.lower() == b"transfer-encoding"]
    if codings != [b"chunked"] or any(name.lower() == b"content-length" for name, _ in out.headers):
        raise TransportError("protocol", "header 'Transfer-Encoding' does not fit the request's content; leave it out")
    return (b"%x\r\n%b\r\n" % (len(out.content), out.content) if out.content else b"") + b"0\r\n\r\n"


class Answer:
    """One answer, fed with bytes until it is ``complete``; ``status`` is 0 until its head is here.

    Afterwards ``reusable`` says whether another may follow on its connection.
    """

    def __init__(self, out: Outgoing, max_bytes: int) -> None:
        self.status = 0
        self.complete = False
        self.reusable = False
        parser = HttpResponseParser(self)
        parser.set_dangerous_leniencies(  # as forgiving as other clients
            lenient_chunked_length=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )
        self._parser: HttpResponseParser | None = parser
        self._out = out
        self._max_bytes = max_bytes
        self._head_size = 0
        self._fields: list[tuple[str, str]] = []
        self._parts: list[bytes] = []
        self._content: Content | None = None
        self._headers = NO_HEADERS

    def feed(self, data: bytes) -> bool:
        """Take the next bytes; True once the answer is complete. Raises `TransportError`."""
        if self._parser is None:
            self.reusable = False  # more than was asked for
            return True
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self._end(reusable=False)  # 101: what follows is another protocol
        except HttpParserError:
            self.reusable = False
            if not self.complete:
                raise not_http(self._out.origin, begun=self.status != 0) from None
        if self.status:
            self._take_content()
        else:
            self._head_size += len(data)
            if self._head_size > MAX_HEAD:
                raise TransportError(
                    "too-large", f"the headers of '{self._out.origin}' have more than {MAX_HEAD} bytes"
                )
        if self.complete:
            self._parser = None  # they hold each other, which would leave both to the garbage collector
        return self.complete

    def end(self) -> None:
        """The other side closed the connection. Raises `TransportError` when it may not yet."""
        if self.status and not _framed(self._headers):
            self._end(reusable=False)
        if not self.complete:
            raise broken_off(self._out.origin)

    def response(self) -> Response:
        """All of it. Raises `TransportError` when its content is broken."""
        assert self._content is not None
        return Response(self.status, self._headers, self._content.whole())

    def _take_content(self) -> None:
        if self._content is None:
            self._content = Content(self._headers, self._max_bytes, self._out.origin)
        for part in self._parts:
            self._content.feed(part)
        self._parts.clear()

    def _end(self, *, reusable: bool) -> None:
        self.complete = True
        self.reusable = reusable

    # --- what llhttp calls --------------------------------------------------------------------------------------------
    def on_message_begin(self) -> None:
        """Another message after this one is more than was asked for."""
        if self.complete:
            self.reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """One field; those after the content are not the answer's headers."""
        if not self.status:
            self._fields.append((_name(name), text(value.rstrip(b" \t"))))

    def on_headers_complete(self) -> None:
        """The head is here; an answer in between (1xx) counts for nothing."""
        assert self._parser is not None
        status = self._parser.get_status_code()
        if self.complete or (status < 200 and status != 101):
            self._fields.clear()
            return
        self.status = status
        self._headers = Headers(self._fields)
        if self._out.method == "HEAD" or (self._out.method == "CONNECT" and status // 100 == 2):
            self._end(reusable=self._parser.should_keep_alive())  # llhttp would wait for content

    def on_body(self, data: bytes) -> None:
        """Some of the content."""
        if not self.complete:
            self._parts.append(data)

    def on_message_complete(self) -> None:
        """The content is here."""
        if self.status and not self.complete and self._parser is not None:
            self._end(reusable=self._parser.should_keep_alive())


def _framed(headers: Headers) -> bool:
    """Whether the head says where the content ends; if not, the connection's end does."""
    coding = headers.get("transfer-encoding")
    return "content-length" in headers if coding is None else coding.lower().endswith("chunked")


def text(value: bytes) -> str:
    """A header's name or value."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
