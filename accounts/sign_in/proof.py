"""Proving anew who one is, before what matters most: it must not be an open window that does it (S5).

Pages about one's own sign-in ask for it themselves, and so do files about people (accounts/views/files.py).
Whatever gives administration, changes it through a role, weakens how others sign in or changes one's own
address is stopped by a guard, through whichever page; what was sent is kept in the session and goes on after
the proof.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.guards import administration_lost, is_administration
from adminrights.change import Change, in_preview
from adminrights.exceptions import NeedsProof
from adminrights.going import go
from groups.models import GroupRole
from roles.models import Rule

PROVED, WAITING = "proved", "waiting"
# What a service says of a change that weakens how others sign in.
WEAKENS = "weakens_sign_in"
# What one says that is asked for by a link in the person's own mail.
BY_LINK = "proved_by_link"
# What is kept of a form while the person proves who they are. Passwords are typed again.
MOST_KEPT = 100_000
NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "password", "current", "again"})

# Commands and the product itself have nobody to ask.
_fresh: ContextVar[bool] = ContextVar("fresh", default=True)


def note_proof(request: HttpRequest) -> None:
    """Remember that the person has just proved who they are."""
    request.session[PROVED] = time.time()


def is_proved(request: HttpRequest) -> bool:
    """Return whether the person has proved it within the last minutes."""
    return bool(time.time() - request.session.get(PROVED, 0) < settings.PROOF_SECONDS)


@contextmanager
def proved(*, fresh: bool) -> Iterator[None]:
    """Say to the guard whether the person of the request has proved it."""
    token = _fresh.set(fresh)
    try:
        yield
    finally:
        _fresh.reset(token)


def weakens_sign_in(change: Change) -> None:
    """Say of a change that others sign in with less after it."""
    change.scratch[WEAKENS] = True


def proved_by_link(change: Change) -> None:
    """Say of a change that a link asks for it which the person got after a proof."""
    change.scratch[BY_LINK] = True


def proof_of_person(change: Change) -> None:
    """Stop what gives administration, takes it by a role, weakens how others sign in, or changes the actor's
    own address, until it is proved.

    It looks at what is written, so that a collected edit and one taken back ask as the page itself does.
    """
    if change.by_system or _fresh.get() or in_preview():
        return
    if change.scratch.get(WEAKENS):
        raise NeedsProof(
            _("Others sign in with less after it. Confirm first that it is you, then do it again.")
        )
    if _is_own_address(change) and not change.scratch.get(BY_LINK):
        raise NeedsProof(_("This is about how you sign in. Confirm first that it is you, then do it again."))
    given = any(is_administration(key) for each in change.effects.given.shared for key in each.gained)
    if given or _is_taken_by_role(change):
        raise NeedsProof(_("This is about administration. Confirm first that it is you, then do it again."))


def _is_own_address(change: Change) -> bool:
    """Whether the actor's address changes: whoever reads mail there can choose a new password."""
    own = (row for row in change.written if row.get("kind") == "account" and row.get("id") == change.actor.pk)
    return any("email" in row.get("fields", {}) for row in own)


def _is_taken_by_role(change: Change) -> bool:
    """Whether a role loses rules, or a group its role, and somebody administration with it."""
    by_role = any(isinstance(fact, Rule | GroupRole) for fact in (*change.started, *change.ended))
    return by_role and any(administration_lost(change).values())


def ask_proof(request: HttpRequest, wanted: str = "") -> HttpResponse:
    """Keep what was sent, and lead to where one proves who one is; then on to the page, or to `wanted`."""
    request.session.pop(WAITING, None)
    if request.method == "POST":
        _keep(request)
    wanted = wanted or _page_behind(request) or request.get_full_path()
    return go(request, f"{reverse('accounts:prove')}?{urlencode({'next': wanted})}")


def _page_behind(request: HttpRequest) -> str:
    """Return the page in which a dialog or a part was asked for by a script; nothing for a whole page."""
    htmx: Any = getattr(request, "htmx", None)
    return str(htmx.current_url_abs_path or "") if htmx else ""


def _keep(request: HttpRequest) -> None:
    fields = [[name, values] for name, values in request.POST.lists() if name not in NEVER_KEPT]
    if sum(len(value) for _name, values in fields for value in values) <= MOST_KEPT:
        request.session[WAITING] = {"path": request.get_full_path(), "fields": fields}


def waiting(request: HttpRequest) -> dict[str, Any] | None:
    """Return what was sent before the proof, once: its path, and its fields as pairs."""
    kept = request.session.pop(WAITING, None)
    if kept is None:
        return None
    pairs = [(name, value) for name, values in kept["fields"] for value in values]
    return {"path": kept["path"], "fields": pairs}
