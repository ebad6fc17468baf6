"""A million recorded steps: what the kernel's memory does.  ``--steps`` for fewer.

A real model trains, a sink reads every update as a page would, and the memory held is printed on the way.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import sys
import time
from typing import Any

import vizgrad as torch
from vizgrad import nn, optim
from vizgrad.trace.run import Run


class Page:
    """Counts what it is sent."""

    def __init__(self) -> None:
        self.updates = self.bytes = 0

    def send(self, message: dict[str, Any], points: bytes) -> None:
        self.updates += 1
        self.bytes += len(points)


def resident() -> float:
    """Megabytes that this process holds now; where the system does not tell, the most it ever held."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main() -> None:
    """Train, and print a line at each tenth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000)
    steps = parser.parse_args().steps
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = optim.SGD(model.parameters(), lr=1e-3)
    x = torch.randn(16, 4)
    page = Page()
    run = Run(model, optimizer, title="soak")
    run.channel.page = page
    print(f"{'steps':>10}  {'seconds':>8}  {'MB held':>8}  {'updates':>8}  {'MB sent':>8}")
    settled = 0.0
    start = time.perf_counter()
    with run:
        for step in range(1, steps + 1):
            optimizer.zero_grad()
            (model(x) ** 2).mean().backward()
            optimizer.step()
            if step % (steps // 10 or 1) == 0:
                gc.collect()
                held = resident()
                settled = settled or held
                seconds = time.perf_counter() - start
                sent = page.bytes / 1e6
                print(f"{step:>10}  {seconds:>8.1f}  {held:>8.1f}  {page.updates:>8}  {sent:>8.1f}")
    print(f"From the first tenth to the end the process grew by {resident() - settled:.1f} MB.")


if __name__ == "__main__":
    main()
