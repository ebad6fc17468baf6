"""Cells that the journeys share: a small network, and a loop that can be watched for as long as one likes."""

SETUP = """\
import time
import vizgrad as torch
import vizgrad.nn as nn, vizgrad.nn.functional as F, vizgrad.optim as optim

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = optim.SGD(model.parameters(), lr=0.01)
x, y = torch.randn(64, 8), torch.randn(64, 1)
times = []

def train(steps, pause=0.0):
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        times.append(time.time())
        if pause:
            time.sleep(pause)
"""


def watched(steps: int, pause: float = 0.0, what: str = "model, optimizer") -> str:
    """A cell that trains under a watch and prints how many steps were made."""
    return f"with torch.watch({what}) as run:\n    train({steps}, {pause})\nprint('steps', len(times))\n"


FOREVER = 10_000_000

# After the training cell: the model must compute, and a step must be possible.
USABLE = "train(3)\nprint('usable', bool(torch.isfinite(model(x)).all()))\n"

# The longest time between two steps, and when it began.
GAP = """\
import json
gap, began = max((b - a, a) for a, b in zip(times, times[1:]))
print(json.dumps({"gap": gap, "began": began}))
"""
