"""The operator finds one person twice, looks, merges, and takes it back, in a real browser."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from .conftest import PHONE, Enter, Server
from .steps import IRIS, come_in, go, panel

MOVED = [{"line": ["12 Mill Lane"], "city": "York", "postalCode": "YO1 7HH"}]


def person(id: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": id,
        "name": [{"family": "Haverkamp", "given": ["Liesel"]}],
        "birthDate": "1951-07-03",
        "gender": "female",
        "telecom": [{"system": "phone", "value": "+44 20 7946 0911"}],
        "address": [{"line": ["7 Olive Street"], "city": "Leeds", "postalCode": "LS1 4AP"}],
        **more,
    }


def test_one_person_who_is_here_twice_becomes_one_and_two_again(
    enter: Enter, server: Server, tmp_path: Path
) -> None:
    name = [{"family": "Haverkamp-Brandt", "given": ["Liesl"]}]
    twice = [
        person("liesel-2019"),
        person("liesel-2024", name=name, birthDate="1951-03-07", address=MOVED),
    ]
    file = tmp_path / "twice.ndjson"
    file.write_text("".join(json.dumps(each) + "\n" for each in twice))
    assert server.command("import", str(file)).returncode == 0
    iris = enter("iris")
    come_in(iris, IRIS)
    go(iris, "Home")
    queue = panel(iris, "Duplicates")

    line = queue.get_by_role("listitem").filter(has_text="liesel-2019").first
    for _ in range(10):  # the house compares what is new every few seconds
        if line.is_visible():
            break
        iris.page.wait_for_timeout(1000)
        queue.get_by_role("button", name="Refresh").click()
    expect(line).to_be_visible()
    expect(queue.get_by_text("Haverkamp")).to_have_count(0)
    iris.picture("duplicates-list")
    line.get_by_role("button", name="Compare").click()
    dialog = iris.page.get_by_role("dialog")
    expect(dialog.get_by_text("Liesl Haverkamp-Brandt")).to_be_visible()
    iris.picture("duplicates-two")
    dialog.get_by_label("How do you know?").select_option("document")
    dialog.get_by_role("button", name="Merge").click()

    expect(queue.get_by_text("No duplicates found")).to_be_visible()
    queue.get_by_role("button", name="Separate again").click()
    iris.picture("duplicates-merged")
    queue.get_by_role("button", name="Yes, separate").click()
    expect(queue.get_by_text("Separated again")).to_be_visible()


def test_on_a_phone_and_in_chinese_the_two_stand_side_by_side(
    enter: Enter, server: Server, tmp_path: Path
) -> None:
    twice = [
        person("lin-1", name=[{"text": "林小明"}], birthDate="1962-08-20"),
        person("lin-2", name=[{"family": "林", "given": ["晓明"]}], birthDate="1962-08-20"),
    ]
    file = tmp_path / "twice.ndjson"
    file.write_text("".join(json.dumps(each) + "\n" for each in twice))
    assert server.command("import", str(file)).returncode == 0
    iris = enter("iris-phone", PHONE, "zh-CN")
    come_in(iris, IRIS)
    page = iris.page
    page.get_by_role("button", name="前往其他地方").click()
    page.get_by_role("navigation", name="前往其他地方").get_by_role("button", name="我的家").click()
    page.get_by_role("button", name="重复病历", exact=True).click()

    line = page.get_by_role("listitem").filter(has_text="lin-1").first
    for _ in range(10):
        if line.is_visible():
            break
        page.wait_for_timeout(1000)
        page.get_by_role("button", name="刷新").click()
    iris.picture("duplicates-list")
    line.get_by_role("button", name="比对").click()

    for name in ("林小明", "林晓明"):
        expect(page.get_by_role("dialog").get_by_text(name)).to_be_visible()
    iris.picture("duplicates-two")
    wide = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wide
