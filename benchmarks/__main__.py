"""``python -m benchmarks``: every comparison in one table.  ``--quick`` takes a tenth of the rounds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from timing import HEAD, Row, line, versions  # noqa: E402 - a script's neighbours are found only now

SCRIPTS = ("ops", "watch", "stepping", "clicks", "steps")


def main() -> int:
    """Run the scripts one after the other, each in a process of its own."""
    print(versions())
    print(
        "A ratio is VizGrad's time over the other's; a target is met when the whole interval is below it.\n"
    )
    print(HEAD)
    failed = 0
    for name in SCRIPTS:
        command = [sys.executable, str(HERE / f"{name}.py"), "--json", *sys.argv[1:]]
        env = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, [os.getcwd(), os.getenv("PYTHONPATH")])),
        }
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for found in process.stdout:
                print(line(Row(**json.loads(found))), flush=True)
        failed += process.returncode != 0
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
