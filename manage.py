#!/usr/bin/env python
"""Run the product's commands: `python manage.py help` lists them."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "adminrights.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A setting is wrong or missing: the sentence says which one, and where it was read says nothing more.
        sys.exit(str(error))


if __name__ == "__main__":
    main()
