"""How gunicorn serves the product: `gunicorn --config python:adminrights.server adminrights.wsgi`.

Asked to end (SIGTERM), it first says for some seconds that it isn't ready, so that whoever stands in front
sends no more; then it takes no new connections, finishes the requests that run, and ends.
"""

import os
import shutil
import signal
import tempfile
import threading
from typing import Any

# Where the processes put their counts together. The library looks for it as soon as it is imported.
COUNTS = tempfile.mkdtemp(prefix="adminrights-counts-")
os.environ["PROMETHEUS_MULTIPROC_DIR"] = COUNTS

from prometheus_client.multiprocess import mark_process_dead  # noqa: E402

from adminrights import garbage, logs, stopping, warming  # noqa: E402

bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "3"))
# Most of them wait: each refused sign-in holds one for as long as all of them take.
threads = int(os.environ.get("WEB_THREADS", "20"))
worker_class = "gthread"
timeout = 60
graceful_timeout = 20
keepalive = 5
# A leak, should there be one, ends with its process.
max_requests = 20_000
max_requests_jitter = 2_000
forwarded_allow_ips = ""
control_socket_disable = True
logconfig_dict = logs.configuration(os.environ.get("LOG_FORMAT", "json"), "INFO") | {
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
        "gunicorn.access": {"level": "WARNING", "handlers": [], "propagate": True},
    }
}

DRAIN_SECONDS = float(os.environ.get("DRAIN_SECONDS", "5"))


def when_ready(server: Any) -> None:
    """Let the first request to end be followed by a while in which the server only isn't ready."""
    end = server.handle_term

    def drain() -> None:
        if stopping.is_asked():
            end()
        stopping.ask()
        again = threading.Timer(DRAIN_SECONDS, os.kill, (os.getpid(), signal.SIGTERM))
        again.daemon = True
        again.start()

    server.handle_term = drain


def post_worker_init(worker: Any) -> None:
    """Let the first page be like the next, and none be stopped to look through what is kept anyway."""
    # Django is up only now.
    warming.warm()
    garbage.settle()


def child_exit(server: Any, worker: Any) -> None:
    """Keep what a worker that ended had counted, and nothing else of it."""
    mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    """Leave nothing behind."""
    shutil.rmtree(COUNTS, ignore_errors=True)
