"""For a mother who stands in for her child: her child's record, in every panel of home."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PHONE, Enter
from tests.journeys.looking import check_page, look_at_panels
from tests.journeys.steps import come_in, is_in

NORA, LINA = "Nora Weber", "Lina Weber"


@pytest.mark.parametrize(("on", "language"), [("desktop", "en-GB"), ("phone", "zh-CN")])
def test_she_finds_her_childs_record_in_every_panel_of_home(
    enter: Enter, on: str, language: str
) -> None:
    nora = enter(f"nora-{language}", PHONE if on == "phone" else DESKTOP, language)
    come_in(nora, NORA)
    nora.page.evaluate("location.hash = '#/home'")
    is_in(nora, "home")
    lina = nora.page.get_by_role("button", name=LINA, exact=True)
    expect(lina).to_have_attribute("aria-pressed", "true")
    nora.picture(f"{on}-family-home")
    check_page(nora, language, "home")

    look_at_panels(nora, language, "family", on)

    expect(lina).to_have_attribute("aria-pressed", "true")
