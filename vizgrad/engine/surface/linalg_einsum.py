"""Einstein's summation: products and sums over named dimensions, as products of matrices."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.matmul import matmul
from vizgrad.engine.ops.shape import permute, reshape

from .autocast import whole

Label = Any  # a letter, or -1, -2 … for dimensions that an ellipsis stands for, counted from its end


@whole("einsum")
def einsum(*args: Any) -> Any:
    """Σ over the dimensions whose letters the result lacks: ``einsum("ij,jk->ik", a, b)`` is a @ b.

    Also ``einsum(a, [0, 1], b, [1, 2], [0, 2])``.  Operands are taken from left to right.
    """
    if not args:
        raise ValueError("einsum(): must specify the equation string and at least one operand")
    equation, operands = _arguments(args)
    terms, result = _parsed(equation, operands)
    x, labels = _diagonals(operands[0], terms[0])
    for i in range(1, len(operands)):
        y, other = _diagonals(operands[i], terms[i])
        later = {n for term in terms[i + 1 :] for n in term} | set(result)
        x, labels = _pair(x, labels, y, other, later)
    x, labels = _summed(x, labels, set(result))
    return _ordered(x, labels, result)


def _ordered(x: Any, labels: list[Label], wanted: list[Label]) -> Any:
    """The dimensions in another order."""
    return x if labels == wanted else permute(x, [labels.index(n) for n in wanted])


def _arguments(args: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """The equation and the operands, from either way of calling."""
    if isinstance(args[0], str):
        operands = list(args[1:])
        if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
            operands = list(operands[0])
        if not operands:
            raise ValueError("einsum(): must provide at least one operand")
        return args[0], operands

    def letters(numbers: Any) -> str:
        return "".join("..." if n is Ellipsis else _letter(n) for n in numbers)

    terms = ",".join(letters(a) for a in args[1::2][: len(args) // 2])
    return f"{terms}->{letters(args[-1])}" if len(args) % 2 else terms, list(args[: len(args) // 2 * 2 : 2])


def _letter(n: int) -> str:
    if not 0 <= n < 52:
        raise RuntimeError(f"einsum(): subscript {n} is not within the valid range [0, 52)")
    return chr(ord("A") + n) if n < 26 else chr(ord("a") + n - 26)


def _parsed(equation: str, operands: list[Any]) -> tuple[list[list[Label]], list[Label]]:
    """Labels for each dimension of each operand, and of the result."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    words = left.split(",")
    if len(words) != len(operands):
        raise RuntimeError(
            f"einsum(): {'fewer' if len(words) > len(operands) else 'more'} operands were provided than specified "
            f"in the equation: {len(operands)} for {len(words)} terms"
        )
    terms = [_labels(word, x.array.ndim, i) for i, (word, x) in enumerate(zip(words, operands, strict=True))]
    dots = max((-n for term in terms for n in term if isinstance(n, int)), default=0)
    spread: list[Label] = list(range(-dots, 0))
    if arrow:
        head, middle, tail = right.partition("...")
        result = [*_letters(head), *(spread if middle else []), *_letters(tail)]
    else:
        flat = [n for term in terms for n in term if isinstance(n, str)]
        result = [*spread, *sorted(n for n in set(flat) if flat.count(n) == 1)]
    known = {n for term in terms for n in term}
    for n in result:
        if result.count(n) > 1:
            raise RuntimeError(f"einsum(): output subscript {n} appears more than once in the output")
        if n not in known:
            raise RuntimeError(
                f"einsum(): output subscript {n} does not appear in the equation for any input operand"
            )
    _check_sizes(terms, operands)
    return terms, result


def _letters(text: str) -> list[Label]:
    for n in text:
        if not (n.isalpha() and n.isascii()):
            raise RuntimeError(f"einsum(): invalid subscript given: {n!r}, subscripts must be in [a-zA-Z]")
    return list(text)


def _labels(word: str, ndim: int, which: int) -> list[Label]:
    head, dots, tail = word.partition("...")
    named = [*_letters(head), *_letters(tail)]
    if len(named) > ndim or (len(named) < ndim and not dots):
        raise RuntimeError(
            f"einsum(): the number of subscripts in the equation ({len(named)}) does not match the number of "
            f"dimensions ({ndim}) for operand {which} and {'no ' if not dots else 'an '}ellipsis was given"
        )
    return [*head, *range(len(named) - ndim, 0), *tail]


def _check_sizes(terms: list[list[Label]], operands: list[Any]) -> None:
    sizes: dict[Label, int] = {}
    for i, (term, x) in enumerate(zip(terms, operands, strict=True)):
        within: dict[Label, int] = {}
        for n, size in zip(term, x.array.shape, strict=True):
            if within.setdefault(n, size) != size:
                raise RuntimeError(
                    f"einsum(): subscript {n} is repeated for operand {i} but the sizes don't match, "
                    f"{size} != {within[n]}"
                )
            if size != 1 and sizes.setdefault(n, size) != size:
                raise RuntimeError(
                    f"einsum(): operands do not broadcast with remapped shapes: subscript {n} has size {sizes[n]} "
                    f"and, for operand {i}, {size}"
                )


def _diagonals(x: Any, labels: list[Label]) -> tuple[Any, list[Label]]:
    """A letter twice in one term: only where both dimensions have the same index."""
    labels = list(labels)
    for n in dict.fromkeys(labels):
        while labels.count(n) > 1:
            first = labels.index(n)
            second = labels.index(n, first + 1)
            x = x.diagonal(0, first, second)
            labels = [m for i, m in enumerate(labels) if i not in (first, second)] + [n]
    return x, labels


def _summed(x: Any, labels: list[Label], kept: set[Label]) -> tuple[Any, list[Label]]:
    """Add up over the dimensions that nobody needs any more."""
    gone = tuple(i for i, n in enumerate(labels) if n not in kept)
    return (x.sum(gone), [n for n in labels if n in kept]) if gone else (x, labels)


def _pair(x: Any, a: list[Label], y: Any, b: list[Label], later: set[Label]) -> tuple[Any, list[Label]]:
    """The product of two operands, summed over the labels that only they have."""
    x, a = _summed(x, a, later | set(b))
    y, b = _summed(y, b, later | set(a))
    both = [n for n in a if n in b]
    folded = [n for n in both if n not in later]
    for n in list(folded):  # size 1 against many: add the many up, nothing is left to fold
        i, j = a.index(n), b.index(n)
        if x.array.shape[i] != y.array.shape[j]:
            x, y = (x.sum(i, True), y) if y.array.shape[j] == 1 else (x, y.sum(j, True))
    stack = [n for n in both if n in later]
    left, right = [n for n in a if n not in b], [n for n in b if n not in a]
    if not folded:
        x = _ordered(x, a, [*stack, *left])
        y = _ordered(y, b, [*stack, *right])
        shape = x.array.shape + (1,) * len(right)
        y_shape = y.array.shape[: len(stack)] + (1,) * len(left) + y.array.shape[len(stack) :]
        return x.reshape(shape) * y.reshape(y_shape), [*stack, *left, *right]
    x, rows = _matrices(x, a, stack, left, folded)
    y, columns = _matrices(y, b, stack, folded, right)
    z = matmul(x, y)
    if len(left) != 1 or len(right) != 1:
        z = reshape(z, (*z.array.shape[: len(stack)], *rows[0], *columns[1]))
    return z, [*stack, *left, *right]


def _matrices(
    x: Any, labels: list[Label], stack: list[Label], rows: list[Label], columns: list[Label]
) -> tuple[Any, tuple[list[int], list[int]]]:
    """The operand as a stack of matrices, and the sizes that its rows and columns were made of."""
    x = _ordered(x, labels, [*stack, *rows, *columns])
    sizes = list(x.array.shape)
    lead, tall, wide = sizes[: len(stack)], sizes[len(stack) :][: len(rows)], sizes[len(stack) + len(rows) :]
    if len(tall) != 1 or len(wide) != 1:
        x = reshape(x, (*lead, shapes.product(tall), shapes.product(wide)))
    return x, (tall, wide)
