"""Models that only the change pipeline may write."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn

from django.db import models


class WriteOutsideChange(RuntimeError):
    """A model was written without a change, so without guards and journal."""


# True while the pipeline itself writes; nothing else sets it.
writing: ContextVar[bool] = ContextVar("writing", default=False)


@contextmanager
def pipeline_writes() -> Iterator[None]:
    """Let models be written inside the block: only for the pipeline and its journal."""
    token = writing.set(True)
    try:
        yield
    finally:
        writing.reset(token)


def refuse_unless_writing(what: object) -> None:
    """Raise WriteOutsideChange unless the pipeline is writing."""
    if not writing.get():
        raise WriteOutsideChange(f"{what} is only written inside a change (adminrights/change.py)")


class ChangedQuerySet(models.QuerySet[Any]):
    """A queryset that reads freely and writes only for the pipeline."""

    def update(self, **values: Any) -> int:
        refuse_unless_writing(self.model.__name__)
        return super().update(**values)

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        refuse_unless_writing(self.model.__name__)
        return super().bulk_create(*args, **kwargs)

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        refuse_unless_writing(self.model.__name__)
        return super().bulk_update(*args, **kwargs)

    def delete(self) -> NoReturn:
        raise WriteOutsideChange(f"{self.model.__name__} rows are ended, never deleted")


class ChangedModel(models.Model):
    """A row that changes only through the pipeline and is never deleted."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_unless_writing(type(self).__name__)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise WriteOutsideChange(f"{type(self).__name__} rows are ended, never deleted")
