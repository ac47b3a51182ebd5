"""The door for a production server: `gunicorn adminrights.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "adminrights.settings")

application = get_wsgi_application()
