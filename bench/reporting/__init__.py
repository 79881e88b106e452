"""What reports and writing cost where there are years of tasks: see `__main__`."""
