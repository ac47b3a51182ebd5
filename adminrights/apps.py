from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _

from adminrights.checks import check_production


class AdminRightsConfig(AppConfig):
    name = "adminrights"
    verbose_name = _("Admin & Rights")

    def ready(self) -> None:
        register(check_production, Tags.security, deploy=True)
