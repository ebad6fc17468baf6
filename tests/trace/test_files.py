"""Recordings: what is written can be read, and what was damaged or forged is refused in a sentence."""

import json
import time

import numpy as np
import pytest

from vizgrad.trace.files import Log, Recording, lines

from .toy import setup, train


@pytest.fixture
def recorded(tmp_path):
    path = tmp_path / "run.jsonl"
    model, optimizer, _, run = setup(to=path, every=2)
    with run:
        for _ in range(5):
            train(model, optimizer, 6)
            time.sleep(0.1)  # so that there is more than one update to write
        run.log(accuracy=0.5)
    return path, run


def test_a_recording_gives_back_the_run(recorded):
    path, run = recorded
    back = Recording(path)
    assert (back.id, back.title, back.status) == (run.id, run.title, run.status)
    for group, name in [
        ("metric", "loss"),
        ("gradient", "last"),
        ("metric", "accuracy"),
        ("memory", "saved"),
    ]:
        for got, expected in zip(
            back.history.curve(group, name), run.history.curve(group, name), strict=True
        ):
            np.testing.assert_array_equal(got, expected)
    assert back.history.graph == run.history.graph
    assert back.history.memory == run.history.memory


def test_a_file_that_was_cut_off_is_read_up_to_there(recorded):
    path, _ = recorded
    whole = path.read_text()
    path.write_text(whole[:-40])
    back = Recording(path)
    assert back.status.state == "stopped"
    assert back.status.note == "the recording ends before the run did"
    assert back.history.graph is not None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d["update"]["parts"].append({"is": "script"}), "of an unknown kind"),
        (lambda d: d["update"].pop("title"), "lacks title"),
        (lambda d: d["update"].update(version=99), "another version"),
        (lambda d: d["update"].update(seq=True), "Update.seq should be int"),
        (lambda d: d["update"].update(seq=10**400), "Update.seq should be int"),
        (lambda d: d["update"]["parts"][0].update(state="hacked"), "Status.state|Update.parts.state"),
        (lambda d: d["update"]["parts"][0].update(elapsed=float("nan")), "elapsed should be float"),
        (lambda d: d.update(data="AAAA"), "do not match"),
        (lambda d: d.update(data="%%%"), "damaged"),
        (lambda d: d.update(update=[1]), "should be update"),
    ],
)
def test_a_forged_line_is_refused_with_its_place(recorded, change, says):
    path, _ = recorded
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    change(entries[0])
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    with pytest.raises(ValueError, match=f"run.jsonl, line 1: .*({says})"):
        list(lines(path))


@pytest.mark.parametrize("text", ["", "not json\n\n", "[" * 100_000 + "\n\n", "1\n\n", '{"update": {}}\n\n'])
def test_other_files_are_refused(tmp_path, text):
    path = tmp_path / "other.jsonl"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"other\.jsonl"):
        Recording(path)


def test_a_full_disk_does_not_stop_the_training(tmp_path):
    model, optimizer, _, run = setup(to=tmp_path / "run.jsonl")

    def closed_under_its_hands():
        with run:
            log = next(log for log in run.channel.logs if isinstance(log, Log))
            log._file.close()
            train(model, optimizer, 10)

    with pytest.warns(RuntimeWarning, match="Log raised"):
        closed_under_its_hands()
    assert run.status.state == "finished"
