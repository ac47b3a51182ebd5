from django.db import models


class Receipt(models.Model):
    """A form that was carried out, so that the same form sent again is answered and not done again.

    It commits with what the form did. `key` is a digest of the person, the address and the whole form.
    """

    key = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(db_index=True)
    url = models.CharField(max_length=2000, blank=True)
    text = models.TextField(blank=True)
    # The one change that the form made, for whoever would take it back.
    change = models.UUIDField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.url}"
