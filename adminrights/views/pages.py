"""The kinds of pages. A view names its queryset, form, permission and service; the rest is here."""

from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from django.views.generic.edit import FormMixin
from django_filters.views import FilterMixin
from django_tables2 import RequestConfig

from adminrights.exceptions import Invalid, NotAllowed, Refused
from adminrights.going import go
from adminrights.navigation import Link
from adminrights.once import Answer, once
from adminrights.views.access import AccessMixin


class Page(AccessMixin, TemplateView):
    """A page about one thing of `visible()`, or about none. What isn't visible is not found (Z4)."""

    title: ClassVar[Any] = ""

    def visible(self) -> QuerySet[Any] | None:
        """Return what this account may see here; None for a page about nothing in particular."""
        return None

    @property
    def unit(self) -> Any:
        """The unit in which the account works."""
        return self.request.unit  # type: ignore[attr-defined]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.object: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)

    def find(self) -> Model | None:
        """Return the page's object. Raises Http404."""
        visible = self.visible() if "pk" in self.kwargs else None
        return None if visible is None else get_object_or_404(visible, pk=self.kwargs["pk"])

    def get_title(self) -> str:
        return str(self.title or self.object or "")

    def breadcrumbs(self) -> list[Link]:
        """Return the way here: the pages above this one."""
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {"title": self.get_title(), "object": self.object, "crumbs": self.breadcrumbs()}
        return super().get_context_data(**context | kwargs)


class DetailPage(Page):
    """Shows one object."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.find()
        return self.render_to_response(self.get_context_data(**kwargs))


class ListPage(FilterMixin, Page):
    """Lists, filters, sorts and pages; the address keeps it all. htmx gets only the results."""

    table_class: ClassVar[Any] = None
    filterset_class: ClassVar[Any] = None
    template_name = "generic/list.html"
    results_template_name = "generic/results.html"
    per_page = 50

    def get_queryset(self) -> QuerySet[Any]:
        """Return what is listed before filters."""
        raise NotImplementedError

    def get_filter(self) -> Any:
        """Return the filters with what the address says."""
        return self.filterset_class(self.request.GET, queryset=self.get_queryset(), request=self.request)

    def get_rows(self, found: Any) -> Any:
        """Return what the filters leave, as the table takes it."""
        return found.qs if found.is_valid() else found.queryset.none()

    def get_template_names(self) -> list[str]:
        partial = getattr(self.request, "htmx", False) and not self.request.htmx.history_restore_request  # type: ignore[attr-defined]
        return [self.results_template_name if partial else str(self.template_name)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.get_filter()
        table = self.table_class(self.get_rows(found))
        RequestConfig(self.request, paginate=False).configure(table)
        # Not by RequestConfig: it would take the length of a page from the address, any length (N4).
        table.paginate(per_page=self.per_page)
        table.page = table.paginator.get_page(self.request.GET.get("page"))
        extra = {"filter": found, "table": table, "count": table.paginator.count}
        return super().get_context_data(**extra | kwargs)


class FormPage(FormMixin, Page):
    """A form and the service it calls. A refusal keeps what was typed and shows its sentence."""

    template_name = "generic/form.html"
    dialog_template_name = "generic/dialog_form.html"
    form_class: Any = None
    submit_label: ClassVar[Any] = ""

    def apply(self, form: Any) -> Any:
        """Call the service with the form's clean data and return the changed object."""
        raise NotImplementedError

    def done(self, result: Any) -> str:
        """Return the sentence that tells the outcome."""
        raise NotImplementedError

    def get_success_url(self) -> str:
        return str(self.object.get_absolute_url())

    def get_cancel_url(self) -> str:
        """Return where Cancel leads: to the object, or to the page above."""
        if self.object is not None:
            return str(self.object.get_absolute_url())
        crumbs = self.breadcrumbs()
        return str(crumbs[-1].url) if crumbs else "/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        extra = {"submit_label": self.submit_label, "cancel_url": self.get_cancel_url()}
        return super().get_context_data(**extra | kwargs)

    def get_template_names(self) -> list[str]:
        in_dialog = getattr(self.request, "htmx", False) and self.request.htmx.target == "dialog"  # type: ignore[attr-defined]
        return [self.dialog_template_name if in_dialog else str(self.template_name)]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.find()
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.find()
        form = self.get_form()
        if not form.is_valid():
            return self.form_invalid(form)
        return self.refused(form, self.elsewhere()) if self.opened_elsewhere() else self.form_valid(form)

    def opened_elsewhere(self) -> bool:
        """Return whether the account worked in another unit when it opened the form."""
        opened = self.request.POST.get("working_in", "")
        return bool(opened) and opened != str(self.unit.pk if self.unit else "")

    def elsewhere(self) -> Invalid:
        """Return what to say where a link, or another window, led to another unit meanwhile."""
        said = _(
            "You work in %s by now, but opened this form in another unit. Nothing is saved. Save again if it "
            "shall be here, or go back to the other unit."
        )
        return Invalid(said % self.unit)

    def form_valid(self, form: BaseForm) -> HttpResponse:
        try:
            answer = once(self.request, lambda: self.carry_out(form))
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.refused(form, refusal)
        messages.success(self.request, answer.text)
        return go(self.request, answer.url)

    def carry_out(self, form: Any) -> Answer:
        """Apply the form and return what to tell of it."""
        self.object = self.apply(form) or self.object
        return Answer(self.get_success_url(), self.done(self.object))

    def refused(self, form: BaseForm, refusal: Refused) -> HttpResponse:
        """Show the form again, with the sentence that says why nothing was done."""
        form.add_error(None, str(refusal))
        return self.form_invalid(form)

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class CommandPage(Page):
    """One step on one object, by POST only: calls its service, tells the outcome, goes back to the object."""

    http_method_names = ["post"]

    def run(self) -> str:
        """Do it and return the sentence that tells the outcome."""
        raise NotImplementedError

    def get_success_url(self) -> str:
        return str(self.object.get_absolute_url())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.find()
        try:
            answer = once(request, lambda: Answer(text=self.run(), url=self.get_success_url()))
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, str(refusal))
            return go(request, self.get_success_url())
        messages.success(request, answer.text)
        return go(request, answer.url)
