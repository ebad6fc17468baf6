"""Find a Chromium that is already on this machine, and start it quietly."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

MISSING = (
    "no Chromium found: apt-get install chromium, or python -m playwright install chromium,"
    " or set VIZGRAD_CHROMIUM to one"
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
)
QUIET = [
    "--no-sandbox",  # containers run as root
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",  # containers have 64 MB of shared memory
    "--disable-extensions",
    "--disable-sync",
    "--metrics-recording-only",
    "--force-color-profile=srgb",
]


def find(own: str) -> str | None:
    """The path of a Chromium: the one asked for, the system's, else Playwright's ``own``."""
    if asked := os.environ.get("VIZGRAD_CHROMIUM"):
        return asked
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or next((place for place in (*PLACES, own) if Path(place).is_file()), None)
