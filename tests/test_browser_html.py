"""The pages in Debian's Chromium: no network, no script of a value's, filters, keyboard, phone, contrast, links."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from examples import whole_cib
from reports import HOSTILE, SETTING, finding, report

from halint.cli.main import main
from halint.output.html.check import render_html
from halint.source import Location

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
expect = sync_api.expect
CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("Chromium is not installed", allow_module_level=True)
NEEDS_DOT = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
ROOT = Path(__file__).parent.parent
LIVE, BACKUP = f"{ROOT}/fixtures/restore/live.xml", f"{ROOT}/fixtures/restore/backup.xml"
BAD = (
    *HOSTILE[:9],
    "</style><style>* { display: none }</style>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "' onfocus='alert(1)' autofocus='",
    "<!--",
    "</title><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
)


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield one
        one.close()


class Opened(NamedTuple):
    """A page, and what it should never have: messages of the console, dialogs, requests but for itself."""

    page: Any
    wrong: list[str]


@pytest.fixture
def visit(browser, tmp_path):
    """Opens a page's text; fails at the end where anything went wrong in it."""
    opened = []

    def go(text: str, **options: Any) -> Any:
        file = tmp_path / f"page{len(opened)}.html"
        file.write_text(text, "utf-8", "backslashreplace")
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        page, wrong = context.new_page(), []
        page.on("console", lambda message: wrong.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: None if request.url == file.as_uri() else wrong.append(request.url))
        page.goto(file.as_uri())
        opened.append(Opened(page, wrong))
        return page

    yield go
    assert [one.wrong for one in opened] == [[] for _ in opened]
    for one in opened:
        one.page.context.close()


def checked(capsys, *paths: object, options: tuple[str, ...] = ()) -> str:
    main(["check", *map(str, paths), "--format", "html", *options])
    return capsys.readouterr().out


def compared(capsys, before: object, after: object) -> str:
    main(["diff", str(before), str(after), "--format", "html", "--show-noise", "--status"])
    return capsys.readouterr().out


def escaped(value: str) -> str:
    """A value as an attribute of XML; what XML cannot hold is left out."""
    plain = "".join(c for c in value if c in "\t\n\r" or 0x20 <= ord(c) < 0xD800 or 0xE000 <= ord(c) < 0xFFFE)
    return "".join(c if c.isalnum() and c.isascii() else f"&#{ord(c)};" for c in plain)


def hostile_cib(extra: str = "") -> str:
    """A CIB that has every bad value as an id, an agent, a parameter, a score and a node."""
    rows = "".join(
        f"<primitive id='p{escaped(one + extra)}' class='ocf' provider='heartbeat' type='{escaped(one)}'>"
        f"<instance_attributes id='i{number}'><nvpair id='n{number}' name='{escaped(one)}' "
        f"value='{escaped(one + extra)}'/></instance_attributes>"
        f"<operations><op id='o{number}' name='monitor' interval='{escaped(one)}'/></operations>"
        "</primitive>"
        for number, one in enumerate(BAD)
    )
    places = "".join(
        f"<rsc_location id='l{number}' rsc='p{escaped(one)}' node='{escaped(one)}' score='{escaped(one)}'/>"
        for number, one in enumerate(BAD)
    )
    options = "".join(
        f"<nvpair id='c{number}' name='{escaped(one)}' value='{escaped(one)}'/>" for number, one in enumerate(BAD)
    )
    return whole_cib(
        f"<crm_config><cluster_property_set id='s'>{options}</cluster_property_set></crm_config>"
        f"<resources>{rows}</resources><constraints>{places}</constraints>"
    )


def shown(page: Any) -> int:
    return page.locator("#list > [data-level]:visible").count()


def test_hostile_names_do_nothing_and_are_text(visit, tmp_path, capsys):
    (tmp_path / "cib.xml").write_text(hostile_cib())
    page = visit(checked(capsys, tmp_path))
    said = page.locator("main").inner_text()
    for value in (
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</style><style>",
        "javascript:alert(1)",
    ):
        assert value in said
    assert page.locator("img, iframe, [onerror], [onload], [onfocus]").count() == 0
    assert page.locator("article").first.is_visible()
    for link in page.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))"):
        assert re.match(r"#|https?://", link)
    values = page.locator("select[name=rule] option, select[name=file] option").all_inner_texts()
    assert values


def test_hostile_names_in_a_comparison(visit, tmp_path, capsys):
    (tmp_path / "a.xml").write_text(hostile_cib())
    (tmp_path / "b.xml").write_text(hostile_cib("<b>new</b>"))
    page = visit(compared(capsys, tmp_path / "a.xml", tmp_path / "b.xml"))
    assert "<b>new</b>" in page.locator("#changes").inner_text()
    assert page.locator("img, iframe, main b b").count() == 0


REPORT = report(
    finding(0, message="alpha one"),
    finding(1, severity="warning", rule="stonith-disabled", node="n1", message="beta"),
    finding(2, severity="info", location=Location("prod/hosts", 3, 1, 3, 9), node="n2", message="alpha two"),
    finding(3, severity="warning", location=Location("prod/hosts", 4, 1, 4, 9), message="gamma"),
)


def test_each_filter_narrows_and_the_counts_follow(visit):
    page = visit(render_html(REPORT, SETTING))
    status = page.locator(".shown")
    assert (shown(page), status.inner_text()) == (4, "4 findings")
    for name, value, number in (
        ("rule", "stonith-disabled", 1),
        ("file", "prod/hosts", 2),
        ("node", "n2", 1),
        ("node", "the whole cluster", 2),
    ):
        page.select_option(f"select[name={name}]", value)
        assert (shown(page), status.inner_text()) == (number, f"{number} of 4 findings shown")
        page.click("button[type=reset]")
        expect(status).to_have_text("4 findings")
    page.uncheck("input[value=warning]")
    assert shown(page) == 2
    page.fill("input[type=search]", "ALPHA hosts")
    expect(status).to_have_text("1 of 4 findings shown")
    counts = dict.fromkeys(("error", "warning", "info"), "0") | {"info": "1"}
    assert {name: page.locator(f"[data-count={name}]").inner_text() for name in counts} == counts
    assert status.get_attribute("aria-live") == "polite"


def test_the_filters_work_by_keyboard_alone(visit):
    page = visit(render_html(REPORT, SETTING))
    status = page.locator(".shown")
    seen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("[document.activeElement.tagName, document.activeElement.name || ''].join(' ')"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", seen[-1]
        if seen[-1] == "INPUT text":
            break
    assert seen[0] == "A "  # past the head
    assert [one for one in seen if one.split(" ")[0] in ("INPUT", "SELECT")] == [
        "INPUT level", "INPUT level", "INPUT level", "SELECT rule", "SELECT file", "SELECT node", "INPUT text",
    ]  # fmt: skip
    page.keyboard.type("gamma")
    expect(status).to_have_text("1 of 4 findings shown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(status).to_have_text("4 findings")
    page.focus("select[name=node]")
    page.keyboard.type("n2")
    page.keyboard.press("Enter")
    assert shown(page) == 1
    page.focus("input[value=info]")
    page.keyboard.press("Space")
    assert shown(page) == 0


def test_without_a_script_everything_is_shown(visit):
    page = visit(render_html(REPORT, SETTING), java_script_enabled=False)
    assert page.locator("article:visible").count() == 4
    assert page.locator("form:visible, button:visible").count() == 0


PAGES = {
    "check": lambda capsys: checked(capsys, f"{ROOT}/fixtures/tutorial"),
    "diff": lambda capsys: compared(capsys, LIVE, BACKUP),
}
BOTH = pytest.mark.parametrize("made", PAGES.values(), ids=PAGES)


@BOTH
@pytest.mark.parametrize("width", [320, 375, 768])
def test_a_phone_scrolls_down_only(visit, capsys, made, width):
    page = visit(made(capsys), viewport={"width": width, "height": 700})
    for one in page.locator("details").all():
        one.evaluate("one => one.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, p, li, .command, .card')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll')).length"
    )
    assert wide == 0


CONTRAST = """() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = numbers(color).slice(0, 3)
      .map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    for (; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor;
      if (color !== "transparent" && numbers(color)[3] !== 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const found = {};
  for (const one of document.querySelectorAll("body *:not(script):not(style)")) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || one.closest("svg") || !one.getClientRects().length) continue;
    const [a, b] = [light(getComputedStyle(one).color), light(ground(one))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const name = `${one.tagName}.${one.className}`;
    found[name] = Math.min(found[name] ?? 21, ratio);
  }
  return found;
}"""


@BOTH
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(visit, capsys, made, scheme):
    page = visit(made(capsys), color_scheme=scheme)
    found = page.evaluate(CONTRAST)
    assert len(found) > 20
    assert {name: ratio for name, ratio in found.items() if ratio < 4.5} == {}  # WCAG 2.2, 1.4.3


PICTURE_CONTRAST = """() => {
  const light = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).map(Number).slice(0, 3)
      .map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return [...document.querySelectorAll("svg g.shape:not(.legend)")].map((shape) => {
    const fill = (name) => getComputedStyle(shape.querySelector(name)).fill;
    const [a, b] = [light(fill("text")), light(fill("path, polygon, ellipse"))].sort((x, y) => y - x);
    return [shape.id, Boolean(shape.closest("a")), (a + 0.05) / (b + 0.05)];
  });
}"""


@NEEDS_DOT
@pytest.mark.parametrize("scheme, turned", [("light", False), ("dark", False), ("light", True)])
def test_objects_with_links_have_the_colours_of_the_others(visit, capsys, scheme, turned):
    page = visit(compared(capsys, LIVE, BACKUP), color_scheme=scheme)
    if turned:
        page.click("#theme")
    found = page.evaluate(PICTURE_CONTRAST)
    assert {linked for _, linked, _ in found} == {True, False}
    assert [one for one in found if one[2] < 4.5] == []


def test_the_button_turns_the_whole_page_dark_and_back(visit, capsys):
    page = visit(compared(capsys, LIVE, BACKUP), color_scheme="light")
    grounds = "['body', 'svg.cluster-picture'].map((name) => document.querySelector(name)).filter(Boolean)"
    grounds = f"{grounds}.map((one) => getComputedStyle(one).backgroundColor)"
    before = page.evaluate(grounds)
    page.click("#theme")
    assert page.locator("#theme").get_attribute("aria-pressed") == "true"
    after = page.evaluate(grounds)
    assert set(before) == {"rgb(255, 255, 255)"}
    assert set(after) == {"rgb(20, 24, 29)"}
    assert {name: ratio for name, ratio in page.evaluate(CONTRAST).items() if ratio < 4.5} == {}
    page.click("#theme")
    assert page.evaluate(grounds) == before


@NEEDS_DOT
def test_an_object_leads_to_its_finding_and_back(visit, capsys):
    page = visit(checked(capsys, f"{ROOT}/fixtures/tutorial/5-three-nodes-two-node-flag"))
    page.focus("svg a")
    page.keyboard.press("Enter")
    card = page.locator("article:target")
    assert card.get_attribute("data-rule") == "op-timeout-below-advised"
    assert page.evaluate("document.activeElement.dataset.rule") == "op-timeout-below-advised"
    card.get_by_text("in the picture").click()
    assert page.locator("svg g:target").get_attribute("id") == "c1-object-webserver"
    page.uncheck("input[value=warning]")
    assert not card.is_visible()
    page.locator("svg a").first.click()
    expect(card).to_be_visible()


@NEEDS_DOT
def test_a_link_into_a_folded_picture_opens_it(visit, capsys):
    page = visit(checked(capsys, f"{ROOT}/fixtures/tutorial"))
    assert page.locator("svg:visible").count() == 0
    page.locator("article").get_by_text("in the picture").first.click()
    expect(page.locator("svg g:target")).to_be_visible()
    assert page.locator("svg:visible").count() == 1


def test_a_command_is_copied(visit):
    page = visit(render_html(REPORT, SETTING), permissions=["clipboard-read", "clipboard-write"])
    button = page.locator("button.copy").first
    button.click()
    expect(button).to_have_text(re.compile("Copied|Selected"))
    if button.inner_text() == "Copied":
        assert page.evaluate("navigator.clipboard.readText()") == "pcs a"
    else:
        assert page.evaluate("getSelection().toString()") == "pcs a"


def test_three_thousand_findings_stay_usable(visit):
    many = report(
        *(
            finding(n % 400, severity=("error", "warning", "info")[n % 3], rule=f"rule-{n % 60}", message=f"says {n}")
            for n in range(3000)
        ),
        clusters=1,
    )
    start = time.monotonic()
    page = visit(render_html(many, SETTING))
    assert page.locator(".shown").inner_text() == "3000 findings"
    assert time.monotonic() - start < 20
    took = page.evaluate(
        "() => { const start = performance.now(); const box = document.querySelector('[value=error]'); box.click();"
        " document.body.getBoundingClientRect(); return performance.now() - start; }"
    )
    assert page.locator(".shown").inner_text() == "2000 of 3000 findings shown"
    assert took < 2000
    page.fill("input[type=search]", "says 2999")
    expect(page.locator(".shown")).to_have_text("1 of 3000 findings shown")


def test_on_paper_there_is_no_form(visit):
    page = visit(render_html(REPORT, SETTING))
    page.emulate_media(media="print")
    assert page.locator("form:visible, button:visible").count() == 0
    assert page.locator("article:visible").count() == 4
