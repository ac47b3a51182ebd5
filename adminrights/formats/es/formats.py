"""How days and moments are written in Spanish: 3 de marzo de 2026."""

DATE_FORMAT = r"j \d\e F \d\e Y"
SHORT_DATE_FORMAT = "d/m/Y"
SHORT_DATETIME_FORMAT = "d/m/Y H:i"
# To the second, for the access log.
DATETIME_FORMAT = "d/m/Y H:i:s"
TIME_FORMAT = "H:i"
MONTH_DAY_FORMAT = "j M"
