"""Draws with Graphviz's dot, where it is installed."""

from __future__ import annotations

from lxml import etree

from halint.picture.palette import css

_SECONDS = 60
_SVG = "{http://www.w3.org/2000/svg}"
_TITLE = "{http://www.w3.org/1999/xlink}title"


def svg(dot_text: str, seconds: int = _SECONDS) -> str | None:
    """The SVG, light and dark, each object under its anchor; None where dot is missing, fails or takes too long.

    It holds no script, no link and no document type.
    """
    import shutil  # noqa: PLC0415 - only where a picture is drawn
    import subprocess  # noqa: PLC0415 - as above

    program = shutil.which("dot")
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - no shell, nothing of the input in the arguments
            [program, "-Tsvg"], input=dot_text.encode(), capture_output=True, timeout=seconds, check=False
        )
        root = etree.fromstring(done.stdout, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except (subprocess.TimeoutExpired, OSError, etree.XMLSyntaxError):
        return None
    return _cleaned(root) if done.returncode == 0 else None


def _cleaned(root: etree._Element) -> str:
    for comment in list(root.iter(etree.Comment)):
        outer = comment.getparent()
        if outer is not None:
            outer.remove(comment)
    for link in list(root.iter(f"{_SVG}a")):
        _unwrap(link)
    root.set("class", "cluster-picture")
    style = etree.Element(f"{_SVG}style")
    style.text = css()
    root.insert(0, style)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode") + "\n"


def _unwrap(link: etree._Element) -> None:
    """A link to nowhere becomes what it holds, its title that of the object: browsers show those."""
    inner = link.getparent()
    outer = inner.getparent() if inner is not None else None
    if inner is None or outer is None:
        return
    for child in list(link):
        outer.insert(outer.index(inner), child)
    inner.remove(link)
    title = outer.find(f"{_SVG}title")
    if title is not None:
        title.text = link.get(_TITLE) or title.text
    if not len(inner):
        outer.remove(inner)
