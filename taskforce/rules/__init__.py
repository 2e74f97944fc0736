"""The rules: pure functions over values, without files, database, clock or settings."""
