"""One notebook in one browser page, handled the way a person would, but with a clock."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Dialog, Locator, Page

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
# Notes in the page when messages of a run arrive, and when somebody clicks.
NOTES = """
window.vizgradUpdates = [];
window.vizgradClicked = 0;
const Native = window.WebSocket;
window.WebSocket = class extends Native {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => {
      const text = typeof data === "string" ? data : new TextDecoder("latin1").decode(data);
      if (/"msg_type": ?"comm_msg"/.test(text) && /"is": ?"update"/.test(text)) {
        window.vizgradUpdates.push(performance.now());
      }
    });
  }
};
document.addEventListener("click", () => { window.vizgradClicked = Date.now() / 1000; }, true);
"""
RELOADED = f"name => !!(window.jupyterapp && {PANEL}(name)?.context.isReady)"


class Notebook:
    """A notebook that is open in ``page``."""

    def __init__(self, lab: Lab, page: Page, name: str, results: Path) -> None:
        self.lab, self.page, self.name, self.results = lab, page, name, results
        self.errors: list[str] = []  # what our code, and only ours, complained about
        self.dialogs: list[str] = []
        page.add_init_script(NOTES)
        page.on("dialog", self._dialog)
        page.on("console", lambda said: self._said(said.type, said.text, said.location.get("url", "")))
        page.on("pageerror", lambda error: self._said("error", f"{error.message}\n{error.stack}", ""))

    def open(self) -> Notebook:
        self.page.goto(f"{self.lab.url}/lab/tree/{self.name}?reset")
        self.idle()
        return self

    def reload(self) -> None:
        """As F5 does: also while a cell runs, when no kernel answers."""
        self.page.reload()
        self.page.wait_for_function(RELOADED, arg=self.name, timeout=60_000)

    def beside(self, name: str) -> Notebook:
        """Open another notebook in the same page, in a tab of its own."""
        other = Notebook.__new__(Notebook)
        other.__dict__.update(self.__dict__, name=name)
        other.page.evaluate("path => window.jupyterapp.commands.execute('docmanager:open', { path })", name)
        other.idle()
        return other

    def show(self) -> None:
        """Bring its tab to the front."""
        self.page.evaluate(f"name => window.jupyterapp.shell.activateById({PANEL}(name).id)", self.name)

    def idle(self) -> None:
        """Wait for a kernel that has nothing to do."""
        self.page.wait_for_function(READY, arg=self.name, timeout=60_000)

    def trusted(self) -> bool:
        return self.page.evaluate(
            f"name => [...{PANEL}(name).content.model.cells].every(cell => cell.trusted)", self.name
        )

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

    def until(self, holds: Any, seconds: float = 30, wanted: Any = lambda: "it") -> None:
        """Wait until ``holds()``, looking forty times a second."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"waited {seconds} s in vain for {wanted()}"
            self.page.wait_for_timeout(25)

    def view(self, at: int) -> View:
        """The VizGrad view that a cell shows."""
        return View(self, self.output(at).locator(".vg-view").first)

    def updates(self) -> list[float]:
        """When messages of a run arrived since the page was loaded, in seconds."""
        return [each / 1000 for each in self.page.evaluate("window.vizgradUpdates")]

    def kernel(self, verb: str) -> None:
        """``restart`` or ``interrupt`` the kernel, as the menu does, without its question."""
        self.page.evaluate(
            f"([name, verb]) => {PANEL}(name).sessionContext.session.kernel[verb]()", [self.name, verb]
        )

    def without_subshells(self) -> None:
        """Let the page reach the kernel only as it reaches an older one: when the cell is over."""
        self.page.evaluate(
            """() => {
              const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
              kernel.commsOverSubshells = 'disabled';
              window.jupyterapp.serviceManager.kernels.commsOverSubshells = 'disabled';
            }"""
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
        if "planted" in text:
            return  # by a test of ours
        if kind == "error" and "vizgrad" in f"{text} {url}".replace(self.name, ""):
            self.errors.append(text)

    def _dialog(self, dialog: Dialog) -> None:
        if dialog.type != "beforeunload":  # JupyterLab asks about unsaved changes
            self.dialogs.append(dialog.message)
        dialog.accept()


class View:
    """What a person sees of a run, and can press."""

    def __init__(self, book: Notebook, element: Locator) -> None:
        self.book, self.element = book, element

    def state(self) -> str:
        """live, paused, finished, … as the corner of the bar says."""
        states = self.element.locator(".vg-state").evaluate_all("all => all.map(one => one.dataset.state)")
        return states[0] if states else ""

    def awaits(self, *states: str, seconds: float = 30) -> None:
        self.book.until(lambda: self.state() in states, seconds, lambda: f"{states}, not {self.state()!r}")

    def says(self) -> str:
        """Every word of it; "" where there is no view."""
        return "\n".join(self.element.locator("xpath=.").all_inner_texts())

    def step(self) -> int:
        """The step that the sentence on top speaks of."""
        found = re.search(r"Step ([\d\s]+)", self.says())
        return int(re.sub(r"\D", "", found.group(1))) if found else 0

    def press(self, verb: str) -> float:
        """Click Pause, Resume or Stop; the time of the click by the page's clock."""
        self.element.locator(f"button[data-verb={verb}]").first.click()
        return self.book.page.evaluate("window.vizgradClicked")


def joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def failures(cell: dict[str, Any]) -> list[str]:
    """Names and messages of the errors that a cell shows."""
    errors = [output for output in cell["outputs"] if output["output_type"] == "error"]
    return [f"{error['ename']}: {error['evalue']}" for error in errors]
