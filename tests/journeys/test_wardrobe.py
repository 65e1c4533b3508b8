"""People choose how they look; others see it, and nobody pretends to be a doctor."""

import json

import msgspec
import pytest
from playwright.sync_api import expect

from asklepion.world.model import Look, read_look
from tests.journeys.conftest import DESKTOP, PHONE, Enter, Person
from tests.journeys.looking import check_page
from tests.journeys.steps import AMARA, MEI, come_in, go, panel

TITLES = {"en": "My look", "zh-CN": "我的外形"}
GLASSES = {"en": "Glasses", "zh-CN": "眼镜"}
WEAR = {"en": "Wear this", "zh-CN": "就穿这身"}
WITH = {"en": "With you", "zh-CN": "随身"}
GROUPS = {"en": "Parts of your look", "zh-CN": "外形的各部分"}


def worn(person: Person) -> Look:
    """What the house knows of their look."""
    told = person.page.evaluate("fetch('/api/world/look').then((it) => it.json())")
    return msgspec.convert(told, Look)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_one_chooses_before_a_mirror(enter: Enter, size: tuple[int, int], language: str) -> None:
    on = "desktop" if size == DESKTOP else "phone"
    mei = enter("mei", size, language)
    come_in(mei, MEI)
    wardrobe = panel(mei, TITLES[language])
    tabs = wardrobe.get_by_role("tablist", name=GROUPS[language]).get_by_role("tab")

    expect(tabs.first).to_be_visible()
    for number, tab in enumerate(tabs.all()):
        tab.click()
        mei.picture(f"wardrobe-{on}-{language}-{number}")
        check_page(mei, language, f"wardrobe {number}")
    wardrobe.get_by_role("tab", name=WITH[language]).click()
    glasses = wardrobe.get_by_role("switch", name=GLASSES[language])
    before = glasses.get_attribute("aria-checked") == "true"
    glasses.click()
    wardrobe.get_by_role("button", name=WEAR[language]).click()

    expect(wardrobe.get_by_role("button", name=WEAR[language])).to_be_disabled()
    assert worn(mei).glasses is not before


def test_a_keyboard_is_enough(enter: Enter) -> None:
    mei = enter("mei")
    come_in(mei, MEI)
    wardrobe = panel(mei, "My look")
    first = wardrobe.get_by_role("group", name="Build").get_by_role("radio").first
    first.focus()

    mei.page.keyboard.press("ArrowRight")

    expect(wardrobe.get_by_role("radio", name="Medium").first).to_be_checked()


def test_the_white_coat_is_offered_to_clinicians_alone(enter: Enter) -> None:
    for name, who, count in (("mei", MEI, 0), ("amara", AMARA, 1)):
        person = enter(name)
        come_in(person, who)
        wardrobe = panel(person, "My look")
        wardrobe.get_by_role("tab", name="Clothes").click()
        expect(wardrobe.get_by_role("radio", name="Jumper")).to_be_attached()
        expect(wardrobe.get_by_role("radio", name="White coat")).to_have_count(count)

    coat = """
    async () => {
      const look = await fetch('/api/world/look').then((it) => it.json());
      const body = JSON.stringify({ ...look, top: 'coat' });
      return (await fetch('/api/world/look', { method: 'PUT', body })).status;
    }
    """
    mei = enter("mei")
    come_in(mei, MEI)
    mei.faults = []
    assert mei.page.evaluate(coat) == 403
    mei.page.wait_for_timeout(200)
    mei.faults = [fault for fault in mei.faults if "403" not in fault]


def test_who_stands_nearby_sees_the_new_look(enter: Enter) -> None:
    amara, mei = enter("amara"), enter("mei")
    heard: list[str] = []
    amara.page.on(
        "websocket", lambda line: line.on("framereceived", lambda f: heard.append(str(f)))
    )
    for person, name in ((amara, AMARA), (mei, MEI)):
        come_in(person, name)
        go(person, "Plaza")
    wardrobe = panel(mei, "My look")
    wardrobe.get_by_role("button", name="Surprise me").click()
    wardrobe.get_by_role("button", name="Wear this").click()
    expect(wardrobe.get_by_role("button", name="Wear this")).to_be_disabled()
    amara.page.wait_for_timeout(500)

    told = [json.loads(f[f.index("{") : f.rindex("}") + 1]) for f in heard if '"dressed"' in f]

    assert told
    assert read_look(told[-1]["look"]) is not None
