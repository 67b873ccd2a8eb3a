"""One module per step of the schema; alembic loads them by path."""
