"""The voice: how often, how much, and what happens when somebody does not listen."""

import itertools
import threading
import time

import pytest

from vizgrad.trace import wire
from vizgrad.trace.history import History
from vizgrad.trace.publisher import HEARTBEAT, SILENCE, Channel, Publisher

from .toy import Page


class Time:
    """A clock that only goes when somebody sleeps."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class Speaker:
    def __init__(self, name="a"):
        self.id, self.title, self.history = name, name, History()
        self.state, self.acked, self.step = "live", 0, 0

    @property
    def active(self):
        return self.state in ("live", "paused")

    @property
    def status(self):
        return wire.Status(self.state, "none", self.step, 1, 0.0, None, "")

    def train(self):
        self.step += 1
        with self.history.lock:
            self.history.add("metric", "loss", float(self.step), 1.0)


def setup(*names):
    clock = Time()
    publisher = Publisher(threaded=False, now=clock, sleep=clock.sleep)
    channels = [Channel(Speaker(name), Page()) for name in names]
    for channel in channels:
        publisher.add(channel)
    return clock, publisher, channels


def test_three_busy_runs_together_send_twenty_updates_a_second_and_share_fairly():
    clock, publisher, channels = setup("a", "b", "c")
    times = []
    for _ in range(4000):
        clock.now += 0.001
        for channel in channels:
            channel.speaker.train()
            before = sum(len(c.page.got) for c in channels)
            publisher.poke()
            times += [clock.now] * (sum(len(c.page.got) for c in channels) - before)
    for start in times:
        assert sum(1 for t in times if start <= t < start + 1) <= 20
    counts = [len(c.page.got) for c in channels]
    assert sum(counts) >= 75
    assert max(counts) - min(counts) <= 2
    sent = [
        p for m, _ in channels[0].page.got if not m["keyframe"] for p in m["parts"] if p["is"] == "series"
    ]
    assert sum(p["points"] for p in sent) >= 2000  # coalesced, not lost


def test_sequence_numbers_have_no_holes_and_begin_at_zero():
    clock, publisher, (channel,) = setup("a")
    for _ in range(5):
        channel.speaker.train()
        clock.now += 0.1
        publisher.poke()
    assert [m["seq"] for m, _ in channel.page.got] == list(range(len(channel.page.got)))


def test_a_page_that_says_hello_gets_everything():
    clock, publisher, (channel,) = setup("a")
    for _ in range(3):
        channel.speaker.train()
        clock.now += 0.1
        publisher.poke()
    channel.hear_hello(clock.now)
    clock.now += 0.1
    publisher.poke()
    message, points = channel.page.got[-1]
    series = [p for p in message["parts"] if p["is"] == "series"]
    assert message["keyframe"]
    assert series[0]["replace"]
    assert series[0]["points"] == 3
    assert len(points) == 48


def test_without_a_word_from_the_page_keyframes_come_by_themselves_but_rarely():
    clock, publisher, (channel,) = setup("a")
    keyframes = []
    for _ in range(300):
        clock.now += 0.1
        channel.speaker.train()
        publisher.poke()
        if channel.page.got[-1][0]["keyframe"]:
            keyframes.append(clock.now)
    assert keyframes[0] >= 100 + SILENCE
    assert all(b - a >= 1.99 for a, b in itertools.pairwise(keyframes))
    assert len(keyframes) >= 5
    channel.hear_seen(clock.now)
    clock.now += 1
    publisher.poke()
    assert not channel.page.got[-1][0]["keyframe"]


def test_a_run_that_does_nothing_still_gives_a_sign_of_life():
    clock, publisher, (channel,) = setup("a")
    clock.now += 0.1
    publisher.poke()
    before = len(channel.page.got)
    for _ in range(100):
        clock.now += 0.1
        publisher.poke()
    assert 10 / HEARTBEAT - 2 <= len(channel.page.got) - before <= 10 / HEARTBEAT + 4


def test_a_change_of_state_is_told_at_once_and_the_end_always():
    clock, publisher, (channel,) = setup("a")
    clock.now += 0.1
    channel.speaker.state, channel.speaker.acked = "paused", 7
    publisher.poke()
    assert channel.page.status()["state"] == "paused"
    assert channel.page.got[-1][0]["acked"] == 7
    channel.speaker.state = "finished"
    channel.speaker.train()
    publisher.flush(channel)
    assert channel.page.status() == {**channel.page.status(), "state": "finished", "step": 1}
    last = len(channel.page.got)
    clock.now += 10
    publisher.poke()
    assert len(channel.page.got) == last


def test_a_sink_that_raises_is_dropped_with_one_warning_and_the_others_go_on():
    class Broken:
        def send(self, message, points):
            raise OSError("disk full")

    clock, publisher, (channel,) = setup("a")
    channel.logs.append(Broken())
    channel.speaker.train()
    clock.now += 0.1
    with pytest.warns(RuntimeWarning, match="Broken raised OSError: disk full"):
        publisher.poke()
    channel.speaker.train()
    clock.now += 0.1
    publisher.poke()
    assert channel.logs == []
    assert len(channel.page.got) == 3


def test_the_thread_speaks_in_real_time_and_ends_with_the_last_run():
    publisher = Publisher()
    channel = Channel(Speaker(), Page())
    publisher.add(channel)
    end = time.monotonic() + 0.6
    while time.monotonic() < end:
        channel.speaker.train()
        publisher.poke()
        time.sleep(0.001)
    channel.speaker.state = "finished"
    publisher.flush(channel)
    assert 4 <= len(channel.page.got) <= 15
    end = time.monotonic() + 3
    while publisher._thread is not None and time.monotonic() < end:
        time.sleep(0.05)
    assert publisher._thread is None
    assert "vizgrad publisher" not in [t.name for t in threading.enumerate() if t is publisher._thread]
