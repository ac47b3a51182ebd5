from adminrights.views.access import AccessMixin, Open
from adminrights.views.pages import CommandPage, DetailPage, FormPage, ListPage, Page

__all__ = ["AccessMixin", "CommandPage", "DetailPage", "FormPage", "ListPage", "Open", "Page"]
