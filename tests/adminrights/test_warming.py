"""A process that serves has read what its first page needs."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import engines
from django.template.loaders.filesystem import Loader

from accounts.models import Account
from tests.accounts.pages import path, signed_in


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of our templates that are read from the disk, beginning with none in memory."""
    found, get_contents = list[str](), Loader.get_contents

    def watched(loader: Loader, origin: Any) -> str:
        found.append(origin.name)
        return str(get_contents(loader, origin))

    monkeypatch.setattr(Loader, "get_contents", watched)
    for loader in engines["django"].engine.template_loaders:
        loader.reset()
    return found


# R8.1
def test_the_first_page_of_a_process_reads_no_template(
    read: list[str], ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server's module tells whoever counts requests where; only a server may be told.
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    server = import_module("adminrights.server")
    monkeypatch.setattr("adminrights.garbage.settle", lambda: None)
    server.post_worker_init(None)
    ours = {str(each) for each in Path(settings.BASE_DIR / "templates").rglob("*.*")}
    assert set(read) == ours
    read.clear()
    assert signed_in(ada).get(path("account_list")).status_code == 200
    assert not ours.intersection(read)
