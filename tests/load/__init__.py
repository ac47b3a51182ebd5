"""Mixed traffic against the product as production serves it: `python -m tests.load`."""
