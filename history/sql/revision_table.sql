SELECT to_regclass(format('%I.alembic_version', $1::text))::text;
