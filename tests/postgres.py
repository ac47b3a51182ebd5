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


@contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster in a temporary folder, give its address, and remove it."""
    binaries, user, port = programs(), unprivileged(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        if user:
            shutil.chown(folder, user)

        def run(program: str, *arguments: str) -> None:
            command = [str(binaries / program), "--pgdata", str(data), *arguments]
            subprocess.run(command, user=user, cwd=folder, stdout=subprocess.DEVNULL, check=True)

        run("initdb", "--auth", "trust", "--username", "postgres", "--encoding", "UTF8", "--no-sync")
        options = f"-c listen_addresses={ADDRESS} -p {port} -k {folder} -c fsync=off"
        run("pg_ctl", "--wait", "--options", options, "--log", f"{folder}/log", "start")
        try:
            yield url("postgres", port)
        finally:
            run("pg_ctl", "--mode", "immediate", "stop")


def run_on(address: str, command: Sequence[str]) -> int:
    return subprocess.run(command, env={**os.environ, "DATABASE_URL": address}, check=False).returncode


def main() -> int:
    if address := answering():
        return run_on(address, sys.argv[1:])
    with cluster() as address:
        return run_on(address, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
