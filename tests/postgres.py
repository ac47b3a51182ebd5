"""Run a command on PostgreSQL: `python -m tests.postgres make test`.

A server on 127.0.0.1:5432 that lets us in is used; else a cluster is started for the command and
removed after it.
"""

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

ADDRESS = "127.0.0.1"


def url(user: str, port: int) -> str:
    return f"postgres://{user}@{ADDRESS}:{port}/postgres"


def answering() -> str | None:
    """Return the address of a server that is there and lets us make databases, or None."""
    for user in (getpass.getuser(), "postgres"):
        try:
            with psycopg.connect(url(user, 5432), connect_timeout=5) as connection:
                row = connection.execute(
                    "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
        except psycopg.OperationalError:
            continue
        if row and row[0]:
            return url(user, 5432)
    return None


def find_programs() -> Path | None:
    """Return the folder of initdb and pg_ctl; Debian keeps it off the path, one for each version."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


def install() -> None:
    """Install Debian's package where that is possible."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update", "-qq"], ["install", "-qq", "--no-install-recommends", "postgresql"]):
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(["apt-get", "-y", *command], env=environment, check=True)


def programs() -> Path:
    """Return the folder of PostgreSQL's programs, installing them if need be, or end with a sentence."""
    if not find_programs():
        install()
    return find_programs() or sys.exit("PostgreSQL is missing: neither a server answers nor is initdb here.")


def unprivileged() -> str | None:
    """Return the user to start a server as; it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


@dataclass
class Cluster:
    """A server of its own in a folder; it trusts whoever comes from this machine."""

    folder: Path
    settings: dict[str, object]
    port: int = field(default_factory=free_port)
    user: str | None = field(default_factory=unprivileged)
    binaries: Path = field(default_factory=programs)

    @property
    def address(self) -> str:
        return url("postgres", self.port)

    def make(self) -> None:
        if self.user:
            shutil.chown(self.folder, self.user)
        words = ("--auth", "trust", "--username", "postgres", "--encoding", "UTF8", "--no-sync")
        # Small files of the log, so that a small disk has room for it.
        self._run("initdb", "--wal-segsize", "1", *words)

    def start(self) -> None:
        settings = {"listen_addresses": ADDRESS, "port": self.port} | self.settings
        words = [f"-c {name}={value}" for name, value in settings.items()]
        options = " ".join([*words, f"-k {self.folder}"])
        self._run("pg_ctl", "--wait", "--options", options, "--log", f"{self.folder}/log", "start")

    def is_running(self) -> bool:
        return (self.folder / "data" / "postmaster.pid").exists()

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "--wait", "--mode", mode, "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), "--pgdata", str(self.folder / "data"), *arguments]
        subprocess.run(command, user=self.user, cwd=self.folder, stdout=subprocess.DEVNULL, check=True)


@contextmanager
def cluster(place: Path | None = None, **settings: object) -> Iterator[Cluster]:
    """Start a cluster in a temporary folder, below a place if one is named, and remove it in the end."""
    with tempfile.TemporaryDirectory(dir=place) as folder:
        server = Cluster(Path(folder), {"fsync": "off"} | settings)
        server.make()
        server.start()
        try:
            yield server
        finally:
            if server.is_running():
                server.stop()


def run_on(address: str, command: Sequence[str]) -> int:
    return subprocess.run(command, env={**os.environ, "DATABASE_URL": address}, check=False).returncode


def main() -> int:
    if address := answering():
        return run_on(address, sys.argv[1:])
    with cluster() as server:
        return run_on(server.address, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
