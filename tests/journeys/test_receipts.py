"""She takes a receipt along; it is checked with no network, from a page that was saved."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, PHONE, Enter, Person, Server
from tests.journeys.steps import MEI, come_in, go, panel

CODES = "/api/records/patients/mei-lin/accesses/{}/receipt/codes"


def a_receipt(mei: Person, into: Path) -> dict[str, str]:
    """Download the newest line's receipt, and look at its code; returns what stands in it."""
    page = mei.page
    listed = panel(mei, "Who looked")
    line = listed.locator("button.access").first
    line.click()
    if line.get_attribute("aria-expanded"):  # many of one kind are one line that opens
        listed.locator(".access-lines button.access").first.click()
    expect(page.get_by_text("The proof holds")).to_be_visible()
    page.get_by_role("button", name="Show as a code").click()
    expect(page.get_by_role("img", name="Code 1 of 1 of this receipt")).to_be_visible()
    mei.picture("receipt-code")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the receipt").click()
    download.value.save_as(into)
    return json.loads(into.read_text())["event"]


def bring(page: Page, receipt: Path) -> None:
    page.locator("input[type=file]").set_input_files(receipt)


@pytest.mark.parametrize(
    ("size", "language", "name"),
    [(DESKTOP, "en-GB", "desktop"), (PHONE, "zh-CN", "phone")],
)
def test_a_receipt_is_checked_offline_on_a_page_that_was_saved(
    enter: Enter,
    server: Server,
    tmp_path: Path,
    size: tuple[int, int],
    language: str,
    name: str,
) -> None:
    mei = enter("mei")
    come_in(mei, MEI)
    go(mei, "Home")
    receipt, saved = tmp_path / "receipt.json", tmp_path / "verify.html"
    event = a_receipt(mei, receipt)
    codes = mei.page.request.get(server.url + CODES.format(event["id"])).json()
    key = mei.page.request.get(f"{server.url}/api/ledger/key").json()["key"]
    saved.write_bytes(mei.page.request.get(f"{server.url}/verify.html").body())
    anybody = enter(name, size, language, at=saved.as_uri())
    page = anybody.page
    page.context.set_offline(True)
    good, bad, another, check = {
        "en-GB": (
            "This receipt holds", "This receipt does not hold", "Check another receipt", "Check",
        ),
        "zh-CN": ("这份凭证成立", "这份凭证不成立", "核验另一份凭证", "核验"),
    }[language]  # fmt: skip
    anybody.picture("verify-empty")

    bring(page, receipt)
    expect(page.get_by_role("heading", name=good, exact=True)).to_be_visible()
    page.get_by_role("textbox").first.fill(key)
    expect(page.locator(".verify-check[data-state=passed]")).to_have_count(4)
    page.evaluate("scrollTo(0, 0)")
    anybody.picture("verify-good")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]

    page.get_by_role("button", name=another).click()
    page.get_by_role("textbox").first.fill("\n".join(code["text"] for code in codes))
    page.get_by_role("button", name=check, exact=True).click()
    expect(page.get_by_role("heading", name=good, exact=True)).to_be_visible()

    told = json.loads(receipt.read_text())
    told["event"]["actor_name"] = "Nobody"
    receipt.write_text(json.dumps(told))
    page.get_by_role("button", name=another).click()
    bring(page, receipt)
    expect(page.get_by_role("heading", name=bad, exact=True)).to_be_visible()
    anybody.picture("verify-bad")
    assert server.command("verify", codes[0]["text"], "--key", key).returncode == 0


def test_the_page_that_checks_receipts_may_ask_for_nothing(enter: Enter, server: Server) -> None:
    anybody = enter("anybody", at=f"{server.url}/verify")
    page = anybody.page
    expect(page.get_by_role("heading", name="Check a receipt")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.context.set_offline(True)
    got = page.evaluate("fetch('/api/ledger/key').then(() => 'through', () => 'refused')")

    assert got == "refused"
    assert asked == []
    anybody.faults.clear()  # the browser tells of what its policy refused
