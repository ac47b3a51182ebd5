"""Backups: the whole database in one file, which only the holder of a key elsewhere can read (5.8).

Encrypted for an age key (age-encryption.org): the machine that makes backups knows the public half alone and
can't read them. Sessions, counters against guessing and receipts of forms stay out: nothing in a backup lets
anybody in.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyrage
from django.db import connection

# Of these tables only the shape is kept.
LEFT_OUT = ("django_session", "usersessions_usersession", "adminrights_cache", "adminrights_receipt")
MARKS = {"sqlite": b"SQLite format 3\x00", "postgresql": b"PGDMP"}
VARIABLES = {
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "host": "PGHOST",
    "port": "PGPORT",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}
EMPTY = b"SET client_min_messages = warning;\nDROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n"


class BackupFailed(Exception):
    """The backup could not be made, read or restored; the message says why."""


def make_key(path: Path) -> str:
    """Write a new key into a new file and return its public half. Raises BackupFailed."""
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    with _new_file(path) as file:
        file.write(f"# public key: {public}\n{identity}\n".encode())
    return public


def make(path: Path, recipients: Sequence[str]) -> int:
    """Write an encrypted backup into a new file and return its size. Raises BackupFailed."""
    if not recipients:
        raise BackupFailed(
            "Set BACKUP_RECIPIENTS to the public key for whom backups are: manage.py backup_key"
        )
    try:
        keys = [pyrage.x25519.Recipient.from_str(each.strip()) for each in recipients]
    except pyrage.RecipientError as error:
        raise BackupFailed(f"BACKUP_RECIPIENTS: {error}") from error
    with _new_file(path) as file, DUMPS[connection.vendor]() as plain:
        pyrage.encrypt_io(plain, file, keys)
    return path.stat().st_size


def restore(path: Path, key_file: Path) -> None:
    """Replace everything in the database by the backup: all of it or nothing. Raises BackupFailed."""
    with tempfile.TemporaryDirectory(prefix="restore-") as folder:
        plain = Path(folder) / "plain"
        _decrypt(path, key_file, plain)
        with plain.open("rb") as file:
            mark = file.read(max(map(len, MARKS.values())))
        if not mark.startswith(MARKS[connection.vendor]):
            raise BackupFailed(f"This is no backup of a {connection.vendor} database.")
        LOADS[connection.vendor](plain)
    connection.close()


def is_empty() -> bool:
    """Return whether nobody would miss what is in the database."""
    tables = connection.introspection.table_names()
    if "accounts_account" not in tables:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM accounts_account LIMIT 1")
        return cursor.fetchone() is None


def _decrypt(path: Path, key_file: Path, plain: Path) -> None:
    try:
        lines = key_file.read_text().splitlines()
        secret = next(line.strip() for line in lines if line.startswith("AGE-SECRET-KEY-"))
        identity = pyrage.x25519.Identity.from_str(secret)
        with path.open("rb") as file, plain.open("xb") as out:
            pyrage.decrypt_io(file, out, [identity])
    except (StopIteration, pyrage.IdentityError) as error:
        raise BackupFailed(f"{key_file} holds no key.") from error
    except (pyrage.DecryptError, OSError) as error:
        raise BackupFailed(f"{path} can't be read with this key: {error}") from error


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """Give a file that appears under its name once it is whole, for its owner alone. Raises BackupFailed."""
    if path.exists():
        raise BackupFailed(f"{path} is there already. Choose another name.")
    part = path.with_name(f"{path.name}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError as error:
        raise BackupFailed(f"{path} can't be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


# ---- SQLite


@contextmanager
def _dump_sqlite() -> Iterator[IO[bytes]]:
    with tempfile.TemporaryDirectory(prefix="backup-") as folder:
        copy = Path(folder) / "copy"
        source, target = sqlite3.connect(_sqlite_file()), sqlite3.connect(copy)
        try:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
            for table in LEFT_OUT:
                target.execute(f'DELETE FROM "{table}"')  # noqa: S608 - constants
            target.commit()
            # What was deleted leaves the file as well.
            target.execute("VACUUM")
        except sqlite3.Error as error:
            raise BackupFailed(f"The database can't be read: {error}") from error
        finally:
            source.close()
            target.close()
        with copy.open("rb") as file:
            yield file


def _load_sqlite(plain: Path) -> None:
    connection.close()
    source, target = sqlite3.connect(plain), sqlite3.connect(_sqlite_file(), timeout=10)
    try:
        found = source.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise BackupFailed(f"The backup is damaged: {found}")
        source.backup(target)
    except sqlite3.Error as error:
        raise BackupFailed(f"The database can't be written: {error}") from error
    finally:
        source.close()
        target.close()


def _sqlite_file() -> str:
    return str(connection.settings_dict["NAME"])


# ---- PostgreSQL


def program(name: str) -> str:
    """Return where a program of PostgreSQL lies. Raises BackupFailed."""
    found = shutil.which(name)
    if found is None:
        raise BackupFailed(f"{name} is missing. Install PostgreSQL's client programs (postgresql-client).")
    return found


def _environment() -> dict[str, str]:
    """Return how to reach the database: never in the arguments, which every process can read."""
    params: dict[str, Any] = connection.get_connection_params()
    own = {variable: str(params[name]) for name, variable in VARIABLES.items() if params.get(name)}
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | own


@contextmanager
def _dump_postgresql() -> Iterator[IO[bytes]]:
    without = [f"--exclude-table-data={table}" for table in LEFT_OUT]
    command = [program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", *without]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=_environment(), stdout=subprocess.PIPE, stderr=said)  # noqa: S603
        try:
            assert process.stdout is not None  # noqa: S101 - it was asked for
            yield process.stdout
        finally:
            process.stdout.close() if process.stdout else None
            code = process.wait()
        _refuse(code, said, "pg_dump")


def _load_postgresql(plain: Path) -> None:
    """Put the backup in the place of all that is there, in one transaction."""
    restore = [program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(plain)]
    psql = [program("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    connection.close()
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as script:
        script.write(EMPTY)
        script.flush()
        read = subprocess.run(restore, stdout=script, stderr=said, check=False)  # noqa: S603
        _refuse(read.returncode, said, "pg_restore")
        script.seek(0)
        done = subprocess.run(  # noqa: S603
            psql, stdin=script, stdout=subprocess.DEVNULL, stderr=said, env=_environment(), check=False
        )
        _refuse(done.returncode, said, "psql")


def _refuse(code: int, said: IO[bytes], name: str) -> None:
    if code:
        said.seek(0)
        words = re.sub(r"\s+", " ", said.read(2_000).decode("utf-8", "replace")).strip()
        raise BackupFailed(f"{name} failed: {words}")


DUMPS = {"sqlite": _dump_sqlite, "postgresql": _dump_postgresql}
LOADS = {"sqlite": _load_sqlite, "postgresql": _load_postgresql}
