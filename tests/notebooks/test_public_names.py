"""The notebooks use public names only: if one needs a private name, the surface is missing something."""

import ast
import importlib
import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
INSIDE = ("vizgrad.engine", "vizgrad.trace", "vizgrad.widgets")


def code(path):
    book = json.loads(path.read_text(encoding="utf-8"))
    return ast.parse("\n".join("".join(c["source"]) for c in book["cells"] if c["cell_type"] == "code"))


def imports(tree):
    """Pairs of a module and a name in it ("" for the module itself)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module, alias.name) for alias in node.names)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_nothing_private_is_used(path):
    tree = code(path)
    names = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    names += [word for pair in imports(tree) for name in pair for word in name.split(".")]
    assert not [name for name in names if name.startswith("_") and not name.endswith("__")]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_imports_come_through_the_front_door(path):
    for module, name in imports(code(path)):
        assert not module.startswith(INSIDE)
        if module.startswith("vizgrad") and name:
            found = importlib.import_module(module)
            assert hasattr(found, name) or importlib.import_module(f"{module}.{name}")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_every_name_of_the_library_exists(path):
    """``torch.flatten``, ``nn.Conv2d`` and so on: what the cells ask of the modules that they import."""
    tree = code(path)
    modules = {
        alias.asname or alias.name.partition(".")[0]: importlib.import_module(alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    asked = {
        (node.value.id, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules
    }
    assert len(asked) > 10
    assert not [f"{module}.{name}" for module, name in sorted(asked) if not hasattr(modules[module], name)]
