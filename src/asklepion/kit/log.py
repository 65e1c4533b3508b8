"""Events with fields, one JSON object a line. Opaque ids only: never a name or a value."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any


class Log:
    """Writes events of one module."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger

    def info(self, event: str, **fields: Any) -> None:
        """Something happened that was meant to."""
        self._write(logging.INFO, event, fields)

    def warn(self, event: str, **fields: Any) -> None:
        """Something an operator may want to look at."""
        self._write(logging.WARNING, event, fields)

    def fault(self, event: str, error: BaseException, **fields: Any) -> None:
        """Our mistake: its kind and place, not its message, which may hold what it should not."""
        self._write(logging.ERROR, event, {**fields, "error": type(error).__name__}, error)

    def _write(
        self,
        level: int,
        event: str,
        fields: dict[str, Any],
        error: BaseException | None = None,
    ) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, event, extra={"fields": fields, "trace": _trace(error)})


def _trace(error: BaseException | None) -> list[str]:
    """Where the error came from, as file:line of each frame, innermost last."""
    places: list[str] = []
    frame = error.__traceback__ if error else None
    while frame:
        code = frame.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{frame.tb_lineno} {code.co_name}")
        frame = frame.tb_next
    return places


def get_log(name: str) -> Log:
    """The log of one module: `log = get_log(__name__)`."""
    return Log(logging.getLogger(name))


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "at": at,
            "level": record.levelname.lower(),
            "in": record.name,
        }
        line["event"] = record.getMessage()
        line |= getattr(record, "fields", {})
        if trace := getattr(record, "trace", None):
            line["trace"] = trace
        return json.dumps(line, default=str, ensure_ascii=False)


def write_logs(level: str = "INFO") -> None:
    """Send this house's log lines to standard error; other packages' only from warnings up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("asklepion").setLevel(level.upper())
