"""A real kernel, busy with a cell: pause, resume and stop reach it, by a subshell and by an interrupt."""

import os
import time
from pathlib import Path
from queue import Empty

import pytest

pytest.importorskip("ipykernel", reason="ipykernel is not installed: pip install vizgrad[lab]")
from jupyter_client.manager import KernelManager

ROOT = Path(__file__).parents[2]
SETUP = """
from tests.trace.toy import Net, train
import vizgrad
from vizgrad import optim
model = Net()
optimizer = optim.SGD(model.parameters(), lr=0.01)
"""
TRAIN = """
with vizgrad.watch(model, optimizer) as run:
    train(model, optimizer, 10**9)
print("the cell goes on:", run.status.state)
"""


class Lab:
    """The page's side of the conversation."""

    def __init__(self):
        self.manager = KernelManager(kernel_name="python3")
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
        self.manager.start_kernel(env=environment, cwd=str(ROOT))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.subshell = self.comm = None
        self.seq, self.printed, self.shown = 0, "", []

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def until(self, wanted, seconds=30):
        """The first message for which ``wanted`` returns something, and that."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                message = self.client.get_iopub_msg(timeout=0.02)
            except Empty:
                continue
            self._note(message)
            found = wanted(message)
            if found:
                return found
        raise AssertionError(f"nothing came within {seconds} s; printed: {self.printed}")

    def _note(self, message):
        content = message["content"]
        if message["msg_type"] == "stream":
            self.printed += content["text"]
        elif message["msg_type"] == "error":
            raise AssertionError("\n".join(content["traceback"]))
        elif message["msg_type"] == "comm_open" and content["data"]["state"]["_model_name"] == "RunModel":
            self.comm = content["comm_id"]
        elif message["msg_type"] in ("display_data", "update_display_data"):
            self.shown.append((message["msg_type"], content))

    def run(self, code):
        id = self.client.execute(code)
        return lambda: self.until(
            lambda m: (
                m["msg_type"] == "status"
                and m["content"]["execution_state"] == "idle"
                and m["parent_header"].get("msg_id") == id
            )
        )

    def update(self, message):
        if message["msg_type"] == "comm_msg" and message["content"]["comm_id"] == self.comm:
            return message["content"]["data"]["content"]
        return None

    def state(self, name):
        return self.until(lambda m: (u := self.update(m)) and (s := u["parts"][0])["state"] == name and s)

    def start_subshell(self):
        self.client.control_channel.send(self.client.session.msg("create_subshell_request", {}))
        while True:
            reply = self.client.control_channel.get_msg(timeout=30)
            if reply["msg_type"] == "create_subshell_reply":
                self.subshell = reply["content"]["subshell_id"]
                return

    def ask(self, verb, *, knock=False):
        self.seq += 1
        content = {"is": "command", "version": 1, "do": verb, "seq": self.seq}
        data = {"comm_id": self.comm, "data": {"method": "custom", "content": content}}
        message = self.client.session.msg("comm_msg", data)
        if self.subshell:
            message["header"]["subshell_id"] = self.subshell
        self.client.shell_channel.send(message)
        if knock:
            time.sleep(0.05)
            self.manager.interrupt_kernel()
        return time.monotonic()


@pytest.fixture
def lab():
    lab = Lab()
    yield lab
    lab.close()


def test_by_subshell_while_the_cell_is_busy(lab):
    lab.run(SETUP)()
    lab.start_subshell()
    over = lab.run(TRAIN)
    lab.until(lambda m: lab.update(m))
    lab.ask("hello")
    assert lab.until(lambda m: (u := lab.update(m)) and u["keyframe"] and u)["acked"] == 1
    seconds = []
    for _ in range(3):
        asked = lab.ask("pause")
        assert lab.state("paused")["mode"] == "subshell"
        seconds.append(time.monotonic() - asked)
        lab.ask("resume")
        lab.state("live")
    assert min(seconds) < 0.2
    lab.ask("stop")
    over()
    assert "the cell goes on: stopped" in lab.printed
    first, last = lab.shown[0], lab.shown[-1]
    assert (first[0], last[0]) == ("display_data", "update_display_data")
    assert first[1]["transient"]["display_id"] == last[1]["transient"]["display_id"]
    assert "application/vnd.vizgrad.run+json" in last[1]["data"]


def test_by_interrupt_where_there_is_no_subshell_and_other_cells_wait_their_turn(lab):
    lab.run(SETUP)()
    over = lab.run(TRAIN)
    lab.until(lambda m: lab.update(m))
    later = [lab.run(f"print('cell {n}')") for n in (2, 3)]
    asked = lab.ask("pause", knock=True)
    assert lab.state("paused")["mode"] == "interrupt"
    assert time.monotonic() - asked < 2
    lab.ask("resume")
    lab.state("live")
    lab.manager.interrupt_kernel()  # no command waits, so this one means stop
    over()
    later[-1]()
    assert "the cell goes on: stopped" in lab.printed
    assert lab.printed.index("stopped") < lab.printed.index("cell 2") < lab.printed.index("cell 3")


def test_in_the_background_the_kernel_stays_free(lab):
    lab.run(SETUP)()
    lab.run(
        "run = vizgrad.watch(model, optimizer, background=True).background(train, model, optimizer, 10**9)"
    )()
    lab.until(lambda m: lab.update(m))
    lab.ask("hello")
    assert lab.until(lambda m: (u := lab.update(m)) and u["keyframe"] and u["parts"][0])["mode"] == "thread"
    lab.ask("stop")
    lab.state("stopped")
    lab.run("print(run.wait(5), run.status.state)")()
    assert "True stopped" in lab.printed
