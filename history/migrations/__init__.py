"""The history's tables, as alembic migrations."""
