"""The database driver's errors, told apart by what to do about them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import asyncpg

from emotionstream.schemas.errors import EmotionStreamError, ServiceUnavailableError, SettingsError


class RowRefusedError(EmotionStreamError):
    """The database cannot keep a row of the batch. Write the batch in parts to find it.

    It never carries the driver's message, which repeats the row's content.
    """


class HistorySchemaError(EmotionStreamError):
    """The history's tables are missing, older or newer than this program. Run ``emotionstream db migrate``."""

    exit_code = 5


# SQLSTATE classes, https://www.postgresql.org/docs/current/errcodes-appendix.html
_ROW: Final = ("22", "23", "54")  # data exception, constraint violation, program limit exceeded
_SCHEMA: Final = ("42", "3F")  # undefined table or column, invalid schema name
_SETTINGS: Final = ("28", "3D")  # wrong user or password, no such database
_RIGHTS: Final = "42501"  # insufficient privilege


@contextmanager
def driver_errors() -> Iterator[None]:
    """Turn the driver's errors into ours.

    Raises:
        RowRefusedError: a row of the batch cannot be kept.
        HistorySchemaError: the tables are not what this program expects.
        SettingsError: the database refuses the user or a right, does not exist, or its URL cannot be read.
        ServiceUnavailableError: anything else: try again.
    """
    try:
        yield
    except asyncpg.PostgresError as error:
        raise _translated(error) from None
    except asyncpg.ClientConfigurationError:
        # Not chained: the driver's message repeats the URL, password included.
        raise SettingsError("DATABASE_URL cannot be read: write postgresql://user:password@host:port/name") from None
    except (OverflowError, UnicodeEncodeError) as error:
        raise RowRefusedError(f"a row cannot be encoded ({type(error).__name__})") from None
    except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise _unavailable(type(error).__name__) from error


def _translated(error: asyncpg.PostgresError) -> EmotionStreamError:
    name, code = type(error).__name__, str(error.sqlstate or "")
    if code.startswith(_ROW):
        return RowRefusedError(f"PostgreSQL cannot keep a row ({name})")
    if code == _RIGHTS:
        return SettingsError(
            f"the user of DATABASE_URL lacks a right ({name}): `emotionstream db grants` shows what each part needs"
        )
    if code.startswith(_SCHEMA):
        return HistorySchemaError(f"the history's tables do not fit this program ({name}): run `emotionstream db plan`")
    if code.startswith(_SETTINGS):
        return SettingsError(f"PostgreSQL refuses the connection ({name}): correct user and database in DATABASE_URL")
    return _unavailable(name)


def _unavailable(why: str) -> ServiceUnavailableError:
    return ServiceUnavailableError(f"PostgreSQL does not answer ({why}): start it, or correct DATABASE_URL")
