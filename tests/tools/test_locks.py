"""The check that no machine is named in the repository."""

import pytest

from tools import locks

HOST = "https://" + "registry." + "example.org/a.tgz"
FOLDER = "/" + "home/ada/vizgrad"


@pytest.mark.parametrize(
    ("name", "line", "wrong"),
    [
        ("package-lock.json", f'"resolved": "{HOST}",', True),
        ("yarn.lock", f'  resolved "{HOST}"', True),
        ("package-lock.json", '"integrity": "sha512-abc",', False),
        ("README.md", f"see {FOLDER}", True),
        ("README.md", "see ~/vizgrad and vizgrad/home/page", False),
        ("README.md", "https://example.org/home/page", False),
    ],
)
def test_lines(name, line, wrong):
    assert bool(list(locks.complaints(name, line))) is wrong


def test_the_repository(capsys):
    assert locks.main() == 0, capsys.readouterr().out
