from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth import get_backends
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.addresses import canonical
from accounts.models.access import UnitAccess
from accounts.models.items import Item
from accounts.search_index import accounts_with, indexed
from adminrights.change import in_preview
from adminrights.models import ChangedModel, ChangedQuerySet, Fact, Unit
from adminrights.models.facts import fact_constraints, live_at, live_now, one_not_ended
from adminrights.navigation import path_of

SEARCH_LENGTH, MOST_WORDS = 600, 30
# Whoever is active and hasn't signed in for so many days is called quiet.
QUIET_DAYS = 90


def may_enter(unit: Unit, account: str = "pk", at: datetime | None = None) -> Exists:
    """Return the condition "has access to the unit or to something below it", now or at a moment.

    `account` is the field of what is asked for that says who: few things of many accounts are found by it
    without listing all who may enter.
    """
    live = live_now(timezone.now()) if at is None else live_at(at)
    return Exists(
        UnitAccess.objects.filter(live, account=OuterRef(account), unit__path__startswith=unit.path)
    )


def locked_now() -> Q:
    """Return the condition "locked right now by too many wrong passwords" (T10)."""
    return Q(locked_at__gt=timezone.now() - timedelta(minutes=settings.LOCK_MINUTES))


def quiet_now() -> Q:
    """Return the condition "active, and not signed in for QUIET_DAYS"; who is new isn't quiet yet."""
    long_ago = timezone.now() - timedelta(days=QUIET_DAYS)
    never = Q(last_login=None) & (Q(confirmed_at=None) | Q(confirmed_at__lt=long_ago))
    return Q(status="active") & (Q(last_login__lt=long_ago) | never)


class AccountQuerySet(ChangedQuerySet):
    def get_by_natural_key(self, email: str) -> "Account":
        """Return the account with the address, in whatever case or Unicode form. Raises DoesNotExist."""
        return self.get(email_key=canonical(email))

    def in_unit(self, unit: Unit, at: datetime | None = None) -> Self:
        """Return the accounts with access to the unit or to something below it, now or at a moment."""
        return self.filter(may_enter(unit, at=at))

    def locked(self) -> Self:
        """Return the accounts that are locked right now by too many wrong passwords (T10)."""
        return self.filter(locked_now())

    def search(self, text: str) -> Self:
        """Return the accounts whose name or address holds every word of the text.

        More words than any name has find nobody: a database takes only so deep a condition (N4, N5). Nor does
        a text with a zero, which no name has and which each database takes in its own way.
        """
        words = dict.fromkeys(canonical(text).split())
        if len(words) > MOST_WORDS or len(text) > SEARCH_LENGTH or "\0" in text:
            return self.none()
        by_index = indexed(words, self.db)
        found = self.filter(pk__in=accounts_with(by_index)) if by_index else self
        for word in words.keys() - by_index:
            found = found.filter(Q(search_text__contains=word))
        return found


class Account(AbstractBaseUser, ChangedModel):
    """A person of the staff who signs in (C-01); never a customer, never a tenant (S0-10).

    `status` is the one truth about whether the person may act; `is_active` follows it. `email_key` is
    the address in its canonical form, and unique, so that two spellings of one address can't be two
    people. `confirmed_at` says that a password was set once: it decides whether Reactivate leads to
    Active or to Pending.
    """

    SECRET_FIELDS = frozenset({"password"})
    # What signing in writes: it doesn't make a form stale that somebody is filling in.
    BACKGROUND_FIELDS = frozenset({"last_login", "failed_sign_ins", "password", "password_is_short"})

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        ACTIVE = "active", _("Active")
        DISABLED = "disabled", _("Disabled")

    email = models.EmailField(_("e-mail address"), max_length=254)
    email_key = models.CharField(max_length=254, unique=True)
    # What the person wants to be written to; it counts once mail was read there.
    new_email = models.CharField(max_length=254, blank=True, default="")
    first_name = models.CharField(_("first name"), max_length=150)
    last_name = models.CharField(_("last name"), max_length=150)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    # Name and address in the form of searches: one column to look through, alike on every database.
    search_text = models.CharField(max_length=SEARCH_LENGTH, default="")
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.PENDING)
    is_active = models.GeneratedField(
        expression=Q(status="active"),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )
    # Long enough beside a second factor only: without one the person must choose a longer one first.
    password_is_short = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    failed_sign_ins = models.PositiveSmallIntegerField(default=0)
    campaign_notifications = models.BooleanField(_("e-mail notifications from campaigns"), default=False)
    # Empty: as the browser asks, and where the installation stands.
    language = models.CharField(_("language"), max_length=8, blank=True, default="", db_default="")
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, default="", db_default="")
    # Drawn anew whenever every session and every link of the account must end.
    session_epoch = models.PositiveIntegerField(default=0)
    # Drawn anew whenever no browser is known as the person's any more; see sign_in/browsers.py.
    browser_epoch = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = AccountQuerySet.as_manager()

    USERNAME_FIELD = "email_key"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    # There is no superuser and no Django admin: what an account may do is always explained by facts.
    is_superuser = False
    is_staff = False

    # What was read and decided in one request of the account; None where every question is asked anew.
    decisions: dict[object, Any] | None = None

    class Meta:
        ordering = ["last_name", "first_name", "pk"]
        indexes = [
            models.Index(fields=["last_name", "first_name", "id"], name="account_by_name"),
            models.Index(fields=["status", "last_name", "first_name", "id"], name="account_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def name(self) -> str:
        """First and last name as entered (S0-19)."""
        return f"{self.first_name} {self.last_name}".strip()

    def get_full_name(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("accounts:account_detail", self.pk)

    @property
    def is_locked(self) -> bool:
        """Whether it is locked by too many wrong passwords; the lock ends by itself (T10)."""
        until = self.locked_until
        return until is not None and until > timezone.now()

    @property
    def locked_until(self) -> datetime | None:
        """When the present lock, or the last one, ends by itself."""
        return self.locked_at + timedelta(minutes=settings.LOCK_MINUTES) if self.locked_at else None

    def get_session_auth_hash(self) -> str:
        """Return what every session must still match: a new password or a new epoch ends them all."""
        return f"{self.session_epoch}:{super().get_session_auth_hash()}"

    def get_session_auth_fallback_hash(self) -> Any:
        for value in super().get_session_auth_fallback_hash():
            yield f"{self.session_epoch}:{value}"

    def has_perm(self, permission: str, obj: Unit | Item | None = None) -> bool:
        """Return whether the account may do it in the unit or with the item. Without one the answer is no.

        Whoever asks wants to do it: a yes counts as a use (accounts/uses.py).
        """
        if self.decisions is None or obj.__class__ is not Unit:
            return self._has_perm(permission, obj)
        asked = (permission, obj.id)
        known: bool | None = self.decisions.get(asked)
        if known is not None:
            return known
        allowed = self._has_perm(permission, obj)
        # In a preview nothing is a use: what is done afterwards in the same request still is.
        if not (allowed and in_preview()):
            self.decisions[asked] = allowed
        return allowed

    def _has_perm(self, permission: str, obj: Unit | Item | None) -> bool:
        return any(backend.has_perm(self, permission, obj) for backend in get_backends())

    def has_perms(self, permissions: list[str], unit: Unit | None = None) -> bool:
        """Return whether the account may do all of it in the unit."""
        return all(self.has_perm(permission, unit) for permission in permissions)

    def may(self, permission: str, obj: Unit | Item | None = None) -> bool:
        """As `has_perm`, for whoever only wants to know: a menu, a button, a list. It counts as no use."""
        return any(_looking(backend)(self, permission, obj) for backend in get_backends())

    def may_all(self, permissions: Iterable[str], unit: Unit | None = None) -> bool:
        """As `has_perms`, for whoever only wants to know."""
        return all(self.may(permission, unit) for permission in permissions)

    def has_module_perms(self, app_label: str) -> bool:
        """Return False: Django's own admin has no place here."""
        return False


def _looking(backend: Any) -> Callable[..., bool]:
    """Return how the backend is asked without a use; one from elsewhere keeps no uses."""
    ask: Callable[..., bool] = getattr(backend, "may", backend.has_perm)
    return ask


class StatusPeriod(Fact):
    """The account had this status from a moment to another; looking back needs it."""

    SUBJECT = ("account",)

    account = models.ForeignKey(Account, models.PROTECT, related_name="status_periods")
    status = models.CharField(max_length=8, choices=Account.Status.choices)

    class Meta:
        constraints = [one_not_ended("statusperiod", "account"), *fact_constraints("statusperiod")]

    def __str__(self) -> str:
        return str(self.get_status_display())
