"""Cost of reports and writes in a database with years of tasks; see `__main__`."""
