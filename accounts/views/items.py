"""Items: the list, one item and its managers, handing over and taking back (S4-17 to S4-31)."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.addresses import canonical
from accounts.forms.items import AccountItemForm, HandOverForm, ItemForm
from accounts.item_sections import kinds_of, offered_to
from accounts.items import (
    HANDING,
    lets_hand_over,
    makes,
    may_hand_over,
    may_retire,
    people_by_item,
    people_with,
    seen_by,
)
from accounts.models import Account, Item
from accounts.models.items import ItemQuerySet
from accounts.services.items import hand_over, register_item, retire_item, take_back
from accounts.tables_items import ItemFilter, ItemTable
from accounts.views.accounts import AccountPage
from adminrights.exceptions import Invalid, NotAllowed
from adminrights.navigation import Button, EmptyState, Link
from adminrights.views import DetailPage, FormPage, ListPage, Open, Page
from adminrights.views.confirm import ConfirmPage
from adminrights.views.previewed import Previewed
from groups.reading import number


class ItemPage(Page):
    """A page about one item that the reader may see; every other is not found."""

    open_to = Open.SIGNED_IN

    @property
    def reader(self) -> Account:
        account: Account = self.request.user  # type: ignore[assignment]
        return account

    def visible(self) -> ItemQuerySet:
        return Item.objects.none() if self.unit is None else seen_by(self.reader, self.unit)

    def look_at(self, items: Iterable[Item]) -> None:
        """Use the right by which the reader sees them, where there is one."""
        for kind, unit in {(item.resource_id, item.unit) for item in items}:
            self.reader.has_perm(f"{kind}:list", unit)

    def breadcrumbs(self) -> list[Link]:
        crumbs = [Link(_("Items"), reverse("accounts:item_list"))]
        if self.object is not None and not isinstance(self, DetailPage):
            crumbs.append(Link(str(self.object), self.object.get_absolute_url()))
        return crumbs


class ItemList(ItemPage, ListPage):
    """All items of the units whose list one may read, else those that were handed to oneself."""

    title = gettext_lazy("Items")
    table_class = ItemTable
    filterset_class = ItemFilter

    def breadcrumbs(self) -> list[Link]:
        return []

    def get_queryset(self) -> ItemQuerySet:
        return self.visible()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        count = context["count"]
        items = [row.record for row in context["table"].paginated_rows]
        self.look_at(items)
        context["table"].handed = people_by_item(items)
        add = Button(_("Add item"), reverse("accounts:item_create"), "plus", "primary", dialog=True)
        buttons = [add] if kinds_of(self.reader, self.unit) else []
        words = ngettext("%(count)d item", "%(count)d items", count) % {"count": count}
        return context | {"buttons": buttons, "count_text": words, "empty": self.empty(buttons)}

    def empty(self, buttons: list[Button]) -> EmptyState:
        if any(self.request.GET.get(name) for name in ("q", "kind", "unit")):
            everything = Button(_("Show all items"), self.request.path)
            text = _("Try fewer letters of the name, or take a filter away.")
            return EmptyState(_("No item matches"), text, "search-x", everything)
        text = _("What is handed to you, such as an event to manage, stands here.")
        return EmptyState(_("No items yet"), text, "calendar", buttons[0] if buttons else None)


class ItemCreate(ItemPage, FormPage):
    """A new item in the unit one works in, for whoever may create its kind there (S4-17, S4-22, S4-26)."""

    title = gettext_lazy("Add item")
    form_class = ItemForm
    template_name = "generic/dialog_form.html"
    submit_label = gettext_lazy("Add item")

    def find(self) -> None:
        # Every kind that the form offers is used, not only the first.
        if not [kind for kind in HANDING if self.needs(f"{kind}:create")]:
            raise NotAllowed(_("You may not create items here."), [f"{kind}:create" for kind in HANDING])

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"kinds": kinds_of(self.reader, self.unit)}

    def apply(self, form: ItemForm) -> Item:
        return register_item(unit=self.unit, actor=self.reader, **form.cleaned_data)

    def done(self, result: Item) -> str:
        return _("%s is there. Say who manages it.") % result


class ItemDetail(ItemPage, DetailPage):
    """What it is, and to whom it was handed."""

    template_name = "items/item_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        item: Item = self.object
        self.look_at([item])
        people = list(people_with(item))
        may = may_hand_over(self.reader, item)
        address = reverse("accounts:item_hand_over", args=[item.pk])
        buttons = [Button(_("Hand over"), address, "user-plus", "primary", dialog=True)] if may else []
        if may_retire(self.reader, item):
            retire = reverse("accounts:item_retire", args=[item.pk])
            buttons.insert(0, Button(_("Retire"), retire, "archive", "danger", dialog=True))
        return super().get_context_data(
            item=item,
            created_by=item.created_by.split(" <")[0],
            people=people,
            may_hand_over=may,
            buttons=buttons,
            myself=may and self.reader not in people,
            linked=self.may("accounts:get"),
            **kwargs,
        )


class HandingPage(ItemPage):
    """A page for those who may hand the item over."""

    def find(self) -> Item:
        found = super().find()
        if not isinstance(found, Item):
            raise Http404
        if not may_hand_over(self.reader, found):
            raise NotAllowed(
                _("You may not hand this over."), [HANDING.get(found.resource_id, "access:assign")]
            )
        self.reader.has_perms(lets_hand_over(self.reader, found), found.unit)
        return found


class ItemHandOver(HandingPage, Previewed):
    """Hand the item to one person, named by address."""

    collects = True
    form_class = HandOverForm
    template_name = "generic/dialog_form.html"
    submit_label = gettext_lazy("Hand over")

    def get_title(self) -> str:
        return _("Hand over %s") % self.object

    def apply(self, form: HandOverForm) -> Item:
        here = Account.objects.in_unit(self.object.unit.root or self.object.unit)
        account = here.filter(email_key=canonical(form.cleaned_data["email"])).first()
        if account is None:
            raise Invalid(_("Nobody here has this address."))
        self.person = account
        hand_over(self.object, account, actor=self.reader)
        return self.object

    def done(self, result: Item) -> str:
        return _("%(who)s manages %(item)s now.") % {"who": self.person.name, "item": result}


class ItemTakeBack(HandingPage, ConfirmPage):
    """Take the item back from one person: asks first, and says what that does."""

    submit_label = gettext_lazy("Take back")
    collects = True

    @property
    def sent(self) -> QueryDict:
        """From whom, and where it was asked."""
        return self.request.POST if "account" in self.request.POST else self.request.GET

    def find(self) -> Item:
        found = super().find()
        self.person = people_with(found).filter(pk=number(self.sent.get("account"))).first()
        return found

    def get_title(self) -> str:
        if self.person is None:
            return _("Take %s back?") % self.object
        return _("Take %(item)s back from %(who)s?") % {"item": self.object, "who": self.person.name}

    def run(self) -> str:
        if self.person is None:
            raise Invalid(_("It isn't handed to this person, or not any more."))
        take_back(self.object, self.person, actor=self.reader)
        return _("%(who)s no longer manages %(item)s.") % {"who": self.person.name, "item": self.object}

    def get_success_url(self) -> str:
        """Return to the account's page where the step was taken there."""
        if self.sent.get("from") == "account" and self.may("accounts:get"):
            return reverse("accounts:account_detail", args=[number(self.sent.get("account"))])
        return super().get_success_url()

    def get_cancel_url(self) -> str:
        return self.get_success_url()

    def get_refused_url(self) -> str:
        return self.get_success_url()


class ItemRetire(HandingPage, ConfirmPage):
    """Asks first, and says who loses it (S4-31)."""

    submit_label = gettext_lazy("Retire item")
    collects = True

    def find(self) -> Item:
        found = super().find()
        if not may_retire(self.reader, found):
            raise NotAllowed(_("You may not retire this."), [makes(found.resource_id)])
        self.reader.has_perm(makes(found.resource_id), found.unit)
        return found

    def get_title(self) -> str:
        return _("Retire %s?") % self.object

    def get_sentence(self) -> str:
        return _(
            "It leaves every list for good, and its name is free again. Its history stays in the access log."
        )

    def run(self) -> str:
        retire_item(self.object, actor=self.reader)
        return _("%s is retired.") % self.object

    def get_success_url(self) -> str:
        return reverse("accounts:item_list")


class AccountItemAdd(AccountPage, Previewed):
    """Hand one of the items that the reader may hand over to this person."""

    collects = True
    permission = "accounts:get"
    form_class = AccountItemForm
    template_name = "generic/dialog_form.html"
    submit_label = gettext_lazy("Hand over")

    def get_title(self) -> str:
        return _("Hand an item to %s") % self.object.name

    def get_form_kwargs(self) -> dict[str, Any]:
        account: Account = self.request.user  # type: ignore[assignment]
        return super().get_form_kwargs() | {"items": offered_to(self.object, account, self.unit)}

    def apply(self, form: AccountItemForm) -> Account:
        self.item = form.cleaned_data["item"]
        hand_over(self.item, self.object, actor=self.request.user)
        return self.object

    def done(self, result: Account) -> str:
        return _("%(who)s manages %(item)s now.") % {"who": result.name, "item": self.item}
