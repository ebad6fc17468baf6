"""Lists, tuples and dictionaries of anything, taken apart into their leaves and put together again."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

Leaf = Callable[[Any], bool] | None


class Node(NamedTuple):
    """How one type of container comes apart, into children and whatever else rebuilds it, and together."""

    flatten: Callable[[Any], tuple[list[Any], Any]]
    unflatten: Callable[[Iterable[Any], Any], Any]


def _of_keys(kind: Callable[[Any], Any]) -> Node:
    return Node(
        lambda tree: (list(tree.values()), list(tree)),
        lambda children, keys: kind(zip(keys, children, strict=True)),
    )


_NAMED = Node(lambda tree: (list(tree), type(tree)), lambda children, kind: kind(*children))

SUPPORTED_NODES: dict[type, Node] = {
    tuple: Node(lambda tree: (list(tree), None), lambda children, _: tuple(children)),
    list: Node(lambda tree: (tree, None), lambda children, _: list(children)),
    dict: _of_keys(dict),
    OrderedDict: _of_keys(OrderedDict),
    defaultdict: Node(
        lambda tree: (list(tree.values()), [tree.default_factory, list(tree)]),
        lambda children, made: defaultdict(made[0], zip(made[1], children, strict=True)),
    ),
    deque: Node(
        lambda tree: (list(tree), tree.maxlen), lambda children, maxlen: deque(children, maxlen=maxlen)
    ),
}


def register_pytree_node(
    cls: type,
    flatten_fn: Callable[[Any], tuple[list[Any], Any]],
    unflatten_fn: Callable[[Iterable[Any], Any], Any],
    **_: Any,
) -> None:
    """From now on, objects of this class are containers, not leaves."""
    if cls in SUPPORTED_NODES:
        raise ValueError(f"{cls} is already registered as pytree node.")
    SUPPORTED_NODES[cls] = Node(flatten_fn, unflatten_fn)


def _node(tree: Any, is_leaf: Leaf) -> Node | None:
    if is_leaf is not None and is_leaf(tree):
        return None
    if isinstance(tree, tuple) and hasattr(tree, "_fields") and type(tree) not in SUPPORTED_NODES:
        return _NAMED
    return SUPPORTED_NODES.get(type(tree))


class TreeSpec:
    """The form of a tree without its leaves; a leaf's has no type and no children."""

    def __init__(self, type: type | None, context: Any, children: list[TreeSpec], node: Node | None) -> None:
        self.type, self.context, self._children, self._node = type, context, children, node
        self.num_children = len(children)
        self.num_leaves = sum(c.num_leaves for c in children) if type else 1
        self.num_nodes = 1 + sum(c.num_nodes for c in children)

    def children(self) -> list[TreeSpec]:
        return list(self._children)

    def is_leaf(self) -> bool:
        return self.type is None

    def unflatten(self, leaves: Iterable[Any]) -> Any:
        leaves = list(leaves)
        if len(leaves) != self.num_leaves:
            raise ValueError(
                f"treespec.unflatten(leaves): `leaves` has length {len(leaves)} but the spec refers to a pytree "
                f"that holds {self.num_leaves} items ({self})."
            )
        return self._built(iter(leaves))

    def _built(self, leaves: Iterator[Any]) -> Any:
        if self._node is None:
            return next(leaves)
        return self._node.unflatten([c._built(leaves) for c in self._children], self.context)

    def flatten_up_to(self, tree: Any) -> list[Any]:
        """What stands in another tree where this one has leaves."""
        if self._node is None:
            return [tree]
        if type(tree) is not self.type:
            raise ValueError(f"Node type mismatch; expected {self.type}, but got {type(tree)}.")
        children, context = self._node.flatten(tree)
        if isinstance(tree, dict):  # the order of the keys does not matter, only which they are
            if set(tree) != set(keys := self.context[1] if isinstance(tree, defaultdict) else self.context):
                raise ValueError(f"Node keys mismatch; expected {keys}, but got {list(tree)}.")
            children = [tree[k] for k in keys]
        elif len(children) != self.num_children:
            raise ValueError(f"Node arity mismatch; expected {self.num_children}, but got {len(children)}.")
        elif context != self.context and not isinstance(tree, deque):
            raise ValueError(f"Node context mismatch for custom node type {self.type}.")
        return [
            x for spec, child in zip(self._children, children, strict=True) for x in spec.flatten_up_to(child)
        ]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TreeSpec):
            return NotImplemented
        return (self.type, self.context, self._children) == (other.type, other.context, other._children)

    def __hash__(self) -> int:
        return hash((self.type, self.num_leaves, self.num_nodes))

    def __repr__(self) -> str:
        return self._lines(2)

    def _lines(self, indent: int) -> str:
        if self._node is None:
            return "*"
        name = "namedtuple" if self._node is _NAMED else getattr(self.type, "__name__", "")
        inside = (",\n" + " " * indent).join(child._lines(indent + 2) for child in self._children)
        return f"TreeSpec({name}, {self.context}, [{inside}])"


def tree_flatten(tree: Any, is_leaf: Leaf = None) -> tuple[list[Any], TreeSpec]:
    """The leaves from left to right, and what `tree_unflatten` needs besides them."""
    leaves: list[Any] = []
    return leaves, _spec(tree, leaves, is_leaf)


def _spec(tree: Any, leaves: list[Any], is_leaf: Leaf) -> TreeSpec:
    if (node := _node(tree, is_leaf)) is None:
        leaves.append(tree)
        return TreeSpec(None, None, [], None)
    children, context = node.flatten(tree)
    return TreeSpec(type(tree), context, [_spec(c, leaves, is_leaf) for c in children], node)


def tree_unflatten(leaves: Iterable[Any], treespec: TreeSpec) -> Any:
    """The tree of this form with these leaves."""
    if not isinstance(treespec, TreeSpec):
        raise TypeError(
            f"tree_unflatten(leaves, treespec): Expected `treespec` to be instance of PyTreeSpec but got item of "
            f"type {type(treespec)}."
        )
    return treespec.unflatten(leaves)


def tree_iter(tree: Any, is_leaf: Leaf = None) -> Iterator[Any]:
    return iter(tree_leaves(tree, is_leaf))


def tree_leaves(tree: Any, is_leaf: Leaf = None) -> list[Any]:
    return tree_flatten(tree, is_leaf)[0]


def tree_structure(tree: Any, is_leaf: Leaf = None) -> TreeSpec:
    return tree_flatten(tree, is_leaf)[1]


def tree_map(func: Callable[..., Any], tree: Any, *rests: Any, is_leaf: Leaf = None) -> Any:
    """The same tree with ``func`` of each leaf, and of what stands at its place in the other trees."""
    leaves, form = tree_flatten(tree, is_leaf)
    return form.unflatten(map(func, leaves, *(form.flatten_up_to(rest) for rest in rests)))


def tree_map_(func: Callable[..., Any], tree: Any, *rests: Any, is_leaf: Leaf = None) -> Any:
    """`tree_map` for what ``func`` does, not for what it returns; the tree comes back as it was."""
    tree_map(func, tree, *rests, is_leaf=is_leaf)
    return tree


def tree_map_only(kind: Any, func: Callable[[Any], Any], tree: Any, is_leaf: Leaf = None) -> Any:
    """`tree_map` for the leaves of one type (or several, or those for which ``kind(leaf)`` holds)."""
    chosen = _chooser(kind)
    return tree_map(lambda x: func(x) if chosen(x) else x, tree, is_leaf=is_leaf)


def tree_map_only_(kind: Any, func: Callable[[Any], Any], tree: Any, is_leaf: Leaf = None) -> Any:
    tree_map_only(kind, func, tree, is_leaf)
    return tree


def _chooser(kind: Any) -> Callable[[Any], bool]:
    if isinstance(kind, (type, tuple)) or hasattr(kind, "__args__"):  # int | float has arguments
        return lambda x: isinstance(x, kind)
    return kind


def tree_all(pred: Callable[[Any], bool], tree: Any, is_leaf: Leaf = None) -> bool:
    return all(map(pred, tree_leaves(tree, is_leaf)))


def tree_any(pred: Callable[[Any], bool], tree: Any, is_leaf: Leaf = None) -> bool:
    return any(map(pred, tree_leaves(tree, is_leaf)))


def tree_all_only(kind: Any, pred: Callable[[Any], bool], tree: Any, is_leaf: Leaf = None) -> bool:
    chosen = _chooser(kind)
    return all(pred(x) for x in tree_leaves(tree, is_leaf) if chosen(x))


def tree_any_only(kind: Any, pred: Callable[[Any], bool], tree: Any, is_leaf: Leaf = None) -> bool:
    chosen = _chooser(kind)
    return any(pred(x) for x in tree_leaves(tree, is_leaf) if chosen(x))
