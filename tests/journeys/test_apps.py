"""An app of somebody else's: let in, asked for, allowed in part, seen at work, disconnected."""

import base64
import hashlib
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PASSWORD, PHONE, Enter, Person, Server
from tests.journeys.steps import AMARA, IRIS, MEI, come_in, go, panel

VERIFIER = "an-app-keeps-this-to-itself-until-it-has-the-code-43"
SCOPES = (
    "openid fhirUser launch/patient offline_access patient/Patient.rs patient/Condition.rs"
    " patient/Observation.rs?category=laboratory patient/MedicationRequest.cruds"
)
NAME = "Growth Charts"


def let_in(person: Person, back: str) -> str:
    """An operator lets an app in; returns its client_id."""
    come_in(person, IRIS)
    card = panel(person, "Apps")
    person.picture("apps-none")
    card.get_by_role("button", name="Let an app in").click()
    dialog = person.page.get_by_role("dialog")
    dialog.get_by_label("Its name, as people read it").fill(NAME)
    dialog.get_by_label("Who makes it").fill("Invented Apps")
    dialog.get_by_label("Where people are sent back to").fill(back)
    dialog.get_by_label("Where it is opened from within the house").fill(back)
    dialog.get_by_label("All it may ever ask for").fill(
        "openid fhirUser launch launch/patient offline_access patient/*.cruds user/*.rs"
    )
    person.picture("apps-new")
    dialog.get_by_role("button", name="Let an app in").click()
    id = person.page.locator(".client-secret").first.inner_text()
    person.picture("apps-made")
    person.page.get_by_role("button", name="Close").last.click()
    expect(card.get_by_text(NAME)).to_be_visible()
    person.picture("apps-let-in")
    return id


def address(server: Server, client: str, scope: str, **other: str) -> str:
    """Where the app sends somebody."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    asked = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": f"{server.url}/back",
        "scope": scope,
        "state": "s",
        "aud": f"{server.url}/fhir/R4",
        "code_challenge": digest.rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return f"{server.url}/authorize?{urlencode(asked | other)}"


def exchange(server: Server, person: Person, client: str) -> dict[str, str]:
    """What the app does once the person is back."""
    person.page.wait_for_url(re.compile("/back"))
    told = parse_qs(urlsplit(person.page.url).query)
    form = {
        "grant_type": "authorization_code",
        "client_id": client,
        "code": told["code"][0],
        "redirect_uri": f"{server.url}/back",
        "code_verifier": VERIFIER,
    }
    with server.client() as door:
        return door.post("/api/smart/token", data=form).json()


def test_an_app_is_let_in_asked_for_allowed_in_part_and_disconnected(
    enter: Enter, server: Server
) -> None:
    iris = enter("iris", DESKTOP)
    client = let_in(iris, f"{server.url}/back")
    where = address(server, client, SCOPES)

    mei = enter("mei", PHONE, at=where)
    mei.page.get_by_role("button", name=re.compile(MEI)).click()
    expect(mei.page.get_by_role("heading", name=f"{NAME} asks for access")).to_be_visible()
    mei.picture("apps-asked")
    mei.page.get_by_role("switch", name=re.compile("Conditions")).click()
    mei.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    mei.picture("apps-asked-below")
    mei.page.get_by_role("button", name="Allow", exact=True).click()
    told = exchange(server, mei, client)
    assert "patient/Patient.rs" in told["scope"]
    assert "Condition" not in told["scope"]
    with server.client(told["access_token"]) as app:
        assert app.get("/fhir/R4/Condition").json().get("entry", []) == []
        assert app.get(f"/fhir/R4/Patient/{told['patient']}").status_code == 200
        assert app.get("/api/identity/me").status_code == 403

    mei.page.goto(server.url)
    go(mei, "Home")
    who = panel(mei, "Who looked")
    expect(who.get_by_text(f"You, with the app {NAME},").first).to_be_visible()
    mei.picture("apps-who-looked")
    card = panel(mei, "Apps")
    expect(card.get_by_text("Last used")).to_be_visible()
    mei.picture("apps-connected")
    card.get_by_role("button", name="Disconnect now").click()
    expect(card.get_by_text("No app is connected")).to_be_visible()
    with server.client(told["access_token"]) as app:
        assert app.get(f"/fhir/R4/Patient/{told['patient']}").status_code == 401


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_a_doctor_chooses_the_patient_and_says_no(
    enter: Enter, server: Server, language: str
) -> None:
    with server.client() as door:
        door.post(
            "/api/identity/session",
            json={"email": "iris@asklepion.example", "password": PASSWORD},
        )
        body = {"name": NAME, "publisher": "Invented Apps", "method": "none"}
        made = door.post(
            "/api/identity/apps/clients",
            json=body | {"redirects": [f"{server.url}/back"], "scopes": "patient/*.rs user/*.rs"},
            headers={"origin": server.url},
        )
        assert made.status_code == 201, made.text
        client = made.json()["id"]
    asks = address(server, client, "patient/*.rs user/Observation.rs")
    amara = enter(f"amara-{language}", DESKTOP, language, at=asks)

    amara.page.get_by_role("button", name=re.compile(AMARA)).click()
    yes, no = ("Allow", "Do not allow") if language == "en-GB" else ("允许", "不允许")
    expect(amara.page.get_by_role("button", name=yes, exact=True)).to_be_disabled()
    amara.picture("apps-asked-doctor")
    amara.page.emulate_media(color_scheme="dark")
    amara.picture("apps-asked-doctor-dark")
    amara.page.get_by_role("button", name=no, exact=True).click()
    amara.page.wait_for_url(re.compile("error=access_denied"))
