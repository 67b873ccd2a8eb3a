"""Alembic runs this to render migrations as SQL. It opens nothing: asyncpg runs what is rendered."""

from alembic import context

# One transaction around all steps, with a lock, is the caller's: no BEGIN and COMMIT in the text.
context.configure(dialect_name="postgresql", transactional_ddl=False)
context.run_migrations()
