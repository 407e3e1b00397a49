"""The changes of a comparison, a card an object: what it was, what it is, what that does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from halint.diff.assess import staying
from halint.diff.change import RISKS
from halint.diff.outcome import EFFECTS, Assessed, Outcome
from halint.diff.wording import detail, effect_words, object_name, order_of
from halint.output.diff_changes import excerpts, grouped, places, symbol, texts_of
from halint.output.html.markup import Html, link, tag, text
from halint.output.html.pictures import Entry, way_back
from halint.output.setting import Drawing

_LONG = 4000
"""Characters of a value; of a longer one the part around the difference is shown."""
_SIGNS = {"+": "added", "-": "removed", "~": "changed", "→": "moved", "»": "renamed", "↕": "reordered"}


def groups(found: Sequence[Assessed]) -> list[list[Assessed]]:
    """The changes of each object together, the gravest first; the card of the n-th is called `o` and n, from 1."""
    return grouped(found)


def of_objects(known: Sequence[Sequence[Assessed]], drawing: Drawing | None) -> dict[str, list[Entry]]:
    """Links to the cards of the objects in a picture, by the anchors of these."""
    entries: dict[str, list[Entry]] = {}
    for number, group in enumerate(known, 1):
        place = _place(group, drawing)
        if place:
            kinds = ", ".join(dict.fromkeys(_SIGNS[symbol(one.change)] for one in group))
            badge = tag("span", _risk(group), class_=f"badge {_risk(group)}")
            entries.setdefault(place, []).append(Entry(f"o{number}", badge, kinds))
    return entries


def change_cards(outcome: Outcome, drawing: Drawing | None, *, show_secrets: bool) -> Iterator[Html]:
    """The cards of all objects, the gravest first."""
    for number, group in enumerate(groups(outcome.changes), 1):
        place = way_back(_place(group, drawing), (drawing,) if drawing is not None else ())
        yield _card(group, outcome, f"o{number}", place, show_secrets=show_secrets)


def _card(group: Sequence[Assessed], outcome: Outcome, name: str, place: str, *, show_secrets: bool) -> Html:
    risk, several = _risk(group), len(group) > 1
    effects = [effect for one in group for effect in one.effect]
    badge = tag("span", f"{risk} risk", class_=f"badge {risk}")
    back = link("in the picture", f"#{place}", class_="back") if place else Html("")
    return tag(
        "article",
        tag("h3", badge, Html(" "), text(object_name(group[0].change)), back),
        tag("ul", (_change(one, outcome, several, show_secrets=show_secrets) for one in group), class_="changes"),
        id=name,
        class_=f"card {risk}",
        tabindex="-1",
        data_level=risk,
        data_type=group[0].change.type,
        data_effect=min(effects, key=EFFECTS.index, default="none"),
    )


def _change(one: Assessed, outcome: Outcome, several: bool, *, show_secrets: bool) -> Html:
    change = one.change
    texts = texts_of(change, show_secrets=show_secrets)
    left = staying(change, outcome.comparison)
    if left:
        texts = (f"{texts[0]}; {', '.join(left)} {'stays' if len(left) == 1 else 'stay'}",)
    sign = symbol(change)
    name = order_of(change) if change.kind == "reordered" and not detail(change) else detail(change)
    effect = effect_words(one.effect, certain=one.certain)
    head = [
        tag("span", sign, class_="sign", title=_SIGNS[sign], aria_label=_SIGNS[sign], role="img"),
        tag("strong", name) if name else Html(""),
        text(texts[0]) if len(texts) == 1 else Html(""),
        tag("span", effect, class_="badge warning") if effect else Html(""),
        tag("span", f"{one.risk} risk", class_="faint") if several else Html(""),
        tag("span", places(change.before_at, change.after_at)[0], class_="place faint"),
    ]
    return tag("li", tag("div", head, class_="head"), _values(texts))


def _values(texts: Sequence[str]) -> Html:
    if len(texts) != 2:
        return Html("")
    before, after = excerpts(texts[0], texts[1], _LONG)
    return tag("div", tag("del", tag("b", "before "), before), tag("ins", tag("b", "after "), after), class_="values")


def _risk(group: Sequence[Assessed]) -> str:
    return min((one.risk for one in group), key=RISKS.index)


def _place(group: Sequence[Assessed], drawing: Drawing | None) -> str:
    return drawing.anchors.get(object_name(group[0].change), "") if drawing is not None else ""
