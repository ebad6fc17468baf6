"""One notebook in one browser page, handled the way a person would, but with a clock."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

from tests.browser.lab import Lab

# The panel of the notebook, whatever else is open beside it.
PANEL = "(name => [...window.jupyterapp.shell.widgets('main')].find(w => w.context?.path === name))"
READY = f"""name => {{
  const panel = window.jupyterapp && {PANEL}(name);
  return !!panel?.context.isReady && panel.sessionContext.session?.kernel?.status === 'idle';
}}"""
RUN = f"""([name, at]) => {{
  const panel = {PANEL}(name);
  window.jupyterapp.shell.activateById(panel.id);
  panel.content.activeCellIndex = at;
  panel.content.deselectAll();
  window.jupyterapp.commands.execute('notebook:run-cell');
}}"""
CELL = f"""([name, at]) => {{
  const model = {PANEL}(name).content.widgets[at].model;
  return {{ state: model.executionState, count: model.executionCount, outputs: model.outputs.toJSON() }};
}}"""
RELOADED = f"name => !!(window.jupyterapp && {PANEL}(name)?.context.isReady)"


class Notebook:
    """A notebook that is open in ``page``."""

    def __init__(self, lab: Lab, page: Page, name: str, results: Path) -> None:
        self.lab, self.page, self.name, self.results = lab, page, name, results
        self.errors: list[str] = []  # what our code, and only ours, complained about
        self.updates: list[float] = []  # when messages of a run arrived
        page.on("console", lambda said: self._said(said.type, said.text, said.location.get("url", "")))
        page.on("pageerror", lambda error: self._said("error", f"{error.message}\n{error.stack}", ""))
        page.on("websocket", lambda socket: socket.on("framereceived", self._frame))

    def open(self) -> Notebook:
        self.page.goto(f"{self.lab.url}/lab/tree/{self.name}?reset")
        self.page.wait_for_function(READY, arg=self.name, timeout=60_000)
        return self

    def reload(self) -> None:
        """As F5 does: also while a cell runs, when no kernel answers."""
        self.page.reload()
        self.page.wait_for_function(RELOADED, arg=self.name, timeout=60_000)

    def start(self, at: int) -> None:
        """Run a cell; do not wait for it."""
        before = self.cell(at)["count"]
        self.page.evaluate(RUN, [self.name, at])
        self.until(lambda: self.cell(at)["state"] == "running" or self.cell(at)["count"] != before)

    def finish(self, at: int, seconds: float = 60) -> dict[str, Any]:
        """Wait for a cell's end; its state and outputs."""
        self.until(lambda: self.cell(at)["state"] == "idle" and self.cell(at)["count"], seconds)
        return self.cell(at)

    def run(self, at: int, seconds: float = 60) -> dict[str, Any]:
        self.start(at)
        return self.finish(at, seconds)

    def run_all(self, seconds: float = 60) -> None:
        """Run every cell, one after the other."""
        count = self.page.evaluate(f"name => {PANEL}(name).content.widgets.length", self.name)
        kinds = self.page.evaluate(
            f"name => {PANEL}(name).content.widgets.map(cell => cell.model.type)", self.name
        )
        for at in range(count):
            if kinds[at] == "code":
                fails = failures(self.run(at, seconds))
                assert not fails, f"cell {at}: {fails}"

    def cell(self, at: int) -> dict[str, Any]:
        return self.page.evaluate(CELL, [self.name, at])

    def output(self, at: int) -> Locator:
        """The output area of a cell, in the page."""
        return self.page.locator(".jp-NotebookPanel:visible .jp-Cell").nth(at).locator(".jp-Cell-outputArea")

    def text(self, at: int) -> str:
        """What a cell printed."""
        outputs = self.cell(at)["outputs"]
        streams = [joined(output["text"]) for output in outputs if output["output_type"] == "stream"]
        return "".join(streams)

    def until(self, holds: Any, seconds: float = 30) -> None:
        """Wait until ``holds()``; says what it waited for by its failure's line."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"waited {seconds} s in vain"
            self.page.wait_for_timeout(25)

    def kernel(self, verb: str) -> None:
        """``restart`` or ``interrupt`` the kernel, as the menu does, without its question."""
        self.page.evaluate(
            f"([name, verb]) => {PANEL}(name).sessionContext.session.kernel[verb]()", [self.name, verb]
        )

    def save(self) -> dict[str, Any]:
        """Save, and read back what stands in the file."""
        self.page.evaluate(f"name => {PANEL}(name).context.save()", self.name)
        return json.loads((self.lab.folder / self.name).read_text(encoding="utf-8"))

    def theme(self, name: str) -> None:
        """``Light`` or ``Dark``."""
        self.page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })",
            f"JupyterLab {name}",
        )
        self.page.wait_for_function(
            "light => document.body.dataset.jpThemeLight === light", arg=str(name == "Light").lower()
        )
        self.page.wait_for_timeout(500)

    def picture(self, name: str) -> Path:
        """A screenshot in test-results/."""
        self.results.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self.results / f"{name}.png")
        return self.results / f"{name}.png"

    def heap(self) -> float:
        """Megabytes that JavaScript holds after its garbage is collected."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("HeapProfiler.collectGarbage")
        session.send("Performance.enable")
        metrics = session.send("Performance.getMetrics")["metrics"]
        session.detach()
        return next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize") / 1e6

    def _said(self, kind: str, text: str, url: str) -> None:
        if kind == "error" and "vizgrad" in f"{text} {url}".replace(self.name, ""):
            self.errors.append(text)

    def _frame(self, payload: str | bytes) -> None:
        words = payload if isinstance(payload, bytes) else payload.encode()
        if b"comm_msg" in words[:2000] and (b'"is":"update"' in words or b'"is": "update"' in words):
            self.updates.append(time.monotonic())


def joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def failures(cell: dict[str, Any]) -> list[str]:
    """Names and messages of the errors that a cell shows."""
    errors = [output for output in cell["outputs"] if output["output_type"] == "error"]
    return [f"{error['ename']}: {error['evalue']}" for error in errors]
