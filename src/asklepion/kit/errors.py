"""Every error a room may raise, by what the caller can do about it.

HouseError
├─ Incorrect        the request is wrong; change it         400  invalid
├─ Unauthenticated  we do not know who asks; sign in        401  login
├─ Forbidden        we know who asks; the answer is no      403  forbidden
├─ NotFound         there is no such thing                  404  not-found
├─ Conflict         it changed meanwhile; read again        409  conflict
├─ Gone             it was here and was deleted             410  deleted
├─ Unsupported      well formed, but we do not do this      422  not-supported
├─ Busy             try again later                         503  transient
└─ Fault            our mistake; the caller can do nothing  500  exception
"""

from typing import ClassVar


class HouseError(Exception):
    """What happened, to which thing, and what to do next.

    Neither text ever holds a name, a birth date or a measured value: opaque ids only.
    """

    status: ClassVar[int] = 500  # HTTP
    issue: ClassVar[str] = "exception"  # FHIR issue-type

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Incorrect(HouseError):
    """The request is wrong; change it."""

    status, issue = 400, "invalid"


class Unauthenticated(HouseError):
    """We do not know who asks; sign in."""

    status, issue = 401, "login"


class Forbidden(HouseError):
    """We know who asks; the answer is no."""

    status, issue = 403, "forbidden"


class NotFound(HouseError):
    """There is no such thing, or none that this caller may know of."""

    status, issue = 404, "not-found"


class Conflict(HouseError):
    """It changed meanwhile; read again."""

    status, issue = 409, "conflict"


class Gone(HouseError):
    """It was here and was deleted."""

    status, issue = 410, "deleted"


class Unsupported(HouseError):
    """Well formed, but we do not do this."""

    status, issue = 422, "not-supported"


class Busy(HouseError):
    """Try again later.

    Args:
        retry_after_s: when it is worth a try, where that is known.
    """

    status, issue = 503, "transient"

    def __init__(self, message: str, *, hint: str = "", retry_after_s: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class Fault(HouseError):
    """Our mistake; the caller can do nothing."""
