"""Edits that somebody collects, to look at them together and to apply them as one change.

Any page that says what it would do can be collected instead of saved. What is kept is the form as it was
sent; applying sends it through the same page again, as the same person, inside one change. So a collected
edit may do what its page may do, and nothing else.
"""

import copy
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, QueryDict
from django.urls import get_script_prefix, resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from adminrights.change import change
from adminrights.events import Event
from adminrights.exceptions import Invalid, NeedsProof, NotAllowed, Refused
from adminrights.models import Unit
from adminrights.models.collected import CollectedEdit

# So many edits a person keeps in a unit; a form, with the names of its fields, is no larger.
MOST, MOST_SENT = 50, 200_000
# The column's own width.
MOST_PATH: int = CollectedEdit._meta.get_field("path").max_length or 0
# Of a form, what belongs to the moment at which it was sent.
MOMENTARY = frozenset({"csrfmiddlewaretoken", "preview", "previewed", "collect"})
# In the session: how many edits are kept in each unit, so that no page has to count them.
COUNTS = "collected_edits"


class Collectable(Protocol):
    """A page whose edit can be done without its answer: see adminrights/views/collecting.py."""

    def check(self) -> None: ...

    def perform(self) -> None: ...


def edits_of(account: Any, unit: Unit) -> QuerySet[CollectedEdit]:
    """Return what the account has collected in the unit, in the order in which it did."""
    return CollectedEdit.objects.filter(account=account, unit=unit)


def collect(request: Any, title: str, shown: Iterable[str], *, instead: bool) -> bool:
    """Keep the form of the request and return whether it took an older one's place.

    With `instead` the page holds the whole of what it edits, so that a newer form replaces an older one.
    Raises Invalid where there are too many, or the form or its address is too large.
    """
    sent = {name: request.POST.getlist(name) for name in request.POST if name not in MOMENTARY}
    kept, path = edits_of(request.user, request.unit), _path_of(request)
    if len(path) > MOST_PATH:
        raise Invalid(_("The address of this page is too long to be collected. Save it by itself."))
    if kept.count() >= MOST:
        raise Invalid(_("You have collected %d edits. Apply or discard them first.") % MOST)
    if sum(len(name) + sum(map(len, values)) for name, values in sent.items()) > MOST_SENT:
        raise Invalid(_("This form is too large to be collected. Save it by itself."))
    older = kept.filter(path=path) if instead else kept.filter(path=path, sent=sent)
    replaced = older.delete()[0] > 0
    CollectedEdit.objects.create(
        account=request.user,
        unit=request.unit,
        path=path,
        title=title[:300],
        shown=list(shown),
        sent=sent,
        at=timezone.now(),
    )
    count_again(request)
    return replaced


def discard(request: Any, edits: Iterable[CollectedEdit]) -> None:
    """Keep these edits no longer."""
    CollectedEdit.objects.filter(pk__in=[edit.pk for edit in edits]).delete()
    count_again(request)


def count_again(request: Any) -> None:
    """Let the session know how many edits its person keeps in the unit."""
    counts = request.session.get(COUNTS) or {}
    request.session[COUNTS] = counts | {str(request.unit.pk): edits_of(request.user, request.unit).count()}


def count_of(request: Any) -> int:
    """Return how many edits the person keeps in the unit, as far as this session knows."""
    session, unit = getattr(request, "session", None), getattr(request, "unit", None)
    return 0 if session is None or unit is None else (session.get(COUNTS) or {}).get(str(unit.pk), 0)


def counts_at_sign_in(request: Any, account: Any) -> None:
    """Let a new session know of the edits that were collected in another one."""
    units = CollectedEdit.objects.filter(account=account).values_list("unit_id", flat=True)
    if counts := Counter(map(str, units)):
        request.session[COUNTS] = dict(counts)


def apply_edits(edits: Iterable[CollectedEdit], request: Any) -> None:
    """Apply the edits in their order as one change, or none of them.

    Raises NeedsProof where one needs the password again, and Invalid with the edit that can't be applied.
    """
    edits = list(edits)
    # No edit makes the page of another one open to its person.
    for edit in edits:
        with _named(edit):
            page_of(edit, request).check()
    try:
        with change(Event.EDITS_APPLIED, actor=request.user, unit=request.unit) as c:
            for edit in edits:
                with _named(edit):
                    page_of(edit, request).perform()
            # The log shows it as far up as any of them would be seen.
            c.unit = _lowest(c.units) or c.unit
    except NeedsProof:
        raise
    except NotAllowed as refusal:
        # It is about their sum; they stay, to be looked at and discarded.
        raise Invalid(_("They can't be applied together: %s") % refusal) from refusal


@contextmanager
def _named(edit: CollectedEdit) -> Iterator[None]:
    """Name the edit in what it is refused with."""
    gone = _("“%s” can't be applied: what it is about is gone, or it isn't for you any more.")
    try:
        yield
    except NeedsProof:
        raise
    except Http404:
        raise Invalid(gone % edit) from None
    except Refused as refusal:
        words = {"edit": edit.title, "why": refusal}
        raise Invalid(_("“%(edit)s” can't be applied: %(why)s") % words) from refusal


def page_of(edit: CollectedEdit, request: HttpRequest) -> Collectable:
    """Return the edit's page with its form, ready to be done again. Raises Http404."""
    address = urlsplit(edit.path)
    match = resolve(address.path)
    again: Any = copy.copy(request)
    again.method, again.resolver_match = "POST", match
    again.path_info, again.path = address.path, _full(address.path)
    again.GET, again.POST = QueryDict(address.query), QueryDict(mutable=True)
    for name, values in edit.sent.items():
        again.POST.setlist(name, values)
    view: Any = match.func
    page: Any = view.view_class(**view.view_initkwargs)
    page.setup(again, *match.args, **match.kwargs)
    found: Collectable = page
    return found


def address_of(edit: CollectedEdit) -> str:
    """Return where the edit's page is opened; empty where it is a step of another page, or gone."""
    try:
        view: Any = resolve(urlsplit(edit.path).path).func
    except Http404:
        return ""
    opens = hasattr(view.view_class, "get") and "get" in view.view_class.http_method_names
    return _full(edit.path) if opens else ""


def _full(path: str) -> str:
    return get_script_prefix().rstrip("/") + path


def _path_of(request: HttpRequest) -> str:
    query = request.META.get("QUERY_STRING", "")
    return f"{request.path_info}?{query}" if query else request.path_info


def _lowest(units: Iterable[Unit]) -> Unit | None:
    """Return the lowest unit that has all of them at or below it: so far the log shows the change."""
    paths = [unit.path.strip("/").split("/") for unit in units]
    if not paths:
        return None
    shared = []
    for parts in zip(*paths, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return Unit.objects.filter(pk=shared[-1]).first() if shared else None
