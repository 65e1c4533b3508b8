"""What every room's `http.py` needs, and nothing else."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.requests import HTTPConnection
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import Busy, HouseError, Incorrect
from .log import get_log

log = get_log(__name__)

T = TypeVar("T")
CHALLENGE = {"www-authenticate": "Bearer"}  # https://www.rfc-editor.org/rfc/rfc6750#section-3


def room(kind: type[T]) -> Callable[[HTTPConnection], T]:
    """A dependency that finds the one instance of a room."""

    def find(connection: HTTPConnection) -> T:
        return connection.app.state.rooms[kind]

    return find


def caller(connection: HTTPConnection) -> Any:
    """Who is asking: put there by identity before any route is reached."""
    return connection.state.caller


class Outcome(JSONResponse):
    """An answer that is an OperationOutcome, under its own name."""

    media_type = "application/fhir+json"


def known(connection: HTTPConnection) -> None:
    """Turn strangers away before anything they sent is looked at: for a whole router."""
    caller(connection).require_known()


def outcome(code: str, message: str, hint: str = "") -> dict[str, Any]:
    """An error as a FHIR OperationOutcome. https://hl7.org/fhir/R4/operationoutcome.html"""
    issue: dict[str, Any] = {"severity": "error", "code": code, "diagnostics": message}
    if hint:
        issue["details"] = {"text": hint}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def answer_errors(app: FastAPI) -> None:
    """Turn every error into an OperationOutcome: the only place where that happens."""

    async def house(_: Request, error: Exception) -> Outcome:
        assert isinstance(error, HouseError)
        headers = CHALLENGE if error.status == 401 else None
        if isinstance(error, Busy) and error.retry_after_s is not None:
            headers = {"retry-after": str(error.retry_after_s)}
        return Outcome(outcome(error.issue, error.message, error.hint), error.status, headers)

    async def invalid(_: Request, error: Exception) -> Outcome:
        assert isinstance(error, RequestValidationError)
        # Only where and why: what was sent may be a person's, so it is never sent back.
        faults = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        return Outcome(outcome("invalid", "; ".join(faults), "Correct the request."), 400)

    async def plain(_: Request, error: Exception) -> Outcome:
        assert isinstance(error, HTTPException)
        code = {404: "not-found", 405: "not-supported"}.get(error.status_code, "processing")
        return Outcome(outcome(code, str(error.detail)), error.status_code, error.headers)

    async def fault(request: Request, error: Exception) -> Outcome:
        log.fault("request failed", error, method=request.method, route=_route(request))
        return Outcome(outcome("exception", "Something went wrong on our side."), 500)

    app.add_exception_handler(HouseError, house)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)
    app.add_exception_handler(Exception, fault)


def _route(request: Request) -> str:
    """The route's pattern, such as /fhir/R4/{type}/{id}: the path itself may name a person."""
    return getattr(request.scope.get("route"), "path", "unknown")


def end_of(until: datetime) -> datetime:
    """The end that somebody wishes for, in UTC.

    Raises:
        Incorrect: it has no time zone, or is in no year that is counted.
    """
    hint = "Send it as 2026-03-01T12:00:00Z."
    if until.tzinfo is None:
        raise Incorrect("The end has no time zone.", hint=hint)
    try:
        return until.astimezone(UTC)
    except OverflowError as error:  # within hours of the first or the last year
        raise Incorrect("The end is in no year that is counted.", hint=hint) from error


def event_stream(items: AsyncIterator[Any]) -> StreamingResponse:
    """Items as server-sent events, one JSON each. https://html.spec.whatwg.org/#server-sent-events"""

    async def lines() -> AsyncIterator[str]:
        yield ": open\n\n"
        async for item in items:
            yield f"data: {json.dumps(item, ensure_ascii=False, separators=(',', ':'))}\n\n"

    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(lines(), media_type="text/event-stream", headers=headers)


class TooLarge(Exception):
    """A request's body grew past what its route takes."""


class BodyLimit:
    """Refuse bodies above a size while they arrive, before they fill the memory (ASGI middleware).

    Args:
        most: bytes a body may have.
        streamed: path prefixes whose routes read the body piece by piece and keep their own limit.
    """

    def __init__(self, app: ASGIApp, *, most: int, streamed: tuple[str, ...] = ()) -> None:
        self._app = app
        self._most = most
        self._streamed = streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self._streamed):
            return await self._app(scope, receive, send)
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._most:
            return await self._refuse(scope, receive, send)
        seen = 0
        answered = False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._most:
                raise TooLarge
            return message

        async def watched(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except TooLarge:
            if not answered:
                await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = f"The body is larger than the {self._most} bytes that are taken here."
        answer = Outcome(outcome("too-long", message, "Send less, or import a file."), 413)
        await answer(scope, receive, send)


def root_of(request: HTTPConnection) -> str:
    """The address of this house, without a slash at its end: as it was told, or as it is called."""
    told: str = getattr(request.app.state, "address", "")
    return told or str(request.base_url).rstrip("/")
