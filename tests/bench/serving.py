"""Either world under gunicorn: requests a second, and what a page weighs on its way."""

import gzip
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from time import perf_counter, sleep
from typing import Any

from django.db import connection

from tests.bench.paging import signed_in

ADDRESS, WORKERS, THREADS, CLIENTS = "127.0.0.1", "2", "20", 4
SECONDS = float(os.environ.get("BENCH_SECONDS", "6"))
LONGEST_START, WARM = 60, 5.0


def url_of_scratch() -> str:
    """Return the address of this world's database, for another process."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


@contextmanager
def served(application: Sequence[str], **environment: str) -> Iterator[int]:
    """Serve the application on this world's database and yield the port."""
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "--bind", f"{ADDRESS}:{port}", "--log-level", "warning"]
    command += ["--worker-class", "gthread", "--workers", WORKERS, "--threads", THREADS, *application]
    settings = {"DATABASE_URL": url_of_scratch(), "DRAIN_SECONDS": "0", "WEB_BIND": f"{ADDRESS}:{port}"}
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(
            command, env=os.environ | settings | environment, stdout=words, stderr=subprocess.STDOUT
        )
        try:
            _wait(port)
            yield port
        except Exception:
            words.seek(0)
            print(words.read().decode("utf-8", "replace")[-5000:], file=sys.stderr)
            raise
        finally:
            process.terminate()
            process.wait(60)


def _wait(port: int) -> None:
    end = perf_counter() + LONGEST_START
    while perf_counter() < end:
        with socket.socket() as probe:
            if probe.connect_ex((ADDRESS, port)) == 0:
                return
        sleep(0.1)
    raise RuntimeError("The server doesn't come up")


def cookie_of(account: Any) -> str:
    """Return the cookie of a browser in which the account is signed in."""
    found = signed_in(account).cookies
    return "; ".join(f"{name}={morsel.value}" for name, morsel in found.items())


def rate(application: Sequence[str], account: Any, url: str, **environment: str) -> tuple[float, str]:
    """Return how many requests for the page are answered in a second."""
    cookie, counts = cookie_of(account), [0] * CLIENTS
    faults: list[Exception] = []

    def ask(place: int, end: float) -> None:
        line = HTTPConnection(ADDRESS, port, timeout=60)
        try:
            while perf_counter() < end:
                line.request("GET", url, headers={"Cookie": cookie})
                answer = line.getresponse()
                answer.read()
                if answer.status != 200:
                    raise HTTPException(str(answer.status))
                counts[place] += 1
        except (OSError, HTTPException) as fault:
            faults.append(fault)

    with served(application, **environment) as port:
        # Both processes have to be warm: each makes its first page in many times the time of the next.
        for seconds in (WARM, max(WARM, SECONDS)):
            counts[:] = [0] * CLIENTS
            start = perf_counter()
            threads = [
                threading.Thread(target=ask, args=(place, start + seconds)) for place in range(CLIENTS)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            taken = perf_counter() - start
        if faults:
            raise RuntimeError(f"{url} answered {faults[0]}")
    return sum(counts) / taken, f"{WORKERS} processes, {CLIENTS} at a time"


def page_weight(application: Sequence[str], account: Any, url: str, **environment: str) -> tuple[float, str]:
    """Return how many kB a browser takes that opens the page for the first time."""
    cookie = cookie_of(account)
    with served(application, **environment) as port:
        page, size = fetched(port, url, cookie)
        parts = sorted(set(re.findall(r'(?:href|src)="(/static/[^"#?]+)', page)))
        sizes = {part: fetched(port, part, cookie)[1] for part in parts}
    heaviest = sorted(sizes, key=lambda part: -sizes[part])[:3]
    words = ", ".join(f"{part.rpartition('/')[2]} {sizes[part] / 1e3:.0f} kB" for part in heaviest)
    return (size + sum(sizes.values())) / 1e3, f"the page {size / 1e3:.0f} kB, {len(parts)} files: {words}, …"


def fetched(port: int, url: str, cookie: str) -> tuple[str, int]:
    """Return the text behind the address, and how many bytes it took on its way."""
    line = HTTPConnection(ADDRESS, port, timeout=60)
    line.request("GET", url, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
    answer = line.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{url} answered {answer.status}")
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return (gzip.decompress(content) if packed else content).decode("utf-8", "replace"), len(content)
