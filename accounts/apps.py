from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        # Models exist only now, so what stands on them is imported here.
        from accounts import checks, registry

        registry.connect()
        register(checks.check_views)
