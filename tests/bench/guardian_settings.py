"""Django with django-guardian, whose permissions point at their object by a foreign key."""

from tests.bench.stock_settings import *  # noqa: F403
from tests.bench.stock_settings import INSTALLED_APPS as STOCK_APPS

INSTALLED_APPS = [*STOCK_APPS, "guardian", "tests.bench.direct"]
AUTHENTICATION_BACKENDS = ["guardian.backends.ObjectPermissionBackend"]
ANONYMOUS_USER_NAME = None
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
# The tables of the app without migrations point at those of the others, which PostgreSQL wants to be there:
# so all are made at once.
MIGRATION_MODULES = dict.fromkeys(("admin", "auth", "contenttypes", "guardian", "sessions"))
