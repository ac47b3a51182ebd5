"""Two instances behind a proxy are restarted one after the other: nobody notices."""

import http.client
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

from tests.factories import AccountFactory, UnitFactory
from tests.soak import Measure, run, times
from tests.soak.load import Load
from tests.soak.restarts import until_ready
from tests.soak.site import Process, Site
from tests.soak.wholeness import addresses, chain, halves

ROUNDS, MARK = 5, "@rolling.example.org"
LOOK_EVERY = 0.25
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "server", "date"}


class Proxy(ThreadingHTTPServer):
    """Passes requests on to the instances that say they are ready, in turn, and repeats nothing."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, targets: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.known, self.turn = dict.fromkeys(targets, True), 0
        self.ended = threading.Event()

    def watch(self, target: str) -> None:
        """Ask one instance again and again; one that is only slow keeps its place."""
        while not self.ended.wait(LOOK_EVERY):
            self.known[target] = is_ready(target, self.known[target])

    def next_target(self) -> str:
        self.turn += 1
        ready = [target for target, good in self.known.items() if good]
        return ready[self.turn % len(ready)] if ready else ""


class Handler(BaseHTTPRequestHandler):
    server: Proxy

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            client = http.client.HTTPConnection(self.server.next_target(), timeout=60)
            client.request(self.command, self.path, body, dict(self.headers.items()))
            answer = client.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.send_error(502, repr(error))
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        client.close()

    do_POST = do_GET  # noqa: N815

    def log_message(self, *args: object) -> None:
        """Be silent."""


def is_ready(target: str, otherwise: bool = False) -> bool:
    """Return what an instance says, or what to believe of one that is slow to say it."""
    try:
        return requests.get(f"http://{target}/health/ready", timeout=5).status_code == 200
    except requests.Timeout:
        return otherwise
    except requests.RequestException:
        return False


@contextmanager
def proxy(*targets: str) -> Iterator[str]:
    server = Proxy([target.removeprefix("http://") for target in targets])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for target in server.known:
        threading.Thread(target=server.watch, args=(target,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()


def restart(address: str, web: Process) -> tuple[float, float]:
    """Ask an instance to end and start it anew; return how soon it said so, and when it had ended."""
    web.running.send_signal(signal.SIGTERM)
    asked = time.monotonic()
    while is_ready(address.removeprefix("http://")) and time.monotonic() - asked < 60:
        time.sleep(0.02)
    said = time.monotonic() - asked
    web.running.wait(120)
    ended = time.monotonic() - asked
    web.start()
    time.sleep(1)
    while not is_ready(address.removeprefix("http://")):
        time.sleep(0.1)
    until_ready(address)
    return said, ended


@run("Two instances, one after the other")
def restarts_go_unnoticed(site: Site, scale: float) -> Iterable[Measure]:
    """Restart both under 20 requests a second, again and again."""
    account = AccountFactory(unit=UnitFactory(name="Rolling"), levels={"admin_rights": 2})
    found: list[tuple[float, float]] = []
    with (
        site.product(WEB_WORKERS="1") as first,
        site.product(WEB_WORKERS="1") as second,
        proxy(first[0], second[0]) as front,
        Load(lambda: front, account, MARK).running() as load,
    ):
        for _ in range(times(ROUNDS, scale)):
            for address, web in (first, second):
                time.sleep(1)
                found.append(restart(address, web))
    yield Measure("restarts", 2 * times(ROUNDS, scale), len(found), holds=True)
    yield from load.measures(addresses(MARK), {200, 302})
    said, ended = max(said for said, _ in found), max(ended for _, ended in found)
    yield Measure("not ready after SIGTERM, slowest", "<= 1 s", f"{said:.2f} s", said <= 1)
    yield Measure("ended after SIGTERM, slowest", "<= 30 s", f"{ended:.1f} s", ended <= 30)
    broken = halves(MARK)
    yield Measure("partial changes", 0, len(broken), not broken)
    yield chain()
