"""Runs a program undisturbed or stepped through, and says in bits what it came to."""

from dataclasses import dataclass, field

import numpy as np

import vizgrad as torch
from vizgrad.engine import watch
from vizgrad.engine.bare import Bare
from vizgrad.trace.publisher import Publisher
from vizgrad.trace.run import Run
from vizgrad.trace.stepping.session import Session

from . import more_programs, programs

assert more_programs.program  # it has entered its own in the table
BUDGET = 64 * 2**20


class Witness(watch.Watcher):
    """Notes what each op, node and update gave, by phase.  What runs inside a custom Function is its own affair."""

    def __init__(self):
        self.seen = {"forward": [], "backward": [], "update": []}
        self._nodes = []

    def on_op(self, op, inputs, out, settings):
        outs = out if isinstance(out, tuple) else (out,)
        self.seen["forward"].append((op.name, *(bits(x) for x in outs)))

    def on_write(self, x, out):
        name = self.seen["forward"].pop()[0]
        self.seen["forward"].append((name, bits(x)))

    def on_node(self, node, grads):
        self._nodes.append(len(self.seen["backward"]))
        self.seen["backward"].append(None)

    def on_node_end(self, node, grads, results):
        self.seen["backward"][self._nodes.pop()] = (node.name(), *(bits(g) for g in results if g is not None))

    def on_update_end(self, optimizer, parameter, group):
        self.seen["update"].append((bits(parameter),))


@dataclass
class Result:
    """What a run came to, as bits, by name; and who watched."""

    ends: dict = field(default_factory=dict)
    seen: dict = field(default_factory=dict)
    stepper: object = None
    run: object = None
    model: object = None


def bits(x):
    """Dtype, shape and bytes of a tensor or an array; of anything else, itself."""
    array = x.array if isinstance(x, Bare) else x
    if not hasattr(array, "dtype"):
        return array
    return str(array.dtype), tuple(array.shape), np.ascontiguousarray(array).tobytes()


def plain(name):
    """Run a program undisturbed."""
    model, optimizer, body = programs.start(name)
    kept, witness = [], Witness()
    with watch.watching(witness):
        body(kept.append)
    return Result(_ends(model, optimizer, kept), witness.seen)


def stepped(name, plan, *, budget=BUDGET, breaks=()):
    """Run it inside a step block; ``plan(s)`` is a generator that asks for something and yields, again and again.

    Where it ends the program runs on.
    """
    model, optimizer, body = programs.start(name)
    return block(model, optimizer, body, plan, budget=budget, breaks=breaks)


def block(model, optimizer, body, plan, *, budget=BUDGET, breaks=()):
    """The same for a program that is no row of the table."""
    kept, witness = [], Witness()
    run = Run(model, optimizer, publisher=Publisher(threaded=False, sleep=lambda seconds: None))
    result = Result(run=run, model=model)
    with watch.watching(witness), Session(run, drive=Drive(plan), budget=budget, breaks=breaks) as s:
        result.stepper = s
        body(kept.append)
    result.ends, result.seen = _ends(model, optimizer, kept), witness.seen
    return result


class Drive:
    """Asks what a generator says, one yield at a time."""

    def __init__(self, plan):
        self._plan, self._steps = plan, None

    def __call__(self, s):
        if self._steps is None:
            self._steps = self._plan(s)
        if next(self._steps, self) is self:
            s.go()


def _ends(model, optimizer, kept):
    found = {f"kept {i}": bits(x) for i, x in enumerate(kept)}
    found |= {f"parameter {name}": bits(p) for name, p in model.named_parameters()}
    found |= {f"gradient {name}": bits(p.grad) for name, p in model.named_parameters()}
    found |= {f"buffer {name}": bits(x) for name, x in model.named_buffers()}
    found["random"] = bits(torch.random.get_rng_state())
    if optimizer is not None:
        for i, group in enumerate(optimizer.param_groups):
            found[f"lr {i}"] = group["lr"]
            for j, p in enumerate(group["params"]):
                for key, value in optimizer.state.get(p, {}).items():
                    found[f"state {i} {j} {key}"] = (
                        bits(value) if not isinstance(value, list) else [*map(bits, value)]
                    )
    return found


def differing(a, b):
    """The names of what is not the same, bit for bit."""
    return sorted(name for name in a.keys() | b.keys() if a.get(name, a) != b.get(name, b))
