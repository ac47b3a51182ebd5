"""The pipeline's questions to the apps above, which it doesn't know."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from adminrights.effects import Effects
from adminrights.models import Unit

if TYPE_CHECKING:
    from adminrights.change import Change


@dataclass(slots=True)
class Hooks:
    """What the apps above tell the pipeline: how to judge a permission, compute effects, guard."""

    permits: Callable[[Any, str, Unit], bool] | None = None
    wording: Callable[[str], str] = str
    summary: Callable[[Iterable[str]], str] = ", ".join
    # Permissions by module: its label, and theirs.
    areas: Callable[[Iterable[str]], list[tuple[str, list[str]]]] = lambda keys: [("", sorted(keys))]
    # Whether to gain a permission is something to be asked about first.
    is_grave: Callable[[str], bool] = lambda key: False
    effects: Callable[["Change"], Effects] | None = None
    guards: list[Callable[["Change"], None]] = field(default_factory=list)
    # Who keeps by which rights a change went through; a refused or previewed one used none.
    used: Callable[["Change"], None] | None = None
    # Who promise mails to those whom a change that no guard refused concerns.
    notices: list[Callable[["Change"], None]] = field(default_factory=list)
    # What to answer a request whose change waits until the person has proved who they are.
    ask_proof: Callable[[HttpRequest], HttpResponse] | None = None
    # Where the reader of a page takes a change back; empty where there is nothing to take back for him.
    undo: Callable[[HttpRequest, UUID], str] = lambda request, change: ""
    # After how many seconds without a request an account in a unit is signed out.
    idle_after: Callable[[Any, Any], int] | None = None
    # Whether an entry of the menu is shown to an account in a unit, by the entry's `shown_if`.
    shown: dict[str, Callable[[Any, Any], bool]] = field(default_factory=dict)
    # How many things wait behind an entry of the menu, by the same name.
    counted: dict[str, Callable[[Any, Any], int]] = field(default_factory=dict)


hooks = Hooks()
