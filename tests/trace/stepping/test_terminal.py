"""Stepping by the keyboard: what is printed at a pause, what can be typed, how it ends."""

import io
import os
import re
import select
import signal
import subprocess
import sys
import textwrap
import time

import pytest

import vizgrad as torch
from vizgrad.trace.stepping.session import step
from vizgrad.trace.stepping.terminal import Terminal
from vizgrad.trace.stepping.typed import COMMANDS, understand

PROGRAM = """\
optimizer.zero_grad()
loss = (model(x) - 1).tanh()
loss.backward()
optimizer.step()
"""
GOLDEN = """\
Stepping: s goes on by one event, h lists the commands.

-- paused before linear in 0 · event 0 · forward ---------------------------------------------------
y = x Wᵀ + b: every output is a weighted sum of every input
formula   y = x @ Wᵀ
shapes    2 @ (1×2)ᵀ → 1
numbers   [1 2] @ [0.5 0.25]ᵀ = [1]
layer     Sequential › 0: Linear(in_features=2, out_features=1, bias=False)

  small.py, line 2
    1  optimizer.zero_grad()
  → 2  loss = (model(x) - 1).tanh()
    3  loss.backward()
    4  optimizer.step()

  array  what                      shape  dtype     min   mean  max   norm  of note
  x      input, kept for backward  2      float32     1    1.5    2   2.24
  W      input, kept for backward  1×2    float32  0.25  0.375  0.5  0.559
  y      output                    1      float32     1      1    1      1

x         [1. 2.]
W         [[0.5  0.25]]
y         [1.]
keeps     input, weight for the backward pass (16 B)
note      computed ahead: what the event will give
(vizgrad) update

-- paused before update of 0.weight by SGD · event 6 · update --------------------------------------
"""
BARE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Screen(io.StringIO):
    """A terminal that somebody looks at."""

    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture
def small(tmp_path):
    """Steps through the program by what is typed; gives the stepper, what was printed, and the model."""

    def run(typed, out=None, text=PROGRAM, twice=False):
        path = tmp_path / "small.py"
        path.write_text(text)
        model = torch.nn.Sequential(torch.nn.Linear(2, 1, bias=False))
        with torch.no_grad():
            model[0].weight.copy_(torch.tensor([[0.5, 0.25]]))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
        x = torch.tensor([1.0, 2.0])
        screen = out or io.StringIO()
        source = typed if hasattr(typed, "readline") else io.StringIO("".join(f"{line}\n" for line in typed))
        with step(model, optimizer, drive=Terminal(source, screen)) as s:
            for _ in range(1 + twice):
                exec(compile(text, str(path), "exec"), {"model": model, "optimizer": optimizer, "x": x})
        return s, screen.getvalue(), model

    return run


def test_what_a_pause_says(small):
    said = small(["update"])[1]
    assert said.startswith(GOLDEN), said
    assert "formula   p′ = p - lr · g\n" in said
    assert re.search(r"rule at \[0, 1\] +formula +numbers +value", said)
    assert re.search(r"step +lr · g +0\.5 · 2 +1\.0\n +p′ +p - step +0\.25 - 1 +-0\.75\n", said)


def test_rich_says_the_same_in_colour(small, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    typed = ["s", "e y scale 2", "branch", "list", "h"]
    plain, coloured = small(typed)[1], small(typed, Screen())[1]
    assert "\x1b[" in coloured
    assert "\x1b[" not in plain
    words = set(re.findall(r"[\w∂′₀-₉.×·]{2,}", BARE.sub("", coloured)))
    echoed = {word for line in typed for word in line.split()}  # a screen shows what is typed by itself
    assert set(re.findall(r"[\w∂′₀-₉.×·]{2,}", plain)) - words <= echoed


def test_without_rich_a_screen_gets_plain_text(small, monkeypatch):
    monkeypatch.setitem(sys.modules, "rich.console", None)
    said = small(["n"], Screen())[1]
    assert "\x1b" not in said
    assert "rule at [0, 1]" in said


def test_a_screen_without_these_letters_gets_others(small):
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    out.getvalue = lambda: out.buffer.getvalue().decode("ascii")
    assert "y = x @ W?" in small([], out)[1]


def test_looking(small):
    _, said, _ = small(
        ["g", "b", "", "f", "show 0", "show 99", "list 1", "p x", "p x[1]", "p W[:, 0]", "p nope"]
    )
    titles = re.findall(r"^-- (.*?) -+$", said, re.MULTILINE)
    assert [title.split(" (")[0] for title in titles] == [
        "paused before linear in 0 · event 0 · forward",
        "paused before TanhBackward0 · event 3 · backward",
        "looking back at tanh · event 2 · forward",
        "looking back at sub · event 1 · forward",
        "looking back at tanh · event 2 · forward",
        "looking back at linear in 0 · event 0 · forward",
    ]
    assert "show: event 99 is not known" in said
    assert re.search(r"^  → 3 +backward +TanhBackward0 .* small.py:2$", said, re.MULTILINE)
    assert re.search(r"^x +\[1\. 2\.\]\n\(vizgrad\) p x\[1\]\nx\[1\] +2\.0$", said, re.MULTILINE)
    assert re.search(r"^W\[:,0\] +\[0\.5\]$", said, re.MULTILINE)
    assert "p: no array of this event is called 'nope'; here are: x, W, y" in said


def test_editing_and_branching(small):
    s, said, model = small(
        ["g", "e g scale 2", "branch", "keep edited", "e lr set 1", "pick 0.weight[0,0]", "s"]
    )
    assert "edited    g · 2" in said
    assert "two outcomes from event 3 on: as it was, and with g · 2" in said
    assert re.search(r"^  3 +backward +TanhBackward0 +1$", said, re.MULTILINE)
    assert "the program goes on with the edited outcome" in said
    assert said.count("two outcomes") == 1, "what was compared is not printed again"
    assert re.search(r"rule at \[0, 0\] .*\n.*\n +step +lr · g +0.5 · 2", said)
    assert model[0].weight.tolist() == [[0.5 - 2.0, 0.25 - 4.0]]  # g = 2·x, lr = 1
    assert [e.mark for e in s.events] == ["", "", "", "edited", "", "", "edited"]


def test_an_edit_is_taken_back(small):
    _, said, model = small(["e y[0] set 7", "undo", "e 0.weight zero", "undo", "c"])
    assert "edited    y[0] = 7" in said
    assert model[0].weight.tolist() == [[0.0, -0.75]]


def test_rewinding(small):
    _, said, _ = small(["g", "rewind 1", "e y set 5", "s", "p x"])
    assert "(the program itself waits at event 3)" in said
    assert "the 2 events since ran again, 2 of them with the same bits" in said
    assert re.search(r"^-- paused before tanh · event 2 .*\n(.*\n)*x +\[5\.\]$", said, re.MULTILINE)


def test_breakpoints(small):
    typed = ["break op tanh backward", "break line 2", "break nan", "break layer 1", "breaks", "unbreak 2"]
    s, said, _ = small([*typed, "c", "unbreak 1", "c", "stop"], twice=True)
    assert "breakpoint 1: op tanh, backward only" in said
    assert "breakpoint 2: line small.py:2" in said
    assert "breakpoint 4: layer 1; the model has no layer of that name" in said
    assert re.search(r"^  3 +nan +NaN or Inf +forward, backward, update +0$", said, re.MULTILINE)
    assert "Breakpoint 1: op tanh" in said
    assert [one.kind for one in s.breaks.all.values()] == ["nan", "layer"]
    assert said.count("-- paused") == 2
    assert len(s.events) == 14


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("stepp", "'stepp' is no command; 'step' is"),
        ("%", "'%' is no command; h lists them all"),
        ("step 3", "step stands alone; what is '3' to it?"),
        ("show", "show wants the number of an event, as in show 3"),
        ("p", "p wants one name, as in p y or p y[2]; here are: x, W, y"),
        ("p y[5]", "p: y has the shape (1,), so there is no y[5]"),
        ("p y[a]", "p: 'a' is no index; write whole numbers, or a slice as in 1:3"),
        ("e y", "e wants what, how and a value: e y set 0, e g scale 2, e y[0,1] set 3, e g zero"),
        ("e y set", "e y set: by which number?"),
        ("e y set much", "e y set wants a number, not 'much'"),
        ("e z set 1", "edit: 'z' cannot be edited at this event; what can: y, 0.weight"),
        ("e y[1:2] set 1", "e takes one element, as in y[2,3], or the whole array"),
        ("branch", "branch: edit something at this event first; then both ways can be followed"),
        ("keep", "keep which outcome? keep was, or keep edited"),
        ("break relu", "break where? op NAME, layer NAME, line FILE:LINE"),
        ("break above x", "break above wants a number, not 'x'"),
        ("unbreak 1", "unbreak which? there are none"),
        ("b", "b: this is the first event that is known"),
        ("f", "f: this is where the program waits; s goes on"),
    ],
)
def test_what_makes_no_sense_is_answered_in_a_sentence(small, typed, answer):
    said = small([typed])[1]
    assert f"(vizgrad) {typed}\n{answer}" in said
    assert said.count("-- paused") == 1


def test_every_command_has_its_own_words():
    words = [word for command in COMMANDS for word in command.words]
    assert len(words) == len(set(words))
    assert understand("e y[0, 1]  set 3")[1] == ["y[0,1]", "set", "3"]


def test_the_end_of_the_input_goes_on(small):
    s, said, _ = small([], twice=True)
    assert said.count("-- paused") == 1
    assert len(s.events) == 14


def test_an_interrupt_at_the_prompt_stops(small):
    class Interrupted(io.StringIO):
        def readline(self):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
            raise AssertionError("it did not get through")

    before = signal.getsignal(signal.SIGINT)
    s, said, _ = small(Interrupted())
    assert said.endswith("stops at the next safe point\n")
    assert s.control.state == "stopped"
    assert signal.getsignal(signal.SIGINT) is before


def test_an_event_that_raises_is_printed(monkeypatch, capsys):
    model = torch.nn.Linear(2, 1)
    monkeypatch.setattr(sys, "stdin", io.StringIO("c\n"))

    def block():
        with torch.step(model):
            model(torch.ones(2))
            model(torch.ones(3))

    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        block()
    said = capsys.readouterr().out
    assert "-- failed in linear · event 1 · forward" in said
    assert "Linear raised RuntimeError: linear: mat1 and mat2 shapes cannot be multiplied" in said
    assert re.search(r"^x +\[1\. 1\. 1\.\]$", said, re.MULTILINE)


def test_where_nobody_is_there_it_does_not_wait(small, monkeypatch):
    model = torch.nn.Linear(2, 1)
    monkeypatch.setenv("VIZGRAD_STEP", "continue")
    with torch.step(model, breaks=["linear"]) as s:
        model(torch.ones(2)).sum().backward()
    assert [e.phase for e in s.events] == ["forward", "forward", "backward", "backward"]
    assert s.breaks.all[1].hits == 2
    monkeypatch.setenv("VIZGRAD_STEP", "go")
    with pytest.raises(ValueError, match=r"only VIZGRAD_STEP=continue is known"):
        torch.step(model)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_script_in_a_terminal(tmp_path):
    import pty

    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent("""
        import vizgrad as torch
        model = torch.nn.Linear(2, 1)
        with torch.step(model):
            model(torch.ones(2)).sum().backward()
        print("the end")
        """)
    )
    keyboard, screen = pty.openpty()
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm-256color", "COLUMNS": "100"}
    child = subprocess.Popen([sys.executable, script], stdin=screen, stdout=screen, stderr=screen, env=env)
    os.close(screen)
    seen, typed = b"", [b"s\n", b"g\n", b"\x04"]
    while found := shown(keyboard):
        seen += found
        if typed and seen.count(b"(vizgrad) ") > 3 - len(typed):
            os.write(keyboard, typed.pop(0))
    os.close(keyboard)
    assert child.wait(30) == 0
    said = BARE.sub("", seen.decode()).replace("\r\n", "\n")
    assert "paused before SumBackward0 · event 2 · backward" in said
    assert said.rstrip().endswith("the end")


def shown(screen):
    """What appears on it next; nothing when it is closed, or stays as it is for long."""
    if not select.select([screen], [], [], 60)[0]:
        return b""
    try:
        return os.read(screen, 65536)
    except OSError:  # Linux's way to say that the other end is closed
        return b""
