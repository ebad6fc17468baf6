"""Datasets, samplers and loaders, beside PyTorch's where both can say it."""

import collections
import warnings

import numpy as np
import pytest

import vizgrad
from tests.alike import torch
from vizgrad.utils import data
from vizgrad.utils.data import DataLoader, TensorDataset


def rows(n=10):
    return TensorDataset(vizgrad.arange(n * 3).reshape(n, 3).float(), vizgrad.arange(n))


class Squares(data.Dataset):
    def __len__(self):
        return 10

    def __getitem__(self, i):
        if i >= 10:
            raise IndexError(i)
        return {"x": i, "y": (float(i * i), np.arange(i, i + 2)), "name": f"sample {i}"}


class Stream(data.IterableDataset):
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return iter(range(self.n))

    def __len__(self):
        return self.n


def test_batches():
    batches = list(DataLoader(rows(), batch_size=4))
    assert [t.tolist() for _, t in batches] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert [x.shape for x, _ in batches] == [(4, 3), (4, 3), (2, 3)]
    assert len(DataLoader(rows(), batch_size=4)) == 3
    assert (
        len(DataLoader(rows(), batch_size=4, drop_last=True))
        == len(list(DataLoader(rows(), 4, drop_last=True)))
        == 2
    )


def test_shuffling():
    loader = DataLoader(rows(), 3, shuffle=True, generator=vizgrad.Generator().manual_seed(0))
    epochs = [[i for _, t in loader for i in t.tolist()] for _ in range(2)]
    assert sorted(epochs[0]) == list(range(10))
    assert epochs[0] != epochs[1]
    again = DataLoader(rows(), 3, shuffle=True, generator=vizgrad.Generator().manual_seed(0))
    assert [i for _, t in again for i in t.tolist()] == epochs[0]
    vizgrad.manual_seed(1)
    one = [t.tolist() for _, t in DataLoader(rows(), 3, shuffle=True)]
    vizgrad.manual_seed(1)
    assert [t.tolist() for _, t in DataLoader(rows(), 3, shuffle=True)] == one


@pytest.mark.parametrize(
    "dataset", [rows(), data.Subset(rows(), [7, 2, 2, 5]), data.Subset(data.Subset(rows(), [3, 1]), [1])]
)
def test_whole_batches_equal_single_samples(dataset):
    """The short way through a TensorDataset gives what stacking samples gives."""
    short = list(DataLoader(dataset, 3))
    long = list(DataLoader(dataset, 3, collate_fn=lambda samples: data.default_collate(samples)))
    assert type(short[0]) is type(long[0]) is list
    for a, b in zip(short, long, strict=True):
        assert [(x.tolist(), x.dtype, x.shape) for x in a] == [(x.tolist(), x.dtype, x.shape) for x in b]


@pytest.mark.torch
def test_collating_as_torch_does():
    Pair = collections.namedtuple("Pair", "a b")

    def made(tensor):
        return [
            [tensor([1.0, 2.0]), tensor([3.0, 4.0])],
            [1, 2],
            [1.5, 2.5],
            [True, False],
            [np.float32(1), np.float32(2)],
            [np.ones((2, 1)), np.zeros((2, 1))],
            ["a", "b"],
            [(1, 2.0, "x"), (3, 4.0, "y")],
            [[1, 2], [3, 4]],
            [{"a": 1, "b": [tensor(1), "t"]}, {"a": 2, "b": [tensor(2), "u"]}],
            [Pair(1, tensor(2)), Pair(3, tensor(4))],
        ]

    def plain(x):
        if hasattr(x, "dtype"):
            return (x.tolist(), str(x.dtype), tuple(x.shape))
        if isinstance(x, dict):
            return {k: plain(v) for k, v in x.items()}
        if isinstance(x, (list, tuple)):
            return type(x).__name__, [plain(v) for v in x]
        return x

    for a, b in zip(made(vizgrad.tensor), made(torch().tensor), strict=True):
        assert plain(data.default_collate(a)) == plain(torch().utils.data.default_collate(b))


def test_samples_with_structure():
    batch = next(iter(DataLoader(Squares(), batch_size=2)))
    assert batch["x"].tolist() == [0, 1]
    assert batch["y"][0].dtype is vizgrad.float64
    assert batch["y"][1].tolist() == [[0, 1], [1, 2]]
    assert batch["name"] == ["sample 0", "sample 1"]


def test_streams():
    assert [b.tolist() for b in DataLoader(Stream(5), batch_size=2)] == [[0, 1], [2, 3], [4]]
    assert [b.tolist() for b in DataLoader(Stream(5), batch_size=2, drop_last=True)] == [[0, 1], [2, 3]]
    assert len(DataLoader(Stream(5), batch_size=2)) == 3
    assert list(Stream(2) + Stream(1)) == [0, 1, 0]


def test_without_batches():
    assert [x["x"] for x in DataLoader(Squares(), batch_size=None)] == list(range(10))


def test_workers_are_accepted():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loader = DataLoader(
            rows(), 4, num_workers=2, pin_memory=True, persistent_workers=True, prefetch_factor=2
        )
        assert len(list(loader)) == 3
    assert data.get_worker_info() is None


def test_joining_and_splitting():
    both = rows(3) + rows(2)
    assert [int(both[i][1]) for i in range(5)] == [0, 1, 2, 0, 1]
    assert int(both[-1][1]) == 1
    with pytest.raises(ValueError, match="should not exceed dataset length 5"):
        both[5]
    parts = data.random_split(rows(), [0.7, 0.3], vizgrad.Generator().manual_seed(0))
    assert [len(p) for p in parts] == [7, 3]
    assert sorted(i for p in parts for i in p.indices) == list(range(10))
    with pytest.raises(ValueError, match="does not equal the length"):
        data.random_split(rows(), [5, 4])
    assert data.StackDataset(a=range(3), b="xyz")[1] == {"a": 1, "b": "y"}


def test_samplers():
    vizgrad.manual_seed(0)
    assert list(data.SequentialSampler(rows(3))) == [0, 1, 2]
    assert sorted(data.RandomSampler(rows(5))) == list(range(5))
    assert len(list(data.RandomSampler(rows(5), replacement=True, num_samples=12))) == 12
    assert len(list(data.RandomSampler(rows(5), num_samples=12))) == 12
    assert sorted(data.SubsetRandomSampler([4, 2, 9])) == [2, 4, 9]
    drawn = list(data.WeightedRandomSampler([0.0, 1.0, 3.0], 4000))
    assert set(drawn) == {1, 2}
    assert drawn.count(2) / 4000 == pytest.approx(0.75, abs=0.03)
    assert sorted(data.WeightedRandomSampler([1.0, 2.0, 3.0], 3, replacement=False)) == [0, 1, 2]
    assert list(data.BatchSampler(range(5), 2, drop_last=False)) == [[0, 1], [2, 3], [4]]
    assert [t.tolist() for _, t in DataLoader(rows(), batch_sampler=[[1, 2], [9]])] == [[1, 2], [9]]


@pytest.mark.torch
@pytest.mark.parametrize(
    "draw",
    [
        lambda d: list(d.WeightedRandomSampler([0.1, 0.9], 5, replacement=False)),
        lambda d: list(d.WeightedRandomSampler([-1.0, 2.0], 2)),
        lambda d: list(d.WeightedRandomSampler([0.0, 0.0], 2)),
        lambda d: d.WeightedRandomSampler([[1.0]], 2),
        lambda d: d.RandomSampler([]),
        lambda d: d.default_collate([np.ones(2), np.ones(3)]),
    ],
)
def test_refused_as_by_pytorch(draw):
    with pytest.raises(Exception) as theirs:  # noqa: PT011 - it is their type that is wanted
        draw(torch().utils.data)
    with pytest.raises(theirs.type):
        draw(data)


REFUSED = [
    ({"sampler": [1], "shuffle": True}, "mutually exclusive with shuffle"),
    ({"batch_sampler": [[1]], "batch_size": 3}, "batch_sampler option is mutually exclusive"),
    ({"batch_size": None, "drop_last": True}, "disables auto-batching"),
    ({"batch_size": 0}, "positive integer value, but got batch_size=0"),
    ({"num_workers": -1}, "non-negative"),
    ({"dataset": Stream(3), "shuffle": True}, "unspecified shuffle option"),
]


@pytest.mark.parametrize(("settings", "message"), REFUSED)
def test_refuses(settings, message):
    with pytest.raises(ValueError, match=message):
        DataLoader(**({"dataset": rows()} | settings))


def test_unequal_rows_are_refused():
    with pytest.raises(AssertionError, match="Size mismatch"):
        TensorDataset(vizgrad.ones(3), vizgrad.ones(2))
    with pytest.raises(RuntimeError, match="equal size"):
        data.default_collate([(1, 2), (1,)])
    with pytest.raises(TypeError, match="found <class 'object'>"):
        data.default_collate([object()])


@pytest.mark.torch
@pytest.mark.parametrize("n", [0, 1, 5, 12, 13])
@pytest.mark.parametrize("drop_last", [False, True])
def test_shares_of_processes(n, drop_last):
    for rank in range(4):
        settings = {"num_replicas": 4, "rank": rank, "shuffle": False, "drop_last": drop_last}
        have = data.DistributedSampler(range(n), **settings)
        if n:
            want = torch().utils.data.DistributedSampler(range(n), **settings)
            assert (list(have), len(have)) == (list(want), len(want))
        else:
            assert list(have) == []
    shares = [data.DistributedSampler(range(n), 4, rank, drop_last=True) for rank in range(4)]
    for share in shares:
        share.set_epoch(3)
    found = [i for share in shares for i in share]
    assert len(set(found)) == len(found) == n // 4 * 4


def test_shares_need_to_know_how_many_there_are():
    with pytest.raises(RuntimeError, match="Requires distributed package to be available"):
        data.DistributedSampler(range(3))
    with pytest.raises(ValueError, match=r"Invalid rank 2, rank should be in the interval \[0, 1\]"):
        data.distributed.DistributedSampler(range(3), 2, 2)


class Many(data.Dataset):
    """Gives many samples at once, and only so."""

    def __init__(self, extra=0):
        self.extra = extra

    def __len__(self):
        return 6

    def __getitems__(self, indices):
        return [i * 10 for i in indices] + [0] * self.extra


def test_many_samples_at_once():
    stacked = data.StackDataset(a=Many(), b=range(6))
    assert stacked.__getitems__([1, 2]) == [{"a": 10, "b": 1}, {"a": 20, "b": 2}]
    assert data.StackDataset(Many(), "abcdef").__getitems__([5]) == [(50, "f")]
    assert [b.tolist() for b in DataLoader(data.Subset(Many(), [4, 0, 1]), 2)] == [[40, 0], [10]]
    with pytest.raises(ValueError, match="Expected 1, got 2"):
        data.Subset(Many(1), [3]).__getitems__([0])


def test_structures_keep_their_kind():
    class Row(collections.UserDict):
        pass

    class Items(collections.UserList):
        pass

    first, second = Row(a=1, b=[1, 2]), Row(a=2, b=[3, 4])
    first.source = "file"
    batch = data.default_collate([first, second])
    assert (type(batch), batch.source, batch["b"][1].tolist()) == (Row, "file", [2, 4])
    assert first["a"] == 1
    assert isinstance(data.default_collate([collections.defaultdict(list, a=1)] * 2), collections.defaultdict)
    assert type(data.default_collate([Items([1, 2]), Items([3, 4])])) is Items
    assert [x.tolist() for x in data.default_collate([range(2), range(2)])] == [[0, 0], [1, 1]]
    converted = data.default_convert(Items([np.ones(2), "text"]))
    assert (type(converted), converted[0].tolist(), converted[1]) == (Items, [1, 1], "text")
