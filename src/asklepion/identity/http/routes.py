"""Sign in and out, who am I, and, for operators, who may come in."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from asklepion.kit.clock import to_iso
from asklepion.kit.http import caller, room

from ..model import Account, Caller, Role, Session
from ..service import LONGEST, Closing, Identity, Return
from .doorkeepers import COOKIE, bearer_token, session_cookie

router = APIRouter(prefix="/api/identity", tags=["identity"])

Here = Annotated[Identity, Depends(room(Identity))]


def _known(who: Annotated[Caller, Depends(caller)]) -> Caller:
    who.require_known()
    return who


def _operator(who: Annotated[Caller, Depends(caller)]) -> Caller:
    who.require(Role.OPERATOR)
    return who


Known = Annotated[Caller, Depends(_known)]
Operator = Annotated[Caller, Depends(_operator)]

Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,64}$")]
After = Annotated[str, Query(pattern=r"^[A-Za-z0-9-]{0,64}$")]
Text = Annotated[str, Field(max_length=2000)]  # the room itself says what may be


class Body(BaseModel):
    """What a request brings; nothing that we do not know may be in it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class SignIn(Body):
    """An e-mail address and its password."""

    email: Text
    password: Text


class Change(Body):
    """What a person may change about an account; what is left out stays."""

    name: Text | None = None
    language: Text | None = None


class NewPassword(Body):
    """The present password and the next."""

    old: Text
    new: Text


class Opening(Body):
    """The first operator, and the token of the one-time link."""

    token: Text
    email: Text
    password: Text
    name: Text
    language: Text = "en"


class NewAccount(Body):
    """Somebody who may sign in from now on."""

    email: Text
    password: Text | None = None  # none: she is invited, and makes a passkey
    name: Text
    roles: Annotated[list[Role], Field(max_length=10)]
    person: Text | None = None
    language: Text = "en"


@router.post("/session")
async def sign_in(
    body: SignIn, identity: Here, request: Request, response: Response
) -> dict[str, Any]:
    """Sign in: the answer sets the session's cookie."""
    address = request.client.host if request.client else ""
    session = await identity.sign_in(body.email, body.password, address=address)
    return opened(session, request, response)


@router.delete("/session", status_code=204)
async def sign_out(identity: Here, request: Request, response: Response) -> None:
    """Sign out: the session ends here and everywhere."""
    await identity.sign_out(session_cookie(request.headers))
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


@router.get("/me")
async def me(who: Known) -> dict[str, Any]:
    """Read who is signed in."""
    return _me(who)


@router.patch("/me")
async def change_me(body: Change, who: Known, identity: Here) -> dict[str, Any]:
    """Change one's own name or language."""
    account = await identity.update(who, who.account, name=body.name, language=body.language)
    return _me(account.caller)


@router.post("/password", status_code=204)
async def change_password(body: NewPassword, who: Known, identity: Here, request: Request) -> None:
    """Change one's own password; every other session and token of the account ends."""
    is_script = bearer_token(request.headers) is not None  # a cookie beside it counts for nothing
    cookie = None if is_script else session_cookie(request.headers)
    await identity.change_password(who, old=body.old, new=body.new, cookie=cookie)


@router.post("/opening", status_code=201)
async def open_house(body: Opening, identity: Here) -> dict[str, Any]:
    """Create the first operator of a new house, with the token of its one-time link."""
    fields = body.model_dump(exclude={"token"})
    return _me((await identity.open(body.token, **fields)).caller)


@router.get("/accounts")
async def accounts(who: Operator, identity: Here, after: After = "") -> list[dict[str, Any]]:
    """Read who may sign in, a thousand at a time; `after` is the last id seen. Operators only."""
    awaited = await identity.devices.awaited(who)
    closings, returns = await identity.closings.all(who), await identity.returning.all(who)
    return [
        _shown(each)
        | {
            "is_awaited": each.id in awaited,
            "closing": closing_told(closings[each.id]) if each.id in closings else None,
            "return": return_told(returns[each.id]) if each.id in returns else None,
        }
        for each in await identity.accounts(who, after=after)
    ]


@router.post("/accounts", status_code=201)
async def create_account(body: NewAccount, who: Operator, identity: Here) -> dict[str, Any]:
    """Let somebody new in. Operators only."""
    return _shown(await identity.create_account(who, **body.model_dump()))


@router.patch("/accounts/{id}")
async def change_account(id: Id, body: Change, who: Operator, identity: Here) -> dict[str, Any]:
    """Change somebody's name or language. Operators only."""
    account = await identity.update(who, id, name=body.name, language=body.language)
    return _shown(account)


def opened(session: Session, request: Request, response: Response) -> dict[str, Any]:
    """Who came in; the answer sets the session's cookie."""
    response.set_cookie(
        COOKIE,
        session.token,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return _me(session.caller)


def _me(who: Caller) -> dict[str, Any]:
    return {
        "account": who.account,
        "name": who.name,
        "roles": sorted(who.roles),
        "person": who.person,
        "language": who.language,
    }


def _shown(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "email": account.email,
        "name": account.name,
        "roles": sorted(account.roles),
        "person": account.person,
        "language": account.language,
        "created_at": to_iso(account.created_at),
    }


def closing_told(closing: Closing) -> dict[str, Any]:
    """How far a closing is."""
    return {
        "state": closing.state,
        "reason": closing.reason,
        "by": closing.by,
        "is_own": closing.is_own,
        "asked_at": to_iso(closing.asked_at),
        "ends_at": to_iso(closing.ends_at),
    }


def return_told(told: Return) -> dict[str, Any]:
    """How far a new invitation is."""
    return {
        "reason": told.reason,
        "by": told.by,
        "asked_at": to_iso(told.asked_at),
        "ready_at": to_iso(told.ready_at),
        "expires_at": to_iso(told.expires_at),
    }
