"""A process that holds one world and measures by name, seen from whoever asks it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parents[2]
# It may still be filling its tables when another world can't go on.
LONGEST_END = 120


class World:
    """One world, filled with so many accounts."""

    def __init__(self, name: str, n: int, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "tests.bench.launch", name, str(n)]
        pipe = subprocess.PIPE
        self.name = name
        self.process = subprocess.Popen(
            command, cwd=HOUSE, env=environment, stdin=pipe, stdout=pipe, text=True
        )
        self.names: list[str] = []
        self.said = ""
        self.answers: dict[str, Any] = {}

    def ready(self) -> "World":
        """Wait until the world is filled and has answered what every world is asked."""
        first = self._read()
        self.names, self.said, self.answers = first["names"], first["said"], first["answers"]
        return self

    def measure(self, name: str) -> dict[str, Any]:
        assert self.process.stdin
        print(name, file=self.process.stdin, flush=True)
        measured: dict[str, Any] = self._read()
        return measured

    def end(self) -> None:
        """Let it remove what it made, and wait for it; one that doesn't end is ended."""
        assert self.process.stdin
        self.process.stdin.close()
        try:
            self.process.wait(LONGEST_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def _read(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"The world “{self.name}” ended by itself; its own words are above.")
        return json.loads(line)
