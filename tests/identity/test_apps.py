"""Apps whose keys are published by themselves, and what the house makes of its own key."""

from datetime import timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from asklepion.identity import Caller, Identity
from asklepion.identity.model import Method
from asklepion.identity.service import NewClient, Refusal
from asklepion.identity.service.outside import Unfit
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys

from .conftest import QUICK

HERE = "https://house.example"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Site:
    """What an app publishes, which lies outside the house."""

    def __init__(self) -> None:
        self.keys: list[RSAKey | ECKey] = []
        self.fetched = 0

    async def fetch(self, address: str) -> Any:
        self.fetched += 1
        if address != "https://app.example/keys.json":
            raise Unfit("not there")
        return {"keys": [key.as_dict(private=False) for key in self.keys]}


async def test_an_app_publishes_its_keys_and_changes_them_when_it_likes(
    db: Database, clock: StoppedClock, keys: Keys, keeper: Caller
) -> None:
    site = Site()
    house = Identity(
        db=db,
        clock=clock,
        ids=Ids(clock),
        keys=keys,
        hasher=QUICK,
        address=HERE,
        fetch=site.fetch,
    )
    new = NewClient(
        name="Nightly",
        publisher="Invented Apps",
        method=Method.KEYS,
        scopes=["system/*.rs"],
        jwks_uri="https://app.example/keys.json",
        person="Practitioner/nightly",
    )
    client, _ = await house.apps.clients.register(keeper, new, address="http://elsewhere")
    first, second = (RSAKey.generate_key(2048, auto_kid=True) for _ in range(2))
    site.keys = [first]

    async def told(key: RSAKey, jti: str) -> str:
        claims = {"iss": client.id, "sub": client.id, "aud": f"{HERE}/api/smart/token"}
        claims |= {"jti": jti}
        exp = {"exp": int(clock.now().timestamp()) + 60}
        text = jwt.encode({"alg": "RS384", "kid": key.kid}, claims | exp, key, ["RS384"])
        form = {"grant_type": "client_credentials", "scope": "system/*.rs"}
        form |= {"client_assertion_type": ASSERTION, "client_assertion": text}
        try:
            return (await house.apps.exchanging.exchange(form, here="x"))["scope"]
        except Refusal as refusal:
            return refusal.error

    assert await told(first, "a") == "system/*.rs"
    site.keys = [second]
    assert await told(second, "b") == "invalid_client"  # it was asked a moment ago
    clock.at += timedelta(seconds=31)
    assert await told(second, "c") == "system/*.rs"
    assert await told(first, "d") == "invalid_client"
    assert site.fetched <= 3


async def test_the_house_signs_with_the_same_key_after_a_restart_and_keeps_it_sealed(
    identity: Identity, db: Database, clock: StoppedClock, keys: Keys
) -> None:
    again = Identity(db=db, clock=clock, ids=Ids(clock), keys=keys, hasher=QUICK)

    first, second = await identity.apps.signing.public(), await again.apps.signing.public()

    assert first == second
    assert "d" not in first["keys"][0]
    async with db.read() as tx:
        ((kid, body),) = await tx.all("SELECT kid, body FROM identity_signing_key")
    assert kid == first["keys"][0]["kid"]
    assert b"kty" not in bytes(body)
