"""People wear avatars that they brought, and those who are with them see it."""

from playwright.sync_api import FilePayload, Locator, expect

from tests.journeys.conftest import PHONE, SMALL, Enter, Person
from tests.journeys.looking import check_page
from tests.journeys.steps import AMARA, IRIS, come_in, go, panel
from tests.vrms import META, vrm

AS = "([name, as]) => globalThis.__asklepion?.crowd.some((o) => o.name === name && o.as === as)"
JONAS = "Jonas Weber"
SLOW_MS = 60_000  # software draws


def own(person: Person, tab: str = "Your own", title: str = "My look") -> Locator:
    wardrobe = panel(person, title)
    wardrobe.get_by_role("tab", name=tab).click()
    return wardrobe


def bring(wardrobe: Locator, body: bytes) -> None:
    file = FilePayload(name="boxes.vrm", mimeType="model/gltf-binary", buffer=body)
    wardrobe.locator("input[type=file]").set_input_files(file)


def test_one_wears_what_one_brought_and_another_sees_it(enter: Enter) -> None:
    jonas, amara = enter("jonas"), enter("amara", SMALL, scene=True)
    amara.page.set_default_timeout(SLOW_MS)
    for person, name in ((jonas, JONAS), (amara, AMARA)):
        come_in(person, name)
        go(person, "Plaza")
    amara.page.wait_for_function(
        "(n) => globalThis.__asklepion?.crowd.some((o) => o.name === n)", arg=JONAS
    )
    wardrobe = own(jonas)
    bring(wardrobe, vrm())
    row = wardrobe.get_by_role("list", name="Your avatars").get_by_role("listitem")
    expect(row).to_contain_text(f"Made by {META['authors'][0]}.")
    jonas.picture("avatar-brought")

    row.get_by_role("button", name="Wear").click()

    amara.page.wait_for_function(AS, arg=[JONAS, "brought"], timeout=SLOW_MS)
    amara.picture("avatar-seen")
    row.get_by_role("button", name="Delete").click()
    expect(row).to_contain_text("was deleted")
    amara.page.wait_for_function(f"(a) => !({AS})(a)", arg=[JONAS, "brought"], timeout=SLOW_MS)
    row.get_by_role("button", name="Undo").click()
    expect(row.get_by_role("button", name="Wear")).to_be_visible()


def test_what_cannot_be_worn_is_told_with_what_to_do(enter: Enter) -> None:
    iris = enter("iris", PHONE, "zh-CN")
    come_in(iris, IRIS)
    wardrobe = own(iris, "自带形象", "我的外形")
    bring(wardrobe, b"no avatar")
    expect(wardrobe.get_by_text("这不是 VRM 文件。")).to_be_visible()
    check_page(iris, "zh-CN", "own avatar refused")
    iris.faults = []
    bring(wardrobe, vrm(avatarPermission="onlyAuthor"))
    wardrobe.get_by_role("button", name="这是我做的，或我有权穿：带入").click()

    expect(wardrobe.get_by_role("listitem")).to_contain_text("只有作者本人可穿。")
    iris.picture("avatar-phone-zh")
    iris.faults = [fault for fault in iris.faults if "403" not in fault]
