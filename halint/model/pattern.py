"""POSIX extended regular expressions (regex(7)), matched in time that no pattern can blow up.

`rsc-pattern` and `target-pattern` come from the configuration, so Python's backtracking matcher is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

_MAX_STATES = 4000
_MAX_REPEAT = 255  # RE_DUP_MAX, regex(7)
_REPETITIONS = ("*", "+", "?", "{")
_CLASSES: dict[str, Callable[[str], bool]] = {
    "alpha": str.isalpha,
    "digit": lambda c: c in "0123456789",
    "alnum": str.isalnum,
    "upper": str.isupper,
    "lower": str.islower,
    "space": str.isspace,
    "blank": lambda c: c in " \t",
    "punct": lambda c: c.isascii() and c.isprintable() and not c.isalnum() and c != " ",
    "xdigit": lambda c: c in "0123456789abcdefABCDEF",
    "cntrl": lambda c: c < " " or c == "\x7f",
    "print": str.isprintable,
    "graph": lambda c: c.isprintable() and c != " ",
}
_ESCAPES: dict[str, Callable[[str], bool]] = {
    "w": lambda c: c.isalnum() or c == "_",
    "W": lambda c: not (c.isalnum() or c == "_"),
    "s": str.isspace,
    "S": lambda c: not c.isspace(),
}


class PatternError(ValueError):
    """Not a regular expression, or one that is too large or uses what cannot be matched here."""


class Pattern:
    """A compiled expression; raises PatternError for what is none. Letter case counts, as in Pacemaker."""

    def __init__(self, text: str) -> None:
        self._tests: list[Callable[[str], bool] | str] = []
        self._next: list[list[int]] = []
        self._text = text
        self._at = 0
        start, ends = self._alternatives(0)
        if self._at < len(text):
            raise PatternError("unmatched )")
        self._start = start
        self._accept = self._state("accept", [])
        self._patch(ends, self._accept)

    def search(self, text: str) -> bool:
        """Whether the expression matches somewhere in `text`."""
        current = self._closure([self._start], first=True, last=not text)
        for position, char in enumerate(text):
            if self._accept in current:
                return True
            moved = [n for s in current if callable(t := self._tests[s]) and t(char) for n in self._next[s]]
            current = self._closure([*moved, self._start], first=False, last=position + 1 == len(text))
        return self._accept in current

    def _closure(self, states: Iterable[int], *, first: bool, last: bool) -> set[int]:
        seen: set[int] = set()
        todo = list(states)
        while todo:
            state = todo.pop()
            if state in seen:
                continue
            seen.add(state)
            kind = self._tests[state]
            if kind == "split" or (kind == "^" and first) or (kind == "$" and last):
                todo.extend(self._next[state])
        return seen

    def _state(self, test: Callable[[str], bool] | str, following: list[int]) -> int:
        if len(self._tests) >= _MAX_STATES:
            raise PatternError("too large")
        self._tests.append(test)
        self._next.append(following)
        return len(self._tests) - 1

    def _patch(self, ends: list[int], target: int) -> None:
        for end in ends:
            self._next[end].append(target)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self) -> str:
        char = self._peek()
        if not char:
            raise PatternError("cut off")
        self._at += 1
        return char

    def _alternatives(self, depth: int) -> tuple[int, list[int]]:
        if depth > 50:
            raise PatternError("nested too deep")
        start, ends = self._sequence(depth)
        while self._peek() == "|":
            self._take()
            other, more = self._sequence(depth)
            start, ends = self._state("split", [start, other]), [*ends, *more]
        return start, ends

    def _sequence(self, depth: int) -> tuple[int, list[int]]:
        start = self._state("split", [])
        ends = [start]
        while self._peek() not in ("", "|", ")"):
            first, last = self._repeated(depth)
            self._patch(ends, first)
            ends = last
        return start, ends

    def _repeated(self, depth: int) -> tuple[int, list[int]]:
        begin = self._at
        start, ends = self._atom(depth)
        if self._peek() not in _REPETITIONS:
            return start, ends
        least, most = self._bounds()
        after = self._at
        if self._peek() in _REPETITIONS:
            raise PatternError("a repetition repeated")
        start, ends = self._copies(begin, least, most, depth)
        self._at = after
        return start, ends

    def _bounds(self) -> tuple[int, int | None]:
        sign = self._take()
        if sign != "{":
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        inner, closed, _ = self._text[self._at :].partition("}")
        least, comma, most = inner.partition(",")
        least = least or ("0" if comma else "")
        if not closed or not _short_number(least) or (most and not _short_number(most)):
            raise PatternError("bad repetition")
        self._at += len(inner) + 1
        upper = int(least) if not comma else int(most) if most else None
        if int(least) > _MAX_REPEAT or (upper is not None and not int(least) <= upper <= _MAX_REPEAT):
            raise PatternError("bad repetition")
        return int(least), upper

    def _copies(self, begin: int, least: int, most: int | None, depth: int) -> tuple[int, list[int]]:
        """The atom at `begin`, parsed anew for every copy; no upper bound where `most` is None."""
        start = self._state("split", [])
        ends = [start]
        for _ in range(least):
            first, last = self._again(begin, depth)
            self._patch(ends, first)
            ends = last
        if most is None:
            first, last = self._again(begin, depth)
            loop = self._state("split", [first])
            self._patch([*ends, *last], loop)
            return start, [loop]
        leaving: list[int] = []
        for _ in range(most - least):
            first, last = self._again(begin, depth)
            choice = self._state("split", [first])
            self._patch(ends, choice)
            leaving.append(choice)
            ends = last
        return start, [*leaving, *ends]

    def _again(self, begin: int, depth: int) -> tuple[int, list[int]]:
        self._at = begin
        return self._atom(depth)

    def _atom(self, depth: int) -> tuple[int, list[int]]:
        char = self._take()
        if char == "(":
            start, ends = self._alternatives(depth + 1)
            if self._peek() != ")":
                raise PatternError("unmatched (")
            self._take()
            return start, ends
        if char in _REPETITIONS:
            raise PatternError("nothing to repeat")
        if char in "^$":
            if self._peek() in _REPETITIONS:
                raise PatternError("nothing to repeat")
            state = self._state(char, [])
        elif char == ".":
            state = self._state(lambda _: True, [])
        else:
            state = self._state(self._bracket() if char == "[" else self._literal(char), [])
        return state, [state]

    def _literal(self, char: str) -> Callable[[str], bool]:
        if char == "\\":
            char = self._take()
            if char in _ESCAPES:
                return _ESCAPES[char]
            if char.isalnum():
                raise PatternError("an escape that cannot be matched here")
        return lambda c, wanted=char: c == wanted  # type: ignore[misc]  # the default binds this turn's char

    def _bracket(self) -> Callable[[str], bool]:
        negated = self._peek() == "^"
        if negated:
            self._take()
        tests: list[Callable[[str], bool]] = []
        first = True
        while first or self._peek() != "]":
            first = False
            tests.append(self._member())
        self._take()
        return lambda c: any(test(c) for test in tests) != negated

    def _member(self) -> Callable[[str], bool]:
        low = self._take()
        if low == "[" and self._peek() == ":":
            name, closed, _ = self._text[self._at + 1 :].partition(":]")
            if not closed or name not in _CLASSES:
                raise PatternError("unknown character class")
            self._at += len(name) + 3
            return _CLASSES[name]
        high = low
        if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("]", ""):
            self._take()
            high = self._take()
        if high < low:
            raise PatternError("a range that runs backwards")
        return lambda c: low <= c <= high


def _short_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4
