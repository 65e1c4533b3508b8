"""Looking at pages: what every one of them keeps, whoever reads it, on whatever."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Person
from tests.journeys.steps import unfold

THUMB_PX = 40
# A record, a name, a choice of languages and a program speak their own; what a page says does not.
OWN_WORDS = "[lang='en'], [lang=''], option[lang], code, .avatar"
SAID = """
(own) => {
  const page = document.body.cloneNode(true);
  for (const one of page.querySelectorAll(`${own}, script, style`)) one.remove();
  const labels = [...page.querySelectorAll("[aria-label], [placeholder], [title]")];
  const said = ["aria-label", "placeholder", "title"].flatMap((name) =>
    labels.map((one) => one.getAttribute(name) ?? ""));
  return [page.textContent, ...said].join("\\n");
}
"""
NAMES = (
    "Asklepion|Bedside monitor|Mei Lin|Jonas Weber|Dr Amara Okafor|Iris Keeper|English|Synthea"
    "|PNG|JPEG|WebP|GLB|MB|FHIR|C-CDA|CDA|HL7|XML|CSV|DICOM|NDJSON|JSON|zip|MQTT|CT|NEWS2|PREVENT"
    "|SCORE2-OP|SCORE2|CKD-EPI|eGFR"
    "|HbA1c|HDL|LDL|ALT|AST|SpO|TSH|BMI"
    "|Nora Weber|Lina Weber|Tomas Reyes|RelatedPerson|Patient|mei-lin|lina-weber|nora-weber"
    "|ERC-1271|ASKLEPION_ADDRESS|https|http|localhost"
    "|mmol/mol|mmol/L|mg/dL|mIU/L|mmHg|mg/g|mL|min|kg|cm|UCUM|LOINC|Enter|VR|AR"
)
SMALL_TARGETS = """
(least) => {
  const asked = "button, a[href], input, select, textarea, summary, [role=button], [role=switch]";
  const found = [];
  for (const one of document.querySelectorAll(asked)) {
    const target = one.closest("label") ?? one;
    if (!target.checkVisibility() || one.matches(".unseen, .skip")) continue;
    if (target.closest("p") && one.matches("a")) continue; // a link in a sentence
    const { width, height } = target.getBoundingClientRect();
    if (Math.min(width, height) < least - 0.5)
      found.push(`${one.className || one.tagName}: ${Math.round(width)} x ${Math.round(height)}`);
  }
  return [...new Set(found)];
}
"""


def check_page(person: Person, language: str, what: str) -> None:
    """Nothing reaches over the edge, is too small for a thumb, or is left in English."""
    page = person.page
    size = page.viewport_size
    assert size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], what
    if size["width"] <= PHONE[0]:
        small = page.evaluate(SMALL_TARGETS, THUMB_PX)
        assert small == [], f"{what}: {small}"
    if language == "zh-CN":
        words = re.sub(NAMES, "", page.evaluate(SAID, OWN_WORDS))
        english = re.findall(r"[A-Za-z]{2,}", words)
        assert english == [], f"{what}: {english}"


def look_at_panels(person: Person, language: str, place: str, on: str = "phone") -> None:
    """Open every panel of a place, one after the other."""
    panels = person.page.locator("#dock-panel")
    for number, tab in enumerate(person.page.locator(".dock-tab").all()):
        unfold(tab)
        if tab.get_attribute("aria-expanded") != "true":
            tab.click()
        expect(panels).to_have_attribute("aria-label", tab.inner_text())
        expect(panels.locator(".waiting")).to_have_count(0)
        person.picture(f"{on}-{place}-{number}")
        check_page(person, language, f"{place}: {tab.inner_text()}")
