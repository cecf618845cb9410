"""XML as queries see it: parsed without entities, network or external files, cached by its text; never HTML."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final

from arazzo_runner.expressions.selectors.query import QueryError, kind
from arazzo_runner.patterns import rare
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON

if TYPE_CHECKING:
    from lxml.etree import _Element, _ElementTree

#: What may stand before the root element or a document type declaration.
_PROLOGUE: Final = rare(r"\ufeff?(?P<declaration>\s*<\?xml\s[^>]*\?>\s*)?(?:\s+|<!--.*?-->|<\?.*?\?>)*+", re.DOTALL)
_DOCTYPE_REFUSED: Final = (
    "a document type declaration (DOCTYPE) is refused, in XML as in HTML: it can define entities that grow without end"
)


@dataclass(eq=False)
class XML:
    """A parsed document. Queries share it, so whoever changes one reads their own with `parse`."""

    tree: _ElementTree
    declaration: str  #: the XML declaration as it was written, or nothing

    @cached_property
    def nodes(self) -> Any:
        """The document as elementpath's node tree, which is costly to build."""
        from elementpath import get_node_tree

        return get_node_tree(self.tree)

    @cached_property
    def namespaces(self) -> dict[str, str]:
        """The prefixes that the document declares; the first declaration of one counts."""
        found: dict[str, str] = {}
        for element in self.tree.iter("*"):
            for prefix, uri in element.nsmap.items():
                if prefix is not None:
                    found.setdefault(str(prefix), str(uri))
        return found

    def text(self) -> str:
        """The document as text again."""
        from lxml import etree

        return self.declaration + etree.tostring(self.tree, encoding="unicode")


def read_xml(context: JSON) -> XML:
    """The document of a query's context; raises `QueryError` when it is no well-formed XML text."""
    if not isinstance(context, str):
        raise QueryError(f"XPath needs XML text, found {kind(context)}")
    return _kept(context)


@lru_cache(maxsize=4)
def _kept(text: str) -> XML:
    """A step's criteria and outputs ask the same answer several times."""
    return parse(text)


def parse(text: str) -> XML:
    """Read XML without any of its ways out; libxml2's bounds on size, depth and amplification stay."""
    from lxml import etree

    declaration = refuse_doctype(text)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        tree = etree.fromstring(text.removeprefix("\ufeff").encode(), parser).getroottree()
    except etree.XMLSyntaxError as error:
        raise QueryError(f"the context is not well-formed XML: {error.msg}") from None
    except UnicodeEncodeError:
        raise QueryError("the context is not well-formed XML: it holds half of a surrogate pair") from None
    if tree.docinfo.internalDTD is not None:
        raise QueryError(_DOCTYPE_REFUSED)
    return XML(tree, declaration)


def refuse_doctype(text: str) -> str:
    """Raise `QueryError` when a document type declaration stands before the root; gives the XML declaration."""
    prologue = _PROLOGUE.match(text)
    assert prologue is not None  # every part of it is optional
    if text[prologue.end() : prologue.end() + 9].upper() == "<!DOCTYPE":
        raise QueryError(_DOCTYPE_REFUSED)
    return prologue["declaration"] or ""


def content(element: _Element, *, whole: bool = False) -> str:
    """An element's value (S44): its text when it has no child elements, else (or as a `whole` document) its XML."""
    from lxml import etree

    if whole or any(isinstance(child.tag, str) for child in element):
        return etree.tostring(element, encoding="unicode", with_tail=False)
    return (element.text or "") + "".join(child.tail or "" for child in element)
