"""Django's own doors: sign-in and `has_perm` answer from the same place as everything else."""

import logging
from functools import partial
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest

from accounts import access, uses
from accounts.addresses import canonical
from accounts.items import may_with
from accounts.models import Account, Item
from accounts.services.passwords import rehash_password
from adminrights.models import Unit

log = logging.getLogger(__name__)


class AccessBackend(BaseBackend):
    """Signs in by address and password, and decides by effective access."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str = "",
        password: str = "",
        *,
        spared: bool = False,
        **kwargs: Any,
    ) -> Account | None:
        """Return the active, unlocked account with the address and the password, else None.

        `spared` says that a lock doesn't hold for the browser. Unknown, pending, disabled and locked
        accounts cost the same hashing as others (A9).
        """
        account = Account.objects.filter(email_key=canonical(username)).first()
        if account is None or not account.has_usable_password():
            make_password(password)
            return None
        upgrade = partial(rehash_password, account)
        if not check_password(password, account.password, upgrade):
            return None
        if account.status != Account.Status.ACTIVE or (account.is_locked and not spared):
            return None
        return account

    def get_user(self, user_id: int) -> Account | None:
        """Return the account of a session; None ends the session of whoever isn't active (S3)."""
        return Account.objects.filter(pk=user_id, status=Account.Status.ACTIVE).first()

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Return whether the account may do it in the unit, or with the single item (S4-31).

        A yes is a use. An error in the decision is a refusal.
        """
        allowed = self.may(user_obj, perm, obj)
        if allowed:
            uses.record(user_obj.pk, perm, obj.unit_id if isinstance(obj, Item) else obj.pk)
        return allowed

    def may(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """As `has_perm`, without a use."""
        if not isinstance(user_obj, Account) or not isinstance(obj, Unit | Item):
            return False
        try:
            if isinstance(obj, Item):
                return may_with(user_obj, perm, obj)
            return self._decide(user_obj, perm, obj)
        except Exception:
            log.exception("A decision failed and was refused: %s", perm)
            return False

    def _decide(self, account: Account, permission: str, unit: Unit) -> bool:
        remembered = account.decisions
        if remembered is None:
            return access.may(account, permission, unit)
        if unit.pk not in remembered:
            remembered[unit.pk] = frozenset(access.effective(account, unit).effective)
        return permission in remembered[unit.pk]

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return the keys of everything that is effective for the account in the unit."""
        if not isinstance(user_obj, Account) or not isinstance(obj, Unit):
            return set()
        return set(access.effective(user_obj, obj).effective)
