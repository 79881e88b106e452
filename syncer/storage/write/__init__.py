"""How a batch gets into the database: sources, leases, runs, staging, the upsert."""
