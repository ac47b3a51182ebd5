"""Django with django-guardian, whose permissions point at their object by a foreign key."""

from tests.bench.stock_settings import *  # noqa: F403
from tests.bench.stock_settings import INSTALLED_APPS as STOCK_APPS

INSTALLED_APPS = [*STOCK_APPS, "guardian", "tests.bench.direct"]
AUTHENTICATION_BACKENDS = ["guardian.backends.ObjectPermissionBackend"]
ANONYMOUS_USER_NAME = None
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
