"""Find the Chromium that drives the browser journeys; run as a program, install it where that is safe."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Chromium.app/Contents/MacOS/Chromium")


def find_chromium() -> str | None:
    """Return the path of Chromium (CHROMIUM names one), or None."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or (str(MAC) if MAC.exists() else None)


def is_debian() -> bool:
    """Tell whether this is Debian itself: elsewhere the package of that name may be another thing."""
    release = Path("/etc/os-release")
    return release.exists() and "\nID=debian\n" in f"\n{release.read_text()}\n"


def command_to_type() -> str:
    """Return the one command that installs Chromium here."""
    if sys.platform == "darwin":
        return "brew install --cask chromium"
    if shutil.which("apt-get"):
        return "sudo apt-get install chromium"
    if shutil.which("dnf"):
        return "sudo dnf install chromium"
    return "CHROMIUM=/path/to/chromium make test"


def install() -> None:
    """Install Debian's package; if that fails it says why, and the tests without a browser still run."""
    print("Installing Chromium for the browser journeys …", file=sys.stderr)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-qq", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "-y", *command], env=quiet, stdout=subprocess.DEVNULL, check=False)


def main() -> None:
    if not find_chromium() and not os.environ.get("CHROMIUM") and os.geteuid() == 0 and is_debian():
        install()
    if not find_chromium():
        print(f"Chromium is missing, so the browser journeys won't run. Install it: {command_to_type()}")


if __name__ == "__main__":
    main()
