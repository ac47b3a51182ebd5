"""`make run`: both programs run side by side, and end together."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adminrights import serve

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
CRASH = [sys.executable, "-c", "raise SystemExit(3)"]
STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
time.sleep(60)
"""


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.socket() as listener:
        listener.bind((serve.ADDRESS, 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def free() -> int:
    with socket.socket() as probe:
        probe.bind((serve.ADDRESS, 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def started(monkeypatch) -> list[subprocess.Popen[bytes]]:
    """The processes that were started, in order."""
    children = []

    def start(*args, **options) -> subprocess.Popen[bytes]:
        children.append(subprocess.Popen(*args, **options))
        return children[-1]

    monkeypatch.setattr(serve, "Popen", start)
    return children


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "eight", "80 ", "٨٠"])
def test_a_port_that_is_none_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(serve.CannotServe, match="is not a port"):
        serve.read_port(text)


def test_a_port_is_read() -> None:
    assert serve.read_port("8001") == 8001


def test_a_busy_port_is_refused_with_the_way_out(taken: int, monkeypatch, capsys) -> None:
    monkeypatch.setenv("PORT", str(taken))
    assert serve.main() == 1
    assert f"Port {taken} can't be used: Address already in use." in capsys.readouterr().err


def test_a_free_port_is_accepted(free: int) -> None:
    serve.ensure_free(free)

    # Looking must not keep it: the server itself takes the port next.
    with socket.socket() as server:
        server.bind((serve.ADDRESS, free))
        assert server.getsockname()[1] == free


def test_a_program_that_ends_takes_the_other_with_it(free: int, started) -> None:
    named = {"server": SLEEP, "mail worker": CRASH}
    assert serve.supervise(named, free, threading.Event()) == "mail worker"
    assert [child.poll() for child in started] == [-15, 3]


def test_who_asks_for_the_end_gets_it(free: int, started) -> None:
    asked = threading.Event()
    threading.Timer(0.5, asked.set).start()
    assert serve.supervise({"server": SLEEP, "mail worker": SLEEP}, free, asked) is None
    assert [child.poll() for child in started] == [-15, -15]


def test_a_program_that_does_not_listen_is_killed(free: int, started, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(serve, "SECONDS_TO_END", 0.2)
    ready, asked = tmp_path / "ready", threading.Event()

    def ask() -> None:
        while not ready.exists():
            time.sleep(0.05)
        asked.set()

    threading.Thread(target=ask).start()
    serve.supervise({"server": [sys.executable, "-c", STUBBORN, str(ready)]}, free, asked)
    assert started[0].poll() == -9


def test_the_address_is_printed_once_the_server_answers(taken: int, capfd) -> None:
    asked = threading.Event()
    threading.Timer(1, asked.set).start()
    serve.supervise({"server": SLEEP}, taken, asked)
    assert capfd.readouterr().out.count(f"http://127.0.0.1:{taken}/") == 1


@pytest.fixture
def called(monkeypatch) -> list[tuple[str, ...]]:
    """The commands that preparing calls, which are tested elsewhere."""
    calls: list[tuple[str, ...]] = []
    monkeypatch.setattr(serve, "call_command", lambda *words, **options: calls.append(words))
    return calls


@pytest.mark.parametrize("shape", ["", "site"])
def test_an_empty_database_gets_the_demo_in_the_shape_that_was_asked_for(db, called, shape: str) -> None:
    serve.prepare(shape)
    assert called[-1] == (("demo", "--shape", "site") if shape else ("demo",))


def test_data_of_earlier_runs_are_kept_and_asked_for_their_shape(ada, called, capsys) -> None:
    serve.prepare("site")
    assert [words[0] for words in called] == ["migrate", "load_catalogue", "demo"]
    assert called[-1] == ("demo", "--show", "--shape", "site")
    told = capsys.readouterr().out
    assert "was kept" in told
    # Here it isn't the demo: nobody of it could be given a new password.
    assert "make passwords" not in told


def test_a_shape_that_there_isnt_is_refused_with_a_sentence(free: int, monkeypatch, db, capsys) -> None:
    monkeypatch.setenv("SHAPE", "circle")
    monkeypatch.setenv("PORT", str(free))
    assert serve.main() == 1
    assert "invalid choice: 'circle'" in capsys.readouterr().err


def test_the_server_and_the_mail_worker_are_started() -> None:
    assert set(serve.commands(8000)) == {"server", "mail worker"}
    assert "127.0.0.1:8000" in serve.commands(8000)["server"]
