from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

from tests.bench.paging import ROWS

application = get_wsgi_application()
import_string("accounts.views.accounts.AccountList").per_page = ROWS
