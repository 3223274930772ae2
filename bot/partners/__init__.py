"""The partner database: tables, loading, queries, names and the ranking of facts."""
