"""Access reviews: the list, what a new one can be about, and opening one."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.forms.reviews import ReviewForm
from accounts.models import Review, Reviewer, ReviewLine
from accounts.services.reviews import NEEDS, open_review
from adminrights import cells
from adminrights.change import Change
from adminrights.consequences import Line
from adminrights.navigation import Button, EmptyState, Link
from adminrights.views import DetailPage, ListPage
from adminrights.views.pages import Page
from adminrights.views.previewed import Previewed

Kind = Review.Kind
EXAMPLES = {
    Kind.GROUP: gettext_lazy("Everybody who is in it."),
    Kind.ROLE: gettext_lazy("Everybody who has it through a group."),
    Kind.UNIT: gettext_lazy("All that people have there: groups, own rights and access."),
    Kind.MODULE: gettext_lazy("Everybody who may do anything in it, by whichever group or right."),
}
STATES = {
    "open": Q(closed_at=None),
    "left_over": Q(closed_at__isnull=False, completed_at=None),
    "complete": Q(completed_at__isnull=False),
}


def reviews_in(unit: Any) -> QuerySet[Review]:
    """Return the reviews of the unit and of those below it."""
    reviews: QuerySet[Review] = Review.objects.filter(unit__path__startswith=unit.path, unit__closed_at=None)
    return reviews.select_related("unit", "group", "role", "opened_by", "closed_by")


class ReviewFilter(django_filters.FilterSet):
    """By name and by state."""

    q = django_filters.CharFilter(label=gettext_lazy("Search reviews"), method="search")
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        method="in_state",
        empty_label=gettext_lazy("All"),
        choices=[
            ("mine", gettext_lazy("Waits for me")),
            ("open", gettext_lazy("Under way")),
            ("left_over", gettext_lazy("Left over")),
            ("complete", gettext_lazy("Complete")),
        ],
    )

    class Meta:
        model = Review
        fields: list[str] = []

    def search(self, queryset: QuerySet[Review], name: str, value: str) -> QuerySet[Review]:
        return queryset.filter(Q(name__icontains=value) | Q(about__icontains=value))

    def in_state(self, queryset: QuerySet[Review], name: str, value: str) -> QuerySet[Review]:
        if value == "mine":
            me: Any = self.request.user
            waiting = ReviewLine.objects.filter(review=OuterRef("pk"), decision="").exclude(account=me)
            asked = Reviewer.objects.filter(review=OuterRef("pk"), account=me)
            return queryset.filter(Exists(asked), Exists(waiting), closed_at=None)
        return queryset.filter(STATES[value])


class ReviewTable(tables.Table):
    """What is reviewed, how far it is, until when."""

    name = tables.Column(gettext_lazy("Name"))
    about = tables.Column(gettext_lazy("About"))
    state = tables.Column(gettext_lazy("State"), empty_values=(), orderable=False)
    decided = tables.Column(gettext_lazy("Decided"), empty_values=())
    due = tables.Column(gettext_lazy("Due"), empty_values=())
    opened_at = tables.Column(gettext_lazy("Opened"), empty_values=())

    class Meta:
        order_by = "-opened_at"
        attrs = {"caption": gettext_lazy("Access reviews")}

    def render_name(self, record: Review) -> SafeString:
        return cells.row_link(record.get_absolute_url(), record.name)

    def render_state(self, record: Review) -> SafeString:
        return cells.badge(state_of(record))

    def render_decided(self, record: Any) -> str:
        return _("%(decided)d of %(lines)d") % {"decided": record.decided, "lines": record.all_lines}

    def render_due(self, record: Review) -> SafeString:
        day = formats.date_format(record.due, "SHORT_DATE_FORMAT") if record.due else ""
        return format_html("{}", day) if day else cells.EMPTY

    def render_opened_at(self, record: Review) -> SafeString:
        return cells.day(record.opened_at, "")


def state_of(review: Review) -> str:
    """Return the key of the review's badge."""
    if review.is_late(timezone.localdate()):
        return "late"
    # "Open" is the word of requests, which wait for an answer.
    return "under_way" if review.state == "open" else review.state


class ReviewList(ListPage):
    """Every review of the unit and below."""

    permission = NEEDS
    title = gettext_lazy("Access reviews")
    table_class = ReviewTable
    filterset_class = ReviewFilter

    def get_queryset(self) -> QuerySet[Review]:
        decided = Count("lines", filter=~Q(lines__decision=""))
        return reviews_in(self.unit).annotate(all_lines=Count("lines"), decided=decided)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        add = Button(_("New review"), reverse("accounts:review_add"), "plus", "primary")
        count = context["count"]
        narrowed = any(self.request.GET.get(name) for name in ("q", "state"))
        return context | {
            "buttons": [add],
            "explains": "reviews",
            "count_text": ngettext("%(count)d review", "%(count)d reviews", count) % {"count": count},
            "empty": None if narrowed else nothing_yet(add),
        }


def nothing_yet(add: Button) -> EmptyState:
    """Return what the list says before the first review."""
    text = _(
        "In a review somebody looks at each right of a group, role, unit or module, and keeps it or takes it "
        "away. Closing it removes what was revoked and looks whether it is really gone."
    )
    return EmptyState(_("No reviews yet"), text, "clipboard-check", add)


class NewReview(Page):
    """A page on the way to a new review."""

    permission = NEEDS

    def breadcrumbs(self) -> list[Link]:
        return [Link(_("Access reviews"), reverse("accounts:review_list"))]

    @property
    def several(self) -> bool:
        """Whether the reader works in several units."""
        return len(self.request.units) > 1  # type: ignore[attr-defined]


class ReviewKinds(NewReview, DetailPage):
    """What a new review shall look at."""

    title = gettext_lazy("New review")
    template_name = "generic/kinds.html"
    extra_context = {"question": gettext_lazy("What shall be looked at?"), "icon": "clipboard-check"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kinds = [
            {
                "label": kind_in_words(kind, several=self.several),
                "example": EXAMPLES[kind],
                "url": reverse("accounts:review_create", args=[kind.value]),
            }
            for kind in Kind
        ]
        return super().get_context_data(kinds=kinds, **kwargs)


def kind_in_words(kind: Kind, *, several: bool) -> str:
    """Return the kind; with a single unit nobody is told of units."""
    return str(kind.label) if several or kind != Kind.UNIT else _("The whole organisation")


class ReviewCreate(NewReview, Previewed):
    """Opens a review; the preview says how much there is to look at."""

    form_class = ReviewForm
    submit_label = gettext_lazy("Open review")

    @property
    def kind(self) -> Kind:
        if self.kwargs["kind"] not in Kind.values:
            raise Http404
        return Kind(self.kwargs["kind"])

    def get_title(self) -> str:
        return _("Review: %s") % kind_in_words(self.kind, several=self.several)

    def breadcrumbs(self) -> list[Link]:
        return [*super().breadcrumbs(), Link(_("New review"), reverse("accounts:review_add"))]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"kind": self.kind, "unit": self.unit}

    def get_initial(self) -> dict[str, Any]:
        field = "inside" if self.kind == Kind.UNIT else self.kind.value
        target = self.request.GET.get("target", "")
        return {field: target or (self.unit.pk if self.kind == Kind.UNIT else "")}

    def apply(self, form: ReviewForm) -> Review:
        return open_review(form.scope(), form.wanted(), actor=self.request.user)

    def told(self, change: Change | None) -> list[Line]:
        """Return how much there is to review, and what of it somebody else has to decide."""
        lines = [each for each in (change.created if change else []) if isinstance(each, ReviewLine)]
        people = {line.account_id for line in lines}
        own = sum(line.account_id == self.request.user.pk for line in lines)
        rights = ngettext("%d right", "%d rights", len(lines)) % len(lines)
        owners = ngettext("%d person", "%d people", len(people)) % len(people)
        texts = [_("%(rights)s of %(people)s would be reviewed.") % {"rights": rights, "people": owners}]
        if own:
            yours = ngettext(
                "%d of them is yours: somebody else has to decide it.",
                "%d of them are yours: somebody else has to decide them.",
                own,
            )
            texts.append(yours % own)
        return [{"kind": "note", "text": text} for text in texts]

    def done(self, result: Review) -> str:
        count = result.lines.count()
        return ngettext("Opened: %d right to look at.", "Opened: %d rights to look at.", count) % count
