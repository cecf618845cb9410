"""An answer's content from the bytes that came: decoded, whole, and within its limit (S42).

Pure: shared by everything that moves bytes. It must not read them.
"""

from __future__ import annotations

import zlib

from arazzo_runner.effects import Headers
from arazzo_runner.errors import TransportError
from arazzo_runner.transports.outgoing import Origin


class _TooLarge(Exception):
    """More than the limit."""


class _Inflate:
    """Decodes gzip or deflate, never more than asked for: a small answer can stand for gigabytes."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._decoder = zlib.decompressobj(zlib.MAX_WBITS | 16 if coding == "gzip" else zlib.MAX_WBITS)
        self._begun = False

    def feed(self, data: bytes, limit: int) -> bytes:
        out = bytearray()
        while data:
            if self._decoder.eof:
                break  # a second member, or padding: no server means it
            out += self._decompress(data, limit - len(out) + 1)
            self._begun = True
            if len(out) > limit:
                raise _TooLarge
            data = self._decoder.unconsumed_tail
        return bytes(out)

    def _decompress(self, data: bytes, most: int) -> bytes:
        try:
            return self._decoder.decompress(data, most)
        except zlib.error:
            if self._begun or self._coding == "gzip":
                raise
        self._decoder = zlib.decompressobj(-zlib.MAX_WBITS)  # deflate without the zlib header, as some servers send it
        return self._decoder.decompress(data, most)

    @property
    def complete(self) -> bool:
        return self._decoder.eof or not self._begun


class Content:
    """Collects an answer's content, decoded, up to a limit of bytes (S42). Everything raises `TransportError`."""

    def __init__(self, headers: Headers, limit: int, origin: Origin) -> None:
        codings = [coding.strip().lower() for coding in headers.get("content-encoding", "").split(",")]
        self._codings = [coding for coding in reversed(codings) if coding not in ("", "identity")]
        self._decoders: list[_Inflate] = []
        self._parts: list[bytes] = []
        self._size = 0
        self._limit = limit
        self._origin = origin
        declared = headers.get("content-length", "")
        if not self._codings and declared.isdecimal() and len(declared) < 20 and int(declared) > limit:
            raise self._too_large()

    def feed(self, raw: bytes) -> None:
        """Take the next bytes as they came."""
        try:
            data = self._decode(raw) if self._codings else raw
        except _TooLarge:
            raise self._too_large() from None
        except zlib.error:
            raise self._broken(f"is not the {self._codings[0]} data that its Content-Encoding says") from None
        self._size += len(data)
        if self._size > self._limit:
            raise self._too_large()
        self._parts.append(data)

    def whole(self) -> bytes:
        """All of it."""
        if not all(decoder.complete for decoder in self._decoders):
            raise self._broken("breaks off in the middle of its compressed content")
        return b"".join(self._parts)

    def _decode(self, data: bytes) -> bytes:
        if not self._decoders:
            self._decoders = [self._decoder(coding) for coding in self._codings]
        for decoder in self._decoders:
            data = decoder.feed(data, self._limit)
        return data

    def _decoder(self, coding: str) -> _Inflate:
        coding = coding.removeprefix("x-")
        if coding not in ("gzip", "deflate"):
            raise self._broken(
                f"is coded as '{coding}', expected gzip or deflate; do not ask for it in Accept-Encoding"
            )
        return _Inflate(coding)

    def _too_large(self) -> TransportError:
        message = f"the answer of '{self._origin}' has more than {self._limit:,} bytes; raise the limit to accept it"
        return TransportError("too-large", message)

    def _broken(self, what: str) -> TransportError:
        return TransportError("protocol", f"the answer of '{self._origin}' {what}")
