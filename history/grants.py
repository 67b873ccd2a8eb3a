"""The rights in the database that each part needs, as SQL. Pure."""

from emotionstream.history.queries import query


def grants(db_schema: str, prefix: str) -> str:
    """SQL that makes the roles ``<prefix>_recorder``, ``_reader``, ``_text_reader`` and ``_eraser``, with their rights.

    Both arguments are plain lower-case identifiers: ``HistorySettings`` checks the first, who calls the second.
    """
    return query("grants").replace("@schema@", db_schema).replace("@prefix@", prefix)
