"""How a block that is stepped through begins, fails, stops and ends, and what it leaves behind: nothing."""

import gc
import traceback
import weakref

import pytest

import vizgrad as torch
import vizgrad.nn as nn
import vizgrad.nn.functional as F
import vizgrad.optim as optim
from vizgrad.engine import local
from vizgrad.engine.local import here

from .harness import block, differing, plain, stepped
from .test_replay import all_steps


@pytest.fixture(autouse=True)
def nobody_watches_afterwards():
    assert (local.early, local.watching, here.watchers) == (0, 0, ())
    yield
    assert (local.early, local.watching, here.watchers) == (0, 0, ())


def go(s):
    s.go()
    yield


def test_an_exception_ends_stepping_with_the_op_that_raised_open():
    model = nn.Linear(2, 2)
    steppers = []

    def users_own(x):
        return model(x) @ torch.ones(3, 3)

    def plan(s):
        steppers.append(s)
        s.go()
        yield

    with pytest.raises(RuntimeError, match="matmul") as caught:
        block(model, None, lambda keep: users_own(torch.ones(1, 2)), plan)
    s = steppers[0]
    assert (s.pause.failed, s.pause.at, s.card.title) == (True, -1, "matmul")
    assert s.pause.why.startswith("matmul raised RuntimeError")
    assert {v.name: v.array.shape for v in s.values} == {"a": (1, 2), "b": (3, 3)}
    assert s.events[-1].mark == "failed"
    s.show(0)
    assert s.value("y").shape == (1, 2)
    lines = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert "users_own" in lines
    assert not any(name in lines for name in ("hold", "_serve", "carry_out"))


def test_an_exception_of_a_custom_function_names_the_op_inside_that_raised():
    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            x * 2
            raise ArithmeticError("no")

    model, steppers = nn.Identity(), []

    def plan(s):
        steppers.append(s)
        s.go()
        yield

    with pytest.raises(ArithmeticError):
        block(model, None, lambda keep: Wrong.apply(torch.ones(2)), plan)
    assert [(e.name, e.mark) for e in steppers[0].events] == [("Wrong", "failed"), ("mul", "")]


def _stopping(phase):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1))
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    done = []

    def body(keep):
        for i in range(5):
            loss = model(torch.ones(1, 2)).sum()
            optimizer.zero_grad()
            loss.backward()
            done.append(("backward", i))
            optimizer.step()
            done.append(("step", i))

    def plan(s):
        {"forward": s.step, "backward": s.to_backward, "update": s.to_update}[phase]()
        yield
        s.stop()
        yield

    result = block(model, optimizer, body, plan)
    return result, done


def test_stop_in_the_forward_pass_leaves_the_block_at_once():
    result, done = _stopping("forward")
    assert done == []
    assert result.run.status.state == "stopped"
    assert all(p.grad is None for p in result.model.parameters())


def test_stop_in_the_backward_pass_finishes_it_first():
    result, done = _stopping("backward")
    assert done[:1] == [("backward", 0)] or done == []
    assert result.run.status.state == "stopped"
    assert all(p.grad is not None for p in result.model.parameters())


def test_stop_in_an_update_finishes_the_step_first():
    result, done = _stopping("update")
    assert done in ([("backward", 0)], [("backward", 0), ("step", 0)])
    moved = [p.grad is not None for p in result.model.parameters()]
    assert all(moved)
    assert sum(e.phase == "update" and e.mark != "failed" for e in result.stepper.events) == 4


def test_a_thousand_steps_do_not_fill_the_memory():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    x, target = torch.randn(16, 8), torch.arange(16) % 4
    sizes, steppers = [], []

    def body(keep):
        for i in range(1000):
            loss = F.cross_entropy(model(x), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if i % 50 == 49:
                s = steppers[0]
                held = s.recording.held + s.recording.copied
                known = sum(map(len, (s.recording.tensors, s.recording._keys, s.recording.nodes, s.made)))
                sizes.append((held, len(s.recording.events), len(s.recording.actions), known))

    def plan(s):
        steppers.append(s)
        s.go()
        yield

    result = block(model, optimizer, body, plan, budget=2 * 2**20)
    assert all(held <= 2 * 2**20 for held, _, _, _ in sizes)
    for column in range(1, 4):
        counts = [row[column] for row in sizes]
        assert max(counts[10:]) <= 2 * max(counts[:10])
    assert result.stepper.count == 1000 * 14
    assert 0 < len(result.stepper.recording.events) < 6000


def test_a_hidden_state_that_is_carried_over_outlives_the_window():
    """The recording forgets between passes, yet what it holds of the next can be gone through again."""
    notes = []

    def plan(s):
        while True:
            s.to_backward()
            yield
            frontier = s.pause.at
            s.rewind(s.pause.first)
            yield
            notes.append((s.pause.first, s.pause.note, s.pause.why))
            yield from all_steps(s, frontier)

    result = stepped("recurrent", plan, budget=30_000)
    firsts = {first for first, _, _ in notes}
    assert len(firsts) > 1
    assert all(note == "" for _, note, _ in notes), notes
    assert differing(result.ends, plain("recurrent").ends) == []


def test_the_end_of_the_block_lets_everything_go():
    gone = []

    def once():
        model = nn.Sequential(nn.Linear(4, 4), nn.Tanh())
        optimizer = optim.Adam(model.parameters())

        def body(keep):
            for _ in range(2):
                x = torch.randn(3, 4)
                y = model(x)
                gone.extend([weakref.ref(x), weakref.ref(y)])
                y.sum().backward()
                optimizer.step()

        result = block(model, optimizer, body, go)
        gone.extend([weakref.ref(model), weakref.ref(result.stepper)])

    once()
    gc.collect()
    assert [known() for known in gone if known() is not None] == []


def test_without_a_pause_the_tensors_of_a_pass_are_freed_as_the_program_frees_them():
    model, alive = nn.Linear(3, 3), []

    def body(keep):
        y = model(torch.ones(1, 3))
        z = weakref.ref(y)
        del y
        alive.append(z())

    block(model, None, body, go)
    assert alive == [None]
