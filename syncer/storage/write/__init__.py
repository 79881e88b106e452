"""Writes to the database: sources, leases, runs, batches and the upsert."""
