"""A photo of the plaza, with oneself in it."""

from playwright.sync_api import expect

from tests.journeys.conftest import PICTURES, SMALL, Enter
from tests.journeys.steps import MEI, come_in, panel

SLOW_MS = 90_000  # software draws
DRAWN = "(after) => globalThis.__asklepion?.stats.frames > after"
EVENING = (
    "localStorage.setItem('asklepion.drawing', 'plain');"
    "localStorage.setItem('asklepion.daylight', 'evening')"
)
BRIGHTNESS = """
async (img) => {
  await img.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 36 });
  const pen = canvas.getContext('2d');
  pen.drawImage(img, 0, 0, 64, 36);
  const { data } = pen.getImageData(0, 0, 64, 36);
  const lights = Array.from({ length: 64 * 36 }, (_, i) => data[4 * i + 1]);
  return [Math.min(...lights), Math.max(...lights)];
}
"""


def test_one_looks_back_at_oneself_takes_a_photo_and_puts_it_up(enter: Enter) -> None:
    mei = enter("mei", SMALL, scene=True, script=EVENING)
    mei.page.set_default_timeout(SLOW_MS)
    come_in(mei, MEI)
    mei.page.wait_for_function(DRAWN, arg=8, timeout=SLOW_MS)
    photo = panel(mei, "Photo")
    photo.get_by_role("switch", name="Look back at yourself").click()
    mei.page.wait_for_timeout(1500)

    photo.get_by_role("button", name="Take a photo").click()

    picture = photo.get_by_role("img", name="Plaza")
    expect(picture).to_be_visible(timeout=SLOW_MS)
    dark, bright = picture.evaluate(BRIGHTNESS)
    assert bright - dark > 60  # a picture of something
    mei.picture("photo")
    with mei.page.expect_download() as download:
        photo.get_by_role("button", name="Save").click()
    assert download.value.suggested_filename == "Plaza.jpg"
    download.value.save_as(PICTURES / "photo.jpg")
    photo.get_by_role("button", name="Put it up here").click()
    expect(picture).to_have_count(0, timeout=SLOW_MS)
    shared = panel(mei, "Things to share")
    expect(shared.get_by_role("button", name="Open: Pictures: Plaza")).to_be_visible()
