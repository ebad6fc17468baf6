"""Trees of lists and dictionaries, taken apart and put together as PyTorch does."""

from collections import OrderedDict, defaultdict, deque, namedtuple

import pytest

from vizgrad.utils import _pytree as ours

Pair = namedtuple("Pair", "a b")
TREE = {
    "b": [1, (2, None)],
    "a": Pair(3, OrderedDict(x=4)),
    "d": deque([1], 3),
    "e": defaultdict(list, {"q": 7}),
    "z": (),
}

SAYINGS = [
    lambda p: p.tree_flatten(TREE)[0],
    lambda p: p.tree_unflatten(range(7), p.tree_structure(TREE)),
    lambda p: [getattr(p.tree_structure(TREE), n) for n in ("num_leaves", "num_nodes", "num_children")],
    lambda p: p.tree_structure([1, (2, {"k": 0})]) == p.tree_structure([3, (4, {"k": 5})]),
    lambda p: p.tree_map(lambda x, y: (x, y), [1, {"a": 2, "b": 3}], [5, {"b": [8, 9], "a": 0}]),
    lambda p: p.tree_map(len, [[1], [2, 3]], is_leaf=lambda x: x == [1] or x == [2, 3]),
    lambda p: p.tree_map_only(int, lambda x: -x, TREE),
    lambda p: p.tree_map_only(lambda x: x is None, lambda x: 0, TREE),
    lambda p: (p.tree_any(lambda x: x is None, TREE), p.tree_all_only(int, lambda x: x > 1, TREE)),
    lambda p: p.tree_leaves(None),
    lambda p: p.tree_unflatten([1], p.tree_structure([1, 2])),
    lambda p: p.tree_map(max, [1, 2], (1, 2)),
    lambda p: p.tree_map(max, [1, 2], [1]),
]


@pytest.mark.torch
@pytest.mark.parametrize("say", SAYINGS)
def test_the_same_trees_as_in_torch(say):
    from torch.utils import _pytree as theirs

    def told(namespace):
        try:
            return repr(say(namespace))
        except ValueError as error:
            return repr(error)

    assert told(ours) == told(theirs)


def test_an_own_class_becomes_a_container():
    class Box:
        def __init__(self, inside):
            self.inside = inside

    assert ours.tree_leaves(box := Box([1, 2])) == [box]
    ours.register_pytree_node(Box, lambda b: ([b.inside], None), lambda children, _: Box(*children))
    try:
        assert ours.tree_map(lambda x: x + 1, Box([1, 2])).inside == [2, 3]
        with pytest.raises(ValueError, match="already registered"):
            ours.register_pytree_node(Box, lambda b: ([b.inside], None), lambda children, _: Box(*children))
    finally:
        del ours.SUPPORTED_NODES[Box]
