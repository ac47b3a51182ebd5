"""The container file and the units, as far as they can be tried without an engine and without systemd."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "operations"
UNITS = sorted(FOLDER.glob("*.service")) + sorted(FOLDER.glob("*.timer"))
IGNORED = (FOLDER / "Containerfile.dockerignore").read_text().split()


def instructions() -> list[tuple[str, str]]:
    """Return the container file's instructions with their words, each on one line."""
    text = re.sub(r"^#.*\n", "", (FOLDER / "Containerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(line.split()[0], line.partition(" ")[2]) for line in lines if line.strip()]


def commands(name: str) -> list[str]:
    return [words for found, words in instructions() if found == name]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """Copy what the image would hold into a clean folder."""
    names = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines()
    for name in names:
        if not any(fnmatch(Path(name).parts[0], pattern) for pattern in IGNORED):
            target = tmp_path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
    return tmp_path


def run_in(image: Path, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a shell command there, with nothing of this environment but the programs."""
    own = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(image)}
    return subprocess.run(
        ["sh", "-ec", command], cwd=image, env=own | environment, text=True, capture_output=True, check=False
    )


def test_what_is_copied_is_there() -> None:
    sources = [shlex.split(words)[-2] for words in commands("COPY")]

    assert len(sources) == 2
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_what_is_installed_has_hashes_and_is_what_the_product_needs() -> None:
    [install] = [words for words in commands("RUN") if words.startswith("pip install")]
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert "--require-hashes" in install
    assert install.split()[-1] == "requirements/run.txt"
    [base] = commands("FROM")
    wanted = re.search(r"(\d+)\.(\d+)", needed["requires-python"])
    given = re.search(r"python:(\d+)\.(\d+)", base)
    assert wanted
    assert given
    assert tuple(map(int, given.groups())) >= tuple(map(int, wanted.groups()))


@pytest.mark.slow
def test_the_last_step_of_the_build_works_in_a_clean_folder(image: Path) -> None:
    [collect] = [words for words in commands("RUN") if "manage.py" in words]

    ran = run_in(image, collect)

    assert ran.returncode == 0, ran.stderr
    assert (image / ".local" / "static" / "staticfiles.json").exists()
    assert not (image / "tests").exists()


@pytest.mark.slow
def test_the_server_of_the_image_finds_its_settings(image: Path) -> None:
    [start] = commands("CMD")
    settings = {"SECRET_KEY": "k" + "0123456789abcdefghij" * 3, "BASE_URL": "https://rights.example.org"}
    given = dict(words.split("=", 1) for line in commands("ENV") for words in shlex.split(line))

    ran = run_in(image, shlex.join([*eval_list(start), "--check-config"]), **settings, **given)

    assert ran.returncode == 0, ran.stderr


def eval_list(words: str) -> list[str]:
    """Return the words of an instruction's list."""
    return re.findall(r'"([^"]*)"', words)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd isn't here")
def test_systemd_understands_the_units(unit: Path, tmp_path: Path) -> None:
    """With the programs' place put to one that is there: the rest of each line is taken as it stands."""
    for each in UNITS:
        text = each.read_text().replace("/opt/adminrights/.venv/bin/", "/bin/")
        text = re.sub(r"=/bin/(python|gunicorn)\b", "=/bin/true", text)
        (tmp_path / each.name).write_text(text)

    ran = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit.name)],
        text=True,
        capture_output=True,
        check=False,
    )

    said = [line for line in ran.stderr.splitlines() if str(tmp_path) in line or unit.name in line]
    assert said == []
