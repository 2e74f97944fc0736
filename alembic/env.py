"""Runs migrations on the connection that taskforce.db.migrate opened, as tf_owner."""

from sqlalchemy import Connection, text

from alembic import context
from taskforce.db import ROLES
from taskforce.models import Base

MIGRATION_LOCK = 7_240_011  # any number that nothing else in the database locks


def run(connection: Connection) -> None:
    """One migrator at a time; everything in the caller's transaction, so that a failure leaves nothing half done."""
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    connection.execute(text("set local lock_timeout = '5s'"))
    connection.execute(text(ROLES))
    for extension in ("btree_gist", "pg_trgm", "unaccent"):
        connection.execute(text(f"create extension if not exists {extension}"))
    connection.execute(text("set local role tf_owner"))
    context.configure(connection=connection, target_metadata=Base.metadata, transactional_ddl=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
