from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        # Models exist only now, so what stands on them is imported here.
        from accounts import checks, registry, search_index

        registry.connect()
        register(checks.check_views)
        post_migrate.connect(search_index.mend, sender=self, dispatch_uid="search_index")
