"""What else is to be said of a change, beside who gains and who loses what."""

from collections.abc import Iterable

from adminrights.change import Change


def remark(change: Change, text: str) -> None:
    """Let whoever is asked before the change is done, read this too."""
    change.scratch.setdefault("remarks", []).append(text)


def remarks_of(changes: Iterable[Change]) -> list[str]:
    """Return what was remarked, in its order, each once."""
    return list(dict.fromkeys(text for change in changes for text in change.scratch.get("remarks", ())))
