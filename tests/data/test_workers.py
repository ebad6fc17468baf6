"""Loading with worker processes: the order, the hand-over, errors, and that nothing stays behind."""

import gc
import glob
import os
import random
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

import vizgrad
from vizgrad.utils import data
from vizgrad.utils.data import DataLoader, TensorDataset, get_worker_info

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the tests start workers as forks")


@pytest.fixture(autouse=True)
def nothing_left():
    """No process and no shared memory is left after a test."""
    before = set(glob.glob("/dev/shm/vg*"))
    yield
    gc.collect()  # an error's traceback holds the loader's frames
    assert set(glob.glob("/dev/shm/vg*")) == before


def loader(dataset, batch_size=4, **settings):
    return DataLoader(dataset, batch_size, num_workers=2, multiprocessing_context="fork", **settings)


class Rows(data.Dataset):
    """Big enough for shared memory; it says who made it."""

    def __init__(self, n=20, fails_at=None, error=None):
        self.n, self.fails_at, self.error = n, fails_at, error

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if i == self.fails_at:
            self.error()
        info = get_worker_info()
        return {
            "x": vizgrad.full((500,), float(i)),
            "i": i,
            "who": -1 if info is None else info.id,
            "name": f"row {i}",
        }


class Stream(data.IterableDataset):
    def __init__(self, n, shared=True):
        self.n, self.shared = n, shared

    def __iter__(self):
        info = get_worker_info()
        first, step = (info.id, info.num_workers) if info and self.shared else (0, 1)
        return iter(range(first, self.n, step))

    def __len__(self):
        return self.n


def test_the_same_batches_in_the_same_order():
    here = list(DataLoader(Rows(), 3))
    there = list(loader(Rows(), 3))
    for a, b in zip(here, there, strict=True):
        assert a["x"].tolist() == b["x"].tolist()
        assert a["i"].tolist() == b["i"].tolist()
        assert a["name"] == b["name"]
    assert [batch["who"][0].item() for batch in there] == [0, 1, 0, 1, 0, 1, 0]
    shuffled = [
        [b["i"].tolist() for b in make(Rows(), 3, shuffle=True, generator=vizgrad.Generator().manual_seed(1))]
        for make in (loader, DataLoader)
    ]
    assert shuffled[0] == shuffled[1]


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "complex64", "bool", "int64"])
def test_arrays_of_every_size_and_kind_come_over(dtype):
    """Small ones with the message, large ones through shared memory, which may be written to and stays."""
    for n in (0, 1, 3, 5000):
        x = vizgrad.arange(4 * n).reshape(4, n).to(getattr(vizgrad, dtype))
        ((got, labels),) = list(loader(TensorDataset(x, vizgrad.arange(4))))
        assert (got.dtype, got.shape, got.tolist()) == (x.dtype, x.shape, x.tolist())
        got[:] = 1
        assert labels.tolist() == [0, 1, 2, 3]


class Odd(data.Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, i):
        return np.full((3, 400), i).T, vizgrad.ones(400, 3).t(), np.arange(3000)[::2], "text", None


def untouched(samples):
    return samples


def test_what_a_collate_fn_returns_comes_over_as_it_is():
    here, there = (next(iter(make(Odd(), 2, collate_fn=untouched))) for make in (DataLoader, loader))
    for a, b in zip(here, there, strict=True):
        for x, y in zip(a, b, strict=True):
            assert type(x) is type(y)
            np.testing.assert_array_equal(np.asarray(x, dtype=object), np.asarray(y, dtype=object))


def test_streams_are_shared_out():
    found = [b.tolist() for b in loader(Stream(11), 2)]
    assert sorted(i for b in found for i in b) == list(range(11))
    assert found[:2] == [[0, 2], [1, 3]]
    twice = [b.tolist() for b in loader(Stream(3, shared=False), 2)]
    assert twice == [[0, 1], [0, 1], [2], [2]]
    assert [b.tolist() for b in loader(Stream(5), 2, drop_last=True)] == [[0, 2], [1, 3]]
    assert sorted(loader(Stream(5), None)) == [0, 1, 2, 3, 4]


def test_a_stream_longer_than_it_says_is_warned_of():
    several = loader(Stream(3, shared=False), 1)
    assert len(several) == 3
    with pytest.warns(UserWarning, match=r"was reported to be 3 .* but \d samples .*multiprocessing"):
        list(several)


def broken():
    raise KeyError("no such row")


class PickyError(Exception):
    def __init__(self, one, two):
        super().__init__(one, two)


def picky():
    raise PickyError(1, 2)


def test_errors_are_raised_again_with_the_worker_s_traceback():
    with pytest.raises(
        KeyError, match=r"(?s)Caught KeyError in DataLoader worker process 1\.\nOriginal.*in broken"
    ) as told:
        list(loader(Rows(fails_at=5, error=broken)))
    assert "\\n" not in str(told.value)
    with pytest.raises(RuntimeError, match=r"(?s)Caught PickyError in DataLoader worker process 1.*in picky"):
        list(loader(Rows(fails_at=5, error=picky)))


def test_after_an_error_the_next_batch_may_be_asked_for():
    batches = iter(loader(Rows(fails_at=5, error=broken)))
    assert next(batches)["i"].tolist() == [0, 1, 2, 3]
    with pytest.raises(KeyError):
        next(batches)
    assert next(batches)["i"].tolist() == [8, 9, 10, 11]
    del batches


def refuse(number):
    raise ValueError(f"worker {number} refuses")


def test_errors_at_the_start_of_a_worker():
    with pytest.raises(ValueError, match=r"(?s)Caught ValueError in DataLoader worker process 0.*refuses"):
        list(loader(Rows(), worker_init_fn=refuse))


def unpicklable():
    return lambda: 0


def test_what_cannot_be_handed_over():
    with pytest.raises(Exception, match=r"(?s)in DataLoader worker process 0.*pickle"):
        list(loader(Rows(4), collate_fn=lambda samples: unpicklable()))


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_worker_is_noticed_at_once():
    start = time.monotonic()
    with pytest.raises(
        RuntimeError, match=r"DataLoader worker \(pid\(s\) \d+\) exited unexpectedly: killed by signal 9"
    ):
        list(loader(Rows(fails_at=5, error=die)))
    assert time.monotonic() - start < 4


def sleep():
    time.sleep(1)


def test_timeout():
    with pytest.raises(RuntimeError, match=r"DataLoader timed out after 0\.3 seconds"):
        list(loader(Rows(fails_at=0, error=sleep), timeout=0.3))


def seeds(samples):
    info = get_worker_info()
    return (
        info.seed - info.id,
        vizgrad.rand(1).item(),
        random.random(),
        float(np.random.rand()),  # noqa: NPY002
        info.num_workers,
    )


def test_every_worker_has_random_numbers_of_its_own():
    def draw(seed):
        vizgrad.manual_seed(seed)
        return list(loader(Rows(8), collate_fn=seeds))

    first, second = draw(0)
    assert first[0] == second[0]
    assert first[4] == 2
    assert all(a != b for a, b in zip(first[1:4], second[1:4], strict=True))
    assert draw(0) == [first, second]
    assert draw(1) != [first, second]


def pids(samples):
    return os.getpid(), [s["i"] for s in samples]


def test_workers_that_stay():
    kept = loader(Rows(), collate_fn=pids, persistent_workers=True)
    first = list(kept)
    for i, _ in enumerate(kept):  # given up half-way: the rest is not mistaken for the next pass
        if i == 1:
            break
    assert list(kept) == first
    assert len({pid for pid, _ in first}) == 2
    new = loader(Rows(), collate_fn=pids)
    assert {pid for pid, _ in new}.isdisjoint({pid for pid, _ in new})


def test_giving_up_ends_the_workers():
    batches = iter(loader(Rows(), collate_fn=pids, prefetch_factor=3))
    pid, _ = next(batches)
    del batches
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_batches_as_they_come():
    found = list(loader(Rows(), in_order=False))
    assert sorted(i for b in found for i in b["i"].tolist()) == list(range(20))


def test_many_batches_may_be_kept():
    """Each holds open files while it lies in shared memory; beyond a number they are copied out."""
    kept = list(loader(Rows(300), 1))
    assert [b["x"][0, 7].item() for b in kept] == list(range(300))


REFUSED = [
    ({"prefetch_factor": 2}, ValueError, "prefetch_factor option could only be specified in multiprocessing"),
    ({"num_workers": 1, "prefetch_factor": -1}, ValueError, "prefetch_factor option should be non-negative"),
    ({"persistent_workers": True}, ValueError, "persistent_workers option needs num_workers > 0"),
    ({"timeout": -1}, ValueError, "timeout option should be non-negative"),
    ({"multiprocessing_context": "fork"}, ValueError, "can only be used with multi-process loading"),
    (
        {"num_workers": 1, "multiprocessing_context": "spoon"},
        ValueError,
        "should specify a valid start method",
    ),
    ({"num_workers": 1, "multiprocessing_context": 3}, TypeError, "should be a valid context object"),
]


@pytest.mark.parametrize(("settings", "error", "message"), REFUSED)
def test_refuses(settings, error, message):
    with pytest.raises(error, match=message):
        DataLoader(Rows(), **settings)


def test_what_is_fixed_once_it_is_made():
    with pytest.raises(
        ValueError, match="batch_size attribute should not be set after DataLoader is initialized"
    ):
        DataLoader(Rows()).batch_size = 3


SCRIPT = """
    import os, signal, sys, time
    import vizgrad as torch
    from vizgrad.utils.data import DataLoader, Dataset

    class Mine(Dataset):
        def __len__(self):
            return 12

        def __getitem__(self, i):
            if sys.argv[1] != "all" and i > 3:
                time.sleep(0.3)
            return torch.full((1000,), i), i

    def pids(samples):
        return os.getpid(), torch.utils.data.default_collate(samples)

    if __name__ == "__main__":
        loader = DataLoader(Mine(), 2, num_workers=2, collate_fn=pids, multiprocessing_context=sys.argv[2])
        batches = iter(loader)
        found = [next(batches), next(batches)]
        print(*[pid for pid, _ in found], flush=True)
        if sys.argv[1] == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        found += batches
        print([i for _, (x, labels) in found for i in labels.tolist()])
        print(sum(int(x.sum()) for _, (x, labels) in found))
"""


def started(tmp_path, *words):
    script = tmp_path / "train.py"
    script.write_text(textwrap.dedent(SCRIPT))
    return subprocess.Popen(
        [sys.executable, script, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": os.path.dirname(os.path.dirname(vizgrad.__file__))},
    )


def test_a_script_whose_workers_are_spawned(tmp_path):
    process = started(tmp_path, "all", "spawn")
    out, complaints = process.communicate(timeout=60)
    assert out.splitlines()[1:] == [str(list(range(12))), "66000"]
    assert complaints == ""


@pytest.mark.parametrize("how", ["interrupted", "killed"])
def test_no_worker_outlives_its_parent(tmp_path, how):
    process = started(tmp_path, how, "fork")
    workers = [int(pid) for pid in process.stdout.readline().split()]
    if how == "interrupted":
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
        _, complaints = process.communicate(timeout=30)
        assert complaints.count("KeyboardInterrupt") == 1
    else:
        process.wait(10)
    deadline = time.monotonic() + 8
    while any(alive(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(pid) for pid in workers)
    while glob.glob("/dev/shm/vg*") and time.monotonic() < deadline:  # Python's tracker takes a moment
        time.sleep(0.05)
    process.stdout.close(), process.stderr.close()


def alive(pid):
    """Whether it runs: the dead whom nobody has buried yet do not count."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
