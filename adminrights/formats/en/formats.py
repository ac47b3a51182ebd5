"""How days and moments are written in English: 3 March 2026."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
# To the second, for the access log.
DATETIME_FORMAT = "j M Y, H:i:s"
TIME_FORMAT = "H:i"
MONTH_DAY_FORMAT = "j M"
