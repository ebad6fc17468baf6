"""The op table: what an op is, and how one is declared.

An op is one class body: a docstring, samples, ``forward(xp, …)`` and one ``d_<input>(xp, g, …)`` per input.
Parameters of ``forward`` annotated `Value` are tensors and come first; the others are settings.  The names that
a gradient formula asks for after ``g`` say what the op keeps for backward:

    y                 the output (or one of the row's named ``outputs``)
    <input>           an input's array
    <input>_shape     only its shape
    <setting>         nothing: settings are at hand anyway
    shared            nothing: a dict, empty at each backward pass, in which one input's gradient may leave to the
                      next what both need
    any other name    an extra that ``forward`` returned beside the output: ``return y, {"mask": mask}``
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, cast

from .surface.node import class_of

if TYPE_CHECKING:
    from .tensor import Tensor

P = ParamSpec("P")
TABLE: dict[str, Op] = {}


class Formula:
    """Base of op families.  Their first argument is ``xp``, not ``self``: see namespace.py.

    A family sets what its members share, in these class attributes.
    """

    samples: tuple[Any, ...] = ()
    shape: Callable[..., tuple[int, ...]] | None = None  # from input shapes and settings to the output's
    broadcasts = False  # inputs are stretched to one shape; gradients are summed back
    promotes: str | None = None  # "mixed": inputs become of one dtype; "float": and integers become floats
    view: Any = False  # the output shares the first input's memory; "perhaps": where its strides allow
    cuts: Callable[..., Any] | None = None  # of views with many outputs: from shape and settings to indices
    into: Callable[..., None] | None = None  # the same written straight into the first input, for ``add_``
    exact = False  # numbers are moved, not computed with: bfloat16 needs no float32 on the way
    ordered = False  # its results lie in memory row by row however the inputs lie: what ``view`` needs
    outputs: tuple[str, ...] = ()  # names, for rows with several outputs
    named = ""  # for rows with several outputs: the name of their torch.return_types, if they have one
    out = False  # the function takes ``out=``
    former: tuple[str, ...] = ()  # how calls in an older order of arguments begin: see surface/former.py
    grad_fn = ""  # what ``tensor.grad_fn`` is called, where PyTorch calls it otherwise than the row
    tensors = ""  # which inputs may not be Python numbers: "all", "first", "any" (one at least)
    leads = ""  # "kind": only the first input is asked of its kind; "dtype": the others have its dtype, or float32
    kinds = ""  # the kinds of numbers that it is for, in NumPy's letters (bfloat16: V); "": whatever computes
    formula: str | None = None  # what to show for a body that ink cannot follow
    formulas: dict[str, str] = {}  # the same for its gradients, by input
    aliases: tuple[str, ...] = ()  # further names of the same row, for formulas

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Gradient:
    """How the output's gradient becomes one input's gradient."""

    formula: Callable[..., Any]
    reads: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Op:
    """One row of the table."""

    name: str
    doc: str
    forward: Callable[..., Any]
    inputs: tuple[str, ...]  # arguments that are tensors
    settings: dict[str, Any]  # arguments that are not, with their defaults
    gradients: tuple[Gradient | None, ...]  # one per input
    keeps: tuple[str, ...]  # what must survive until the backward pass
    variadic: bool  # its one input is a sequence of tensors
    family: type
    samples: tuple[Any, ...]
    shape: Callable[..., tuple[int, ...]] | None
    broadcasts: bool
    promotes: str | None
    view: Any
    into: Callable[..., None] | None
    exact: bool
    ordered: bool
    outputs: tuple[str, ...]
    pack: Callable[..., Any]  # makes one result of several outputs
    check: Callable[..., None] | None  # raises for operands that the family does not take
    differentiable: bool = field(init=False)
    plan: tuple[tuple[str, str, int], ...] = field(init=False)  # of each of keeps: name, where it comes from
    function: Callable[..., Tensor] = field(init=False)  # what users call
    backward_name: str = field(init=False)  # "MulBackward0", as PyTorch prints it
    frees: bool = field(init=False)  # it keeps more than shapes, so a second pass finds something missing
    shares: bool = field(init=False)  # its gradients leave something to each other
    ways: tuple[bool, ...] = field(init=False)  # for each input, whether a gradient goes there
    keep: Callable[..., Any] = field(init=False)  # gathers what it keeps, as a `storage.Kept`
    node: type = field(init=False)  # the class of its nodes
    parts: dict[int, Op] = field(init=False, default_factory=dict)  # of a view with many outputs: `parted`

    def __post_init__(self) -> None:
        self.differentiable = any(self.gradients)
        asked = any(g is not None and "shared" in g.reads for g in self.gradients)
        self.shares = asked and "shared" not in self.settings  # a setting of that name is a setting
        self.ways = () if self.variadic else tuple(g is not None for g in self.gradients)
        self.plan = tuple((name, *self._source(name)) for name in self.keeps)
        self.frees = any(source != "shape" for _, source, _ in self.plan)
        if self.variadic and any(source in ("input", "output") for _, source, _ in self.plan):
            raise TypeError(f"op {self.name!r} takes a sequence and may keep only its shapes")
        name = self.family.grad_fn or "".join(w[:1].upper() + w[1:] for w in self.name.split("_"))
        self.backward_name = f"{name}Backward0"
        from . import tape
        from .kernels import compiled

        self.node = class_of(tape.Node, self.backward_name)
        self.keep = compiled.keeper(self)

    def parted(self, n: int) -> Op:
        """The row of a run that gave ``n`` outputs, of a row whose gradient formula takes a tuple of gradients."""
        if n not in self.parts:
            gradient = self.gradients[0]
            assert gradient is not None
            whole, names = gradient.formula, tuple(f"part{i}" for i in range(n))
            each = Gradient(lambda xp, *given: whole(xp, given[:n], *given[n:]), gradient.reads)
            self.parts[n] = replace(self, outputs=names, gradients=(each,))
            self.parts[n].function = self.function
        return self.parts[n]

    def _source(self, name: str) -> tuple[str, int]:
        stem = name.removesuffix("_shape")
        if name in self.inputs:
            return "input", self.inputs.index(name)
        if name == "y" or name in self.outputs:
            return "output", 0 if name == "y" else self.outputs.index(name)
        if stem != name and stem in self.inputs:
            return "shape", self.inputs.index(stem)
        return "extra", 0

    def __repr__(self) -> str:
        return f"<op {self.name}>"


class Declares(Protocol[P]):
    """Any class whose body holds a ``forward``: what carries its signature through `op`."""

    @property
    def forward(self) -> Callable[Concatenate[Any, P], Any]: ...


def op(declaration: Declares[P]) -> Callable[P, Tensor]:
    """Enter the declared op in the table; return the function that applies it."""
    row = _read(cast("type", declaration))
    for name in (row.name, *row.family.aliases):
        if name in TABLE:
            raise ValueError(f"op {name!r} is declared twice")
        TABLE[name] = row
    return row.function


def _read(cls: Any) -> Op:
    forward = cls.__dict__["forward"]
    signature = inspect.signature(forward)
    arguments = list(signature.parameters.values())[1:]
    inputs = tuple(a.name for a in arguments if "Value" in str(a.annotation))
    if tuple(a.name for a in arguments[: len(inputs)]) != inputs:
        raise TypeError(f"op {cls.__name__!r}: tensors come before settings in forward{signature}")
    settings = {a.name: a.default for a in arguments[len(inputs) :]}
    gradients = tuple(_gradient(cls, name) for name in inputs)
    unknown = {n[2:] for n in vars(cls) if n.startswith("d_")} - set(inputs)
    if unknown:
        raise TypeError(f"op {cls.__name__!r} has no input named {', '.join(sorted(unknown))}")
    from .kernels import compiled
    from .ops import demands
    from .surface.out import result

    row = Op(
        name=cls.__name__.rstrip("_"),
        doc=inspect.cleandoc(cls.__doc__ or ""),
        forward=forward,
        inputs=inputs,
        settings=settings,
        gradients=gradients,
        keeps=tuple(sorted({n for g in gradients if g for n in g.reads} - {*settings, "shared"})),
        variadic=any("Values" in str(a.annotation) for a in arguments),
        family=cls,
        samples=cls.samples,
        shape=cls.shape,
        broadcasts=cls.broadcasts,
        promotes=cls.promotes,
        view=cls.view,
        into=cls.into,
        exact=cls.exact or bool(cls.view),
        ordered=cls.ordered,
        outputs=cls.outputs,
        pack=result(cls.named, *cls.outputs)._make if cls.named else tuple,
        check=demands.check_led if cls.leads else demands.check if cls.tensors or cls.kinds else None,
    )
    row.function = compiled.function(row, arguments, takes_out=cls.out)
    return row


def _gradient(cls: Any, name: str) -> Gradient | None:
    formula = cls.__dict__.get(f"d_{name}")
    if formula is None:
        return None
    after = 1 + (len(cls.outputs) or 1)  # xp, then one gradient per output
    return Gradient(formula, tuple(inspect.signature(formula).parameters)[after:])
