"""Every door is locked until somebody decides otherwise, here, by name."""

import re
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from asklepion.app import open_house
from asklepion.doors import serve
from asklepion.kit.clock import StoppedClock
from asklepion.settings import Settings

from .conftest import QUICK, knock

# What a stranger may use, and what for.
OPEN = {
    ("get", "/healthz"),  # is the house open?
    ("get", "/api/demo"),  # who may be entered as in a demonstration; not found in a real house
    ("get", "/fhir/R4/metadata"),  # what this server can do
    ("get", "/fhir/R4/.well-known/smart-configuration"),  # how apps ask
    ("get", "/.well-known/openid-configuration"),
    ("get", "/api/smart/jwks.json"),  # the key that says who somebody is
    ("post", "/api/smart/token"),  # apps, which prove themselves by what they send
    ("post", "/api/smart/introspect"),
    ("post", "/api/smart/revoke"),
    ("get", "/.well-known/did.json"),  # the keys by which the house signs
    ("get", "/.well-known/openid-credential-issuer"),  # how apps take up an offer
    ("get", "/.well-known/oauth-authorization-server"),
    ("get", "/api/identity/status/{list}"),  # what still stands; says of nobody whose it is
    ("get", "/api/identity/issuers"),  # to verify by oneself
    ("post", "/api/identity/verify"),  # or to have it verified
    ("post", "/api/identity/showings/open"),  # with the secret of a link
    ("post", "/api/identity/vci/token"),  # apps, which prove themselves by what they send
    ("post", "/api/identity/vci/nonce"),
    ("post", "/api/identity/vci/credential"),
    ("get", "/api/identity/requests/{id}/object"),  # with the secret of a request
    ("post", "/api/identity/requests/{id}/answer"),
    ("post", "/api/identity/session"),  # to sign in
    ("delete", "/api/identity/session"),  # to sign out
    ("post", "/api/identity/opening"),  # to create the first operator, with the one-time token
    ("post", "/api/identity/passkeys/door/options"),  # to sign in with a passkey
    ("post", "/api/identity/passkeys/door"),
    ("post", "/api/identity/invitations/read"),  # who holds an invitation, which is secret
    ("post", "/api/identity/invitations/accept"),
    ("post", "/api/identity/devices/open"),  # a second device with the link of the first
    ("post", "/api/identity/devices/wait"),
    ("post", "/api/identity/devices/join"),
    ("post", "/api/identity/printed/begin"),  # who lost every key, and has the printed code
    ("post", "/api/identity/printed/finish"),
    ("post", "/api/identity/recovery/options"),  # or asks guardians
    ("post", "/api/identity/recovery/ask"),
    ("post", "/api/identity/recovery/look"),
    ("post", "/api/identity/wallets/door/message"),  # to sign in by a wallet
    ("post", "/api/identity/wallets/door"),
    ("get", "/api/ledger/checkpoint"),  # anybody may witness the log
    ("get", "/api/ledger/key"),
    ("get", "/api/ledger/size"),
    ("get", "/api/ledger/consistency"),
    ("get", "/api/ledger/binding"),  # how far the chain is behind, for monitors
    ("get", "/api/ledger/tiles/checkpoint"),  # and copy it: it holds nothing but commitments
    ("get", "/api/ledger/tiles/tile/{level}/{place}"),
    ("post", "/api/ledger/witness/add-checkpoint"),  # logs that are followed, by their signature
    ("get", "/api/ledger/witness/seen"),  # what a log itself signed, for whoever names it
    ("get", "/api/ledger/witness/key"),
    ("post", "/api/chain"),  # wallets, which cannot sign in
    ("post", "/api/records/shl/{secret}"),  # to open a link that a patient gave away
    ("get", "/api/records/shl/{secret}"),
    ("get", "/api/records/shl/{secret}/files/{ticket}"),
    ("get", "/api/world/calendar/{secret}.ics"),  # a calendar program, with an address of its own
}


async def test_a_stranger_gets_nothing_from_any_route(app: FastAPI, stranger: AsyncClient) -> None:
    paths = app.openapi()["paths"]
    doors = {(method, path) for path, methods in paths.items() for method in methods}

    assert len(doors - OPEN) > 20
    assert doors >= OPEN, "a door that is not there any more stands in this list"
    for method, path in sorted(doors - OPEN):
        answer = await stranger.request(method, re.sub(r"\{[^}]+\}", "x", path))
        assert answer.status_code in (401, 403), f"{method} {path}: {answer.status_code}"
        assert answer.json()["resourceType"] == "OperationOutcome"


def paths_of(router: Any, prefix: str = "") -> set[str]:
    """Every path below a router, whether it shows in the OpenAPI or not."""
    found: set[str] = set()
    for each in router.routes:
        if hasattr(each, "path"):
            found.add(prefix + each.path)
        else:
            found |= paths_of(each.original_router, prefix + each.include_context.prefix)
    return found


async def test_no_route_is_hidden_from_this_test(app: FastAPI) -> None:
    hidden = paths_of(app) - set(app.openapi()["paths"])

    assert hidden <= {
        "/world",
        "/api/records/subscriptions",
        "/api/twin/alerts/live",
        "/api/openapi.json",
        "/api/v1/entries/",  # as some uploaders of Nightscout write /api/v1/entries
        "/api/ledger/tiles/tile/{level}/{place:path}",  # which OpenAPI shows without its :path
        "/assets/bodies",
        "/assets",
        "/{path:path}",
    }


@pytest.mark.parametrize(
    "path",
    [
        "/api/nothing",
        "/fhir/R5/Patient",
        "/fhir/R4/Patient/a/b/c",
        "/assets/none.js",
        "/api/../api/x",
    ],
)
async def test_an_address_of_ours_that_is_not_there_is_not_found(
    stranger: AsyncClient, path: str
) -> None:
    answer = await stranger.get(path)

    assert answer.status_code == 404
    assert "text/html" not in answer.headers["content-type"]


@pytest.mark.parametrize("path", ["/%00", "/" + "a" * 5000, "/..%2f..%2fetc%2fpasswd", "/home"])
async def test_any_other_address_is_the_client_s_or_nobody_s(
    stranger: AsyncClient, path: str
) -> None:
    answer = await stranger.get(path)

    assert answer.status_code == 404 or "<title>Asklepion" in answer.text


async def test_behind_a_proxy_the_house_calls_itself_as_its_operator_said(
    settings: Settings, clock: StoppedClock
) -> None:
    told = replace(settings, address="https://house.example/")
    async with open_house(told, clock, hasher=QUICK) as house, knock(serve(house)) as client:
        smart = (await client.get("/fhir/R4/.well-known/smart-configuration")).json()
        able = (await client.get("/fhir/R4/metadata")).json()

    assert smart["token_endpoint"].startswith("https://house.example/api/")
    assert "https://house.example/" in str(able)
    assert "localhost" not in str(smart) + str(able)
