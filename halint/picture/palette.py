"""Colours of kinds, states and severities, for light and dark grounds.

From the palette of Okabe and Ito, which people with any colour blindness can tell apart; signs, words and line
styles say the same again.
"""

from __future__ import annotations

from typing import NamedTuple


class Tone(NamedTuple):
    """One colour on a light and on a dark ground."""

    light: str
    dark: str


GROUND = Tone("#ffffff", "#14181d")
TEXT = Tone("#1b1f24", "#e6e9ed")
LINE = Tone("#6b7680", "#98a4b0")
FILLS = {
    "member": Tone("#dbe9f6", "#1d3a56"),
    "remote": Tone("#e8f0f8", "#1a2f44"),
    "guest": Tone("#e8f0f8", "#1a2f44"),
    "device": Tone("#fbe9d7", "#4a2f14"),
    "level": Tone("#fdf4ea", "#38271a"),
    "group": Tone("#f3f5f7", "#1d232a"),
    "clone": Tone("#eaeef1", "#242c35"),
    "bundle": Tone("#e6f2ee", "#17332b"),
    "note": Tone("#fbfbf5", "#22241d"),
}
PLAIN = Tone("#ffffff", "#2b333c")
EDGES = {
    "order": Tone("#0072b2", "#6cb8ea"),
    "colocation": Tone("#a8548a", "#e3a0c8"),
    "location": Tone("#00795a", "#45c9a4"),
    "ban": Tone("#b84a00", "#ff9352"),
    "ticket": Tone("#8a6d00", "#e0c244"),
    "covers": Tone("#6b7680", "#98a4b0"),
    "level": Tone("#6b7680", "#98a4b0"),
    "host": Tone("#6b7680", "#98a4b0"),
    "member": Tone("#a8b2bb", "#5d6873"),
}
STATES = {
    "added": Tone("#007a5e", "#45c9a4"),
    "removed": Tone("#c04e00", "#ff9352"),
    "changed": Tone("#0072b2", "#6cb8ea"),
}
SEVERITIES = {
    "error": Tone("#c2185b", "#ff80ab"),
    "warning": Tone("#b36b00", "#f0b040"),
    "info": Tone("#0072b2", "#6cb8ea"),
}


def css() -> str:
    """The style sheet of an SVG: the light colours stand in the picture itself, the dark ones take over here."""
    rules = [f"text {{ fill: {TEXT.dark} }}", _shapes("shape", PLAIN.dark)]
    rules += [_shapes(kind, tone.dark) for kind, tone in FILLS.items()]
    rules += [rule for kind, tone in EDGES.items() for rule in _edges(f"edge.{kind}", tone.dark)]
    # the legend's rows carry their colours themselves
    rules += [f'.legend > text[fill="{tone.light}"] {{ fill: {tone.dark} }}' for tone in EDGES.values()]
    rules.append(_shapes("legend", FILLS["note"].dark))
    # thrice the same class: more than the kind's own colour
    for names, tones in (("sev", SEVERITIES), ("state", STATES)):
        rules += [_strokes(".".join([f"{names}-{name}"] * 3), tone.dark) for name, tone in tones.items()]
    dark = "\n".join(f"  {_within(rule)}" for rule in rules)
    light, night = (f".cluster-picture {{ background: {color} }}" for color in GROUND)
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n  {night}\n{dark}\n}}"


def _within(rule: str) -> str:
    """A rule that means nothing outside a picture, wherever that is embedded."""
    names, body = rule.split(" {", 1)
    return ", ".join(f".cluster-picture {name}" for name in names.split(", ")) + " {" + body


def _shapes(name: str, fill: str) -> str:
    kind = ".shape" if name == "shape" else f".shape.{name}"
    parts = ", ".join(f"{kind} > {tag}" for tag in ("path", "polygon", "ellipse"))
    return f"{parts} {{ fill: {fill}; stroke: {LINE.dark} }}"


def _edges(name: str, color: str) -> tuple[str, ...]:
    return (
        f".{name} > path, .{name} > polyline {{ stroke: {color} }}",
        f".{name} > polygon:not([fill='none']), .{name} > ellipse:not([fill='none']) {{ fill: {color} }}",
        f".{name} > polygon, .{name} > ellipse {{ stroke: {color} }}",
        f".{name} > text {{ fill: {color} }}",
    )


def _strokes(name: str, color: str) -> str:
    parts = ", ".join(f".{name} > {tag}" for tag in ("path", "polygon", "polyline", "ellipse"))
    return f"{parts} {{ stroke: {color} }}"
