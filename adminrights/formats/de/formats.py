"""How days and moments are written in German: 3. März 2026."""

DATE_FORMAT = "j. F Y"
SHORT_DATE_FORMAT = "d.m.Y"
SHORT_DATETIME_FORMAT = "d.m.Y, H:i"
# To the second, for the access log.
DATETIME_FORMAT = "d.m.Y, H:i:s"
TIME_FORMAT = "H:i"
MONTH_DAY_FORMAT = "d.m."
