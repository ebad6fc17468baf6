"""The size check counts what it says it counts."""

import json

import pytest

from tools import size


@pytest.fixture
def house(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return name

    return tmp_path, write


def test_a_docstring_is_not_length():
    text = 'def f():\n    """One.\n\n    Two.\n    """\n    return 1\n'
    assert list(size.functions(text)) == [("f", 1, 2)]


def test_methods_and_inner_functions_have_dotted_names():
    text = "class A:\n    def f(self):\n        def g():\n            return 1\n        return g\n"
    assert [name for name, *_ in size.functions(text)] == ["A.f", "A.f.g"]


def test_long_things_are_named(house):
    top, write = house
    long_file = write("a.css", "x\n" * 401)
    long_function = write("b.py", "def f():\n" + "    a = 1\n" * 40)
    fine = write("c.ts", "x\n" * 400)
    found = list(size.complaints(top, [long_file, long_function, fine], {}))
    assert found == [
        "a.css: 401 lines; a file has at most 400",
        "b.py:1: f has 41 lines; a function has at most 40",
    ]


def test_the_engine_has_a_sum_of_its_own(house):
    top, write = house
    files = [write(f"vizgrad/engine/{name}.py", "x = 1\n" * 390) for name in "abcdef"]
    files += [write(f"vizgrad/engine/ops/{name}.py", "x = 1\n" * 390) for name in "abcdef"]
    (found,) = size.complaints(top, files, {})
    assert "2340 lines" in found
    assert list(size.complaints(top, files, {"vizgrad/engine": {"lines": 2400, "why": "..."}})) == []


def test_an_exception_that_is_not_needed_is_named(house):
    top, write = house
    name = write("a.css", "x\n")
    assert list(size.complaints(top, [name], {"a.css": {"lines": 500, "why": "..."}})) == [
        "tools/size.toml: a.css needs no exception any more"
    ]


def test_biome_has_the_same_limit():
    rules = json.loads((size.TOP / "labextension" / "biome.json").read_text())["linter"]["rules"]
    assert rules["complexity"]["noExcessiveLinesPerFunction"]["options"]["maxLines"] == size.FUNCTION
