"""Each piece of the pages in each of its states, for whoever works on them. Only where DEBUG is on."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from adminrights.cells import BADGES
from adminrights.navigation import Button, EmptyState, Link
from adminrights.views.access import Open, public
from adminrights.views.pages import Page

COLOURS = {
    "Surfaces": ("canvas", "surface", "raised", "sunken", "hover"),
    "Lines": ("line", "line-strong", "line-control"),
    "Text": ("text", "text-muted", "text-faint"),
    "Accent": ("accent", "accent-hover", "accent-text", "accent-soft", "focus"),
    "Meanings": ("good", "wait", "bad", "info", "off"),
    "Their grounds": ("good-soft", "wait-soft", "bad-soft", "info-soft", "off-soft"),
}
STYLES = ("primary", "secondary", "danger", "quiet")
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
LEVELS = ("Read", "Read & Write", "Approve & Publish")


SOURCES = [
    {"kind": "grant", "text": "Given to Ada herself", "until": NOON},
    {"kind": "role", "text": "Campaign team → Campaign editor", "url": "#sources", "unit": "Larkspur"},
    {"kind": "owner", "text": "Owner of the organisation"},
]
EFFECTS = [
    {"kind": "gain", "text": "Ada Bell gains 3 rights", "details": "Ad campaigns (List, View, Create)"},
    {"kind": "lose", "text": "Bo Costa loses 1 right"},
    {"kind": "mail", "text": "Ada Bell gets a mail about it"},
    {"kind": "note", "text": "Nobody else is reached"},
]
SHOW_ALL = Button("Show everything", "#empty")
PIECES: dict[str, Any] = {
    "colours": COLOURS,
    "sizes": ("xs", "sm", "md", "lg", "xl"),
    "styles": STYLES,
    "statuses": list(BADGES),
    "tags": [
        {"label": "Campaign team"},
        {"label": "Service leads", "detail": "until 31 Mar", "url": "#tags"},
    ],
    "levels": ("success", "info", "warning", "error"),
    "parts": [Link("Overview", "#tabs", current=True), Link("Members", "#tabs", count=12)],
    "empty": EmptyState("No group matches", "Try fewer letters, or take a filter away.", "search", SHOW_ALL),
    "menu": [Button("Edit", "#menu", "pencil"), Button("Disable", "#menu", "ban", "danger")],
    "effects": EFFECTS,
    "sources": SOURCES,
}


class Example(forms.Form):
    """Fields of each kind."""

    name = forms.CharField(label="Name", help_text="Up to 150 letters.")
    email = forms.EmailField(label="E-mail address")
    unit = forms.ChoiceField(label="Unit", choices=[("1", "Larkspur"), ("2", "Larkspur › North")])
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    told = forms.BooleanField(label="Send the invitation now", required=False)
    reach = forms.ChoiceField(
        label="Where", choices=[("here", "Only here"), ("below", "Here and below")], widget=forms.RadioSelect
    )


class Cell(NamedTuple):
    """One module at one level, as partials/matrix_cell.html reads it."""

    id: str
    level: int
    level_label: str
    offered: bool = True
    own: bool = False
    inherited: bool = False
    through: tuple[str, ...] = ()
    partial: bool = False


@public
class DesignPage(Page):
    title = "Design"
    open_to = Open.EVERYONE
    template_name = "design/design.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.DEBUG:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        filled = {"name": "Ada Bell", "email": "ada@larkspur.example", "reach": "here"}
        wrong = {"b-email": "ada@", "b-unit": "1", "b-reach": "here"}
        pieces = {
            "filled": Example(initial=filled, prefix="a"),
            "wrong": Example(wrong, prefix="b"),
            "page": Paginator(range(150), 50).page(2),
            "entries": entries(),
            "matrices": [matrix(editable=True), matrix(editable=False)],
        }
        return super().get_context_data(**PIECES | pieces | kwargs)


def entries() -> list[dict[str, Any]]:
    """Return a history of three kinds."""
    changes = [{"label": "Name", "before": "Ada Bel", "after": "Ada Bell"}]
    return [
        {
            "at": NOON,
            "actor": "Marta Kowalczyk",
            "text": "Account disabled",
            "kind": "lose",
            "reason": "On leave",
        },
        {
            "at": NOON,
            "actor": "Ada Bell",
            "text": "Account details changed",
            "changes": changes,
            "url": "#history",
        },
        {"at": NOON, "actor": "System", "text": "Invitation sent", "kind": "mail"},
    ]


def matrix(*, editable: bool) -> dict[str, Any]:
    """Return modules whose cells are in every state there is."""
    group, groups = ("Campaign team",), ("Campaign team", "Service leads")
    states: dict[str, list[dict[str, Any]]] = {
        "Campaigns": [{"own": True}, {}, {"offered": False}],
        "Customers": [{"inherited": True, "through": group}, {"partial": True}, {}],
        "Settings": [{"own": True, "inherited": True, "through": groups}, {"own": True}, {}],
    }
    kind = "form" if editable else "page"
    modules = [
        {"key": label, "label": label, "help": "What it is about.", "cells": cells(f"{kind}-{label}", row)}
        for label, row in states.items()
    ]
    return {"editable": editable, "levels": LEVELS, "areas": [{"label": "Marketing", "modules": modules}]}


def cells(start: str, states: list[dict[str, Any]]) -> list[Cell]:
    """Return the cells of a module, one for each level."""
    return [Cell(f"{start}-{at}", at + 1, LEVELS[at], **state) for at, state in enumerate(states)]
