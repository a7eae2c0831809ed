"""A page as its elements and its text, for tests."""

from html.parser import HTMLParser

HOSTILE = "<b>&\"'</script><script>alert(1)"


class Elements(HTMLParser):
    """Lists the page's elements, addresses and text, and checks that every element is closed."""

    VOID = frozenset({"meta", "input", "wbr", "img", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: list[str] = []
        self.addresses: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.addresses += [v or "" for k, v in attrs if k in ("src", "href", "action", "poster")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.text.append(data)


def read(html: str) -> Elements:
    elements = Elements()
    elements.feed(html)
    elements.close()
    assert elements.open == []
    return elements


def text_of(html: str) -> str:
    return " ".join(" ".join(read(html).text).split())
