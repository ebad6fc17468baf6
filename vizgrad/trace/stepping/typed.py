"""What can be typed at a pause: each command with its letters, its sentence, and what it asks of the stepper."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, cast

from vizgrad.trace import wire

from . import sheet
from .asking import PHASES
from .sheet import Block, Grid, Say

if TYPE_CHECKING:
    from .stepper import Stepper

NAMED = re.compile(r"(?P<name>[^\[\]]+)(?:\[(?P<index>[^\[\]]*)\])?")
# What a command comes to: None, it has been asked of the stepper; else what is to be printed.
Said = list[Block] | None


@dataclass(frozen=True, slots=True)
class Command:
    """One of them."""

    words: tuple[str, ...]  # the full word first
    usage: str  # what comes after it
    says: str
    act: Callable[[Stepper, list[str]], Said]
    again: bool = True  # an empty line repeats it


def understand(line: str) -> tuple[Command, list[str]]:
    """The command on this line and what comes after it.  Raises ValueError, in a sentence, for anything else."""
    word, *rest = _tidy(line).split()
    command = BY_WORD.get(word.lower())
    if command is None:
        near = get_close_matches(word.lower(), BY_WORD, 1)
        raise ValueError(f"{word!r} is no command" + (f"; {near[0]!r} is" if near else "; h lists them all"))
    if rest and not command.usage:
        raise ValueError(f"{command.words[0]} stands alone; what is {' '.join(rest)!r} to it?")
    return command, rest


def _tidy(line: str) -> str:
    """Without the spaces inside an index: ``y[2, 3]``."""
    line = re.sub(r"\s*,\s*", ",", line)
    return re.sub(r"\[\s+|\s+\]|\s+(?=\[)", lambda found: found.group().strip(), line)


# --- reading what was typed


def _whole(words: list[str], what: str) -> int:
    if len(words) == 1 and re.fullmatch(r"-?\d+", words[0]):
        return int(words[0])
    raise ValueError(f"{what} wants the number of an event, as in {what} 3")


def _real(word: str, what: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise ValueError(f"{what} wants a number, not {word!r}") from None


def _named(word: str, what: str) -> tuple[str, tuple[Any, ...]]:
    """``y[2,:]`` as its name and its index."""
    found = NAMED.fullmatch(word)
    if found is None:
        raise ValueError(f"{what} wants a name, or a name with an index as in y[2,3], not {word!r}")
    return found["name"], _index(found["index"] or "", what)


def _index(text: str, what: str) -> tuple[Any, ...]:
    return tuple(_place(part, what) for part in text.strip("[]").split(",") if part)


def _place(part: str, what: str) -> Any:
    bounds = part.split(":")
    if len(bounds) > 3 or not all(re.fullmatch(r"-?\d*", bound) and bound != "-" for bound in bounds):
        raise ValueError(f"{what}: {part!r} is no index; write whole numbers, or a slice as in 1:3")
    numbers = [int(bound) if bound else None for bound in bounds]
    return numbers[0] if len(numbers) == 1 else slice(*numbers)


def _element(index: tuple[Any, ...], what: str) -> tuple[int, ...]:
    if all(isinstance(i, int) for i in index):
        return index
    raise ValueError(f"{what} takes one element, as in y[2,3], or the whole array")


# --- going on, looking


def _plain(ask: Callable[[Stepper], None]) -> Callable[[Stepper, list[str]], Said]:
    return lambda s, words: ask(s)


def _back(s: Stepper, words: list[str]) -> Said:
    return _look(s, s.pause.shown - 1, "b: this is the first event that is known")


def _forward(s: Stepper, words: list[str]) -> Said:
    return _look(s, s.pause.shown + 1, "f: this is where the program waits; s goes on")


def _look(s: Stepper, number: int, otherwise: str) -> Said:
    if s.recording.find(number) is None:
        raise ValueError(otherwise)
    s.show(number)
    return None


def _show(s: Stepper, words: list[str]) -> Said:
    s.show(_whole(words, "show"))


def _rewind(s: Stepper, words: list[str]) -> Said:
    s.rewind(_whole(words, "rewind"))


def _list(s: Stepper, words: list[str]) -> Said:
    return sheet.events(s, _whole(words, "list") if words else s.pause.shown)


def _print(s: Stepper, words: list[str]) -> Said:
    if len(words) != 1:
        raise ValueError(f"p wants one name, as in p y or p y[2]; here are: {_names(s)}")
    name, index = _named(words[0], "p")
    try:
        array = s.value(name)
    except KeyError:
        raise ValueError(f"p: no array of this event is called {name!r}; here are: {_names(s)}") from None
    try:
        return [Say(sheet.written(array[index]), "", words[0])]
    except IndexError:
        raise ValueError(f"p: {name} has the shape {array.shape}, so there is no {words[0]}") from None


def _names(s: Stepper) -> str:
    return ", ".join(value.name for value in s.values) or "none"


def _pick(s: Stepper, words: list[str]) -> Said:
    name, index = _named(" ".join(words), "pick")
    s.pick(name, _element(index, "pick"))


# --- changing


def _edit(s: Stepper, words: list[str]) -> Said:
    if len(words) < 2:
        raise ValueError("e wants what, how and a value: e y set 0, e g scale 2, e y[0,1] set 3, e g zero")
    (target, index), how, rest = _named(words[0], "e"), words[1], words[2:]
    value = 0.0 if how == "zero" or not rest else _real(rest.pop(0), f"e {target} {how}")
    if how != "zero" and len(words) < 3:
        raise ValueError(f"e {target} {how}: by which number?")
    if rest and not index:
        index = _index(rest.pop(0), "e")
    if rest:
        raise ValueError(f"e: {' '.join(rest)!r} is too much; write e TARGET HOW VALUE INDEX")
    s.edit(target, how, value, _element(index, "e"))


def _branch(s: Stepper, words: list[str]) -> Said:
    s.branch(words[0] if words else "update")


def _keep(s: Stepper, words: list[str]) -> Said:
    if words not in (["was"], ["edited"]):
        raise ValueError("keep which outcome? keep was, or keep edited")
    s.keep(words[0])


# --- breakpoints


def _break(s: Stepper, words: list[str]) -> Said:
    phases = (cast("wire.Phase", words.pop()),) if words and words[-1] in PHASES else PHASES
    kind, value = (words[0] if words else ""), " ".join(words[1:])
    if kind in ("op", "layer", "line") and value:
        target = _line(s, value) if kind == "line" else value
        number = s.breaks.add(cast("wire.BreakKind", kind), target, phases=phases)
    elif kind in ("nan", "zero") and not value:
        number = s.break_if(cast("wire.BreakKind", kind), phases=phases)
    elif kind in ("above", "ratio") and value:
        number = s.break_if(cast("wire.BreakKind", kind), _real(value, f"break {kind}"), phases=phases)
    else:
        raise ValueError(f"break where? {WHERE}")
    one = s.breaks.all[number]
    inside = "" if phases == PHASES else f", {phases[0]} only"
    return [Say(f"breakpoint {number}: {one.kind} {one.what}{inside}{_doubt(s, one.wire())}")]


def _line(s: Stepper, place: str) -> str:
    """A bare number is a line of the file that is shown."""
    source = s.card.source
    return f"{source.place}:{place}" if source is not None and place.isdigit() else place


def _doubt(s: Stepper, one: wire.Break) -> str:
    """What to say of a name that nothing bears."""
    if one.kind == "layer" and one.what not in s.names.paths.values():
        near = get_close_matches(one.what, [path for path in s.names.paths.values() if path], 3)
        return "; the model has no layer of that name" + (f" (near it: {', '.join(near)})" if near else "")
    return ""


def _unbreak(s: Stepper, words: list[str]) -> Said:
    if len(words) != 1 or not words[0].isdigit() or int(words[0]) not in s.breaks.all:
        raise ValueError(f"unbreak which? {', '.join(map(str, s.breaks.all)) or 'there are none'}")
    s.unbreak(int(words[0]))
    return [Say(f"breakpoint {words[0]} is gone")]


def _help(s: Stepper, words: list[str]) -> Said:
    rows = tuple((" ".join((", ".join(c.words), c.usage)).strip(), c.says) for c in COMMANDS)
    last = Say("An empty line repeats the last command that moved or looked.  Ctrl-C stops, Ctrl-D goes on.")
    return [Grid(("command", "what it does"), rows, 2), last]


WHERE = "op NAME, layer NAME, line FILE:LINE, nan, zero, above V or ratio V; a phase may follow"
COMMANDS = (
    Command(("step", "s"), "", "go on to the next event", _plain(lambda s: s.step())),
    Command(("over", "o"), "", "go on to the first event outside this layer", _plain(lambda s: s.over())),
    Command(
        ("out", "u"), "", "go on to the first event outside the layer around it", _plain(lambda s: s.out())
    ),
    Command(("backward", "g"), "", "go on to the next backward pass", _plain(lambda s: s.to_backward())),
    Command(("update", "n"), "", "go on to the next update", _plain(lambda s: s.to_update())),
    Command(("continue", "c"), "", "go on to the next breakpoint, or the end", _plain(lambda s: s.go())),
    Command(
        ("stop", "q", "x", "quit"),
        "",
        "leave the block at the next safe point",
        _plain(lambda s: s.stop()),
        False,
    ),
    Command(("back", "b"), "", "look at the event before", _back),
    Command(("forward", "f"), "", "look at the event after", _forward),
    Command(("show",), "N", "look at event N", _show),
    Command(("list", "l"), "[N]", "the events around this one, or around N", _list),
    Command(("print", "p"), "NAME[INDEX]", "the numbers of an array: p y, p y[2], p W[:,0]", _print),
    Command(("pick",), "NAME[INDEX]", "of a parameter that is updated, follow this element", _pick),
    Command(("rewind",), "N", "stand before event N again, with everything as it was", _rewind, False),
    Command(
        ("edit", "e"),
        "TARGET HOW VALUE [INDEX]",
        "change an array: set, scale, zero, clip or noise; e y set 0 2,3",
        _edit,
        False,
    ),
    Command(("undo",), "", "take back the edits of this event", _plain(lambda s: s.undo()), False),
    Command(
        ("branch",),
        "[backward|update|end]",
        "go on twice, as it is and as edited, then compare",
        _branch,
        False,
    ),
    Command(("keep",), "was|edited", "after a branch: the outcome to go on with", _keep, False),
    Command(("break",), "WHERE", f"pause at {WHERE}", _break, False),
    Command(("breaks",), "", "every breakpoint", lambda s, words: sheet.breaks(s), False),
    Command(("unbreak",), "N", "take breakpoint N away", _unbreak, False),
    Command(("help", "h", "?"), "", "this list", _help, False),
)
BY_WORD = {word: command for command in COMMANDS for word in command.words}
