"""What is missing on this machine is said in one line each; with VIZGRAD_STRICT=1 it fails the run."""

from __future__ import annotations

import importlib.util
import os
from collections import Counter

import pytest

STRICT = os.environ.get("VIZGRAD_STRICT") == "1"
TORCH = "PyTorch is not installed, so nothing was compared with it: pip install torch==2.13.0"


def pytest_runtest_setup(item):
    if item.get_closest_marker("torch") and importlib.util.find_spec("torch") is None:
        pytest.skip(TORCH)


def pytest_terminal_summary(terminalreporter):
    """One line a reason, however many tests it kept from running."""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", ()))
    for reason, tests in sorted(reasons.items()):
        terminalreporter.write_line(f"{tests} skipped: {reason}", yellow=not STRICT, red=STRICT)
    if reasons and STRICT:
        terminalreporter.write_line("VIZGRAD_STRICT=1: nothing may be skipped", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if STRICT and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _reason(report):
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    return TORCH if "No module named 'torch'" in reason else reason
