"""``%%vgstep`` in a real IPython shell: the cell runs paused, as itself."""

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from vizgrad.trace.control import Stop

PROGRAM = """\
%%vgstep net, optimizer as s
loss = net(torch.ones(2)).sum()
loss.backward()
optimizer.step()
loss.item()
"""


@pytest.fixture
def shell(monkeypatch):
    """A shell of its own, with a model in it; nobody is there to step."""
    monkeypatch.setenv("VIZGRAD_STEP", "continue")
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    cells = (
        "import vizgrad as torch",
        "net = torch.nn.Linear(2, 1); optimizer = torch.optim.SGD(net.parameters(), lr=0.1)",
        "%load_ext vizgrad",
    )
    for cell in cells:
        shell.run_cell(cell, store_history=True).raise_error()
    yield shell
    InteractiveShell.clear_instance()


def test_a_cell_is_stepped_through(shell):
    result = shell.run_cell(PROGRAM, store_history=True)
    result.raise_error()
    s = shell.user_ns["s"]
    assert s is shell.user_ns["_step"]
    assert [e.phase for e in s.events] == ["forward"] * 2 + ["backward"] * 2 + ["update"] * 2
    assert result.result == shell.user_ns["loss"].item(), "the last expression is displayed"
    assert s.closed


def test_lines_are_those_of_the_cell(shell):
    shell.run_cell(PROGRAM, store_history=True).raise_error()
    s = shell.user_ns["s"]
    assert {e.line for e in s.events} == {"cell 4:2", "cell 4:4"}
    assert s.card.source.place == "cell 4"
    assert s.card.source.lines[s.card.source.at - s.card.source.first] == "optimizer.step()"
    assert "%%vgstep net, optimizer as s" in s.card.source.lines


def test_lines_are_right_below_another_magic(shell):
    shell.run_cell("\n%%time\n%%vgstep net\n\nnet(torch.ones(2))\n", store_history=True).raise_error()
    assert [e.line for e in shell.user_ns["_step"].events] == ["cell 4:5"]
    shell.run_cell("%%vgstep net\n%timeit -n1 -r1 0\n\nnet(torch.ones(2));", store_history=True).raise_error()
    assert [e.line for e in shell.user_ns["_step"].events] == ["cell 5:4"]


def test_a_traceback_is_about_the_cell(shell, capsys):
    shell.run_line_magic("colors", "nocolor")
    result = shell.run_cell("%%vgstep net\nhere = 1\nnet(torch.ones(2)) / 0 + nope\n", store_history=True)
    assert isinstance(result.error_in_exec, NameError)
    said = capsys.readouterr().out
    assert "----> 3 net(torch.ones(2)) / 0 + nope" in said
    assert "magic.py" not in said
    assert shell.user_ns["here"] == 1
    assert shell.user_ns["_step"].closed
    again = shell.run_cell("%%vgstep net\nnet(torch.ones(2)).shape", store_history=True)
    assert again.result == (1,)
    assert [e.line for e in shell.user_ns["_step"].events] == ["cell 5:2"]


def test_a_stop_ends_the_cell_quietly(shell):
    shell.user_ns["drive"] = lambda s: s.stop()
    result = shell.run_cell("%%vgstep net, drive=drive\nnet(torch.ones(2))\n1 + 1", store_history=True)
    result.raise_error()
    assert result.result is None
    assert not isinstance(result.error_in_exec, Stop)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "wants a model, and may have its optimizer and a name: %%vgstep net, optimizer as s"),
        ("3", "wants a model first, a Module; this is of type int"),
        ("nett", "nett cannot be had (NameError: name 'nett' is not defined)"),
        ("net, optimizer, 3", "not 'net, optimizer, 3'"),
        ("net optimizer", "not 'net optimizer'"),
        ("net, every=3", "knows no every=; what can be set: title, drive, budget, breaks, to"),
        ("net as for", "'for' is no name for the stepper"),
    ],
)
def test_a_line_that_makes_no_sense_is_answered_in_a_sentence(shell, line, sentence):
    error = shell.run_cell(f"%%vgstep {line}\nx = 1", store_history=True).error_in_exec
    assert isinstance(error, UsageError)
    assert sentence in str(error)
    assert "x" not in shell.user_ns


def test_syntax_errors_and_awaits_are_told(shell):
    error = shell.run_cell("%%vgstep net\n\nx = (", store_history=True).error_in_exec
    assert isinstance(error, SyntaxError)
    assert error.lineno == 3
    wait = "%%vgstep net\nimport asyncio\nawait asyncio.sleep(0)"
    with pytest.raises(UsageError, match="cannot pause at an await outside every function"):
        shell.run_cell(wait, store_history=True).raise_error()
