"""What people do together: draw, write, throw and catch, sit down; by mouse and by keyboard."""

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.journeys.conftest import PHONE, SMALL, Enter, Person
from tests.journeys.steps import AMARA, MEI, come_in, go, panel
from tests.serving import start, stop

SHARED = "Things to share"
SLOW_MS = 90_000  # software draws
IS_SHOWN = "img => img.complete && img.naturalWidth > 100"


def shared(person: Person) -> Locator:
    """The panel of what people share here."""
    return panel(person, SHARED)


def open_board(person: Person) -> Locator:
    """The plaza's own whiteboard, on the flat page; gives its dialog."""
    shared(person).get_by_role("button", name="Open: Whiteboard").first.click()
    dialog = person.page.get_by_role("dialog", name="Whiteboard")
    expect(dialog).to_be_visible()
    return dialog


def draw_line(person: Person, dialog: Locator, *points: tuple[float, float]) -> None:
    """With the mouse, from point to point; each a share of the board's width and height."""
    box = dialog.locator("canvas").bounding_box()
    assert box
    spots = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    mouse = person.page.mouse
    mouse.move(*spots[0])
    mouse.down()
    for spot in spots[1:]:
        mouse.move(*spot, steps=12)
    mouse.up()


def holds(dialog: Locator, lines: int, words: int) -> None:
    """Expect so much on a board, as it is read out."""
    told = f"Lines drawn: {lines}, texts: {words}" if lines + words else "Nothing is on it"
    expect(dialog.locator("canvas")).to_have_attribute("aria-label", re.compile(told))


def close(person: Person) -> None:
    person.page.keyboard.press("Escape")
    expect(person.page.get_by_role("dialog")).to_have_count(0)


def test_what_one_draws_the_other_sees_and_it_is_there_after_a_restart(
    enter: Enter, tmp_path: Path
) -> None:
    server = start(tmp_path, "--demo")
    try:
        amara, mei = (enter(name, at=server.url) for name in ("amara", "mei"))
        come_in(amara, AMARA)
        come_in(mei, MEI)
        hers, his = open_board(mei), open_board(amara)
        draw_line(amara, his, (0.2, 0.2), (0.5, 0.7), (0.8, 0.2))
        his.get_by_role("button", name="Red").click()
        draw_line(amara, his, (0.2, 0.8), (0.8, 0.8))
        holds(hers, 2, 0)
        hers.get_by_label("Words to write on it").fill("Drink enough water")
        hers.get_by_role("button", name="Write").click()
        holds(his, 2, 1)
        expect(hers.get_by_text("Saved", exact=True)).to_be_visible()
        expect(his.get_by_text("Saved", exact=True)).to_be_visible()
        for person in (amara, mei):
            person.picture("board-together")
            person.page.close()
    finally:
        stop(server)

    server = start(tmp_path, "--demo")
    try:
        mei = enter("mei", at=server.url)
        come_in(mei, MEI)
        board = open_board(mei)
        holds(board, 2, 1)
        board.get_by_text("What is written on it").click()
        expect(board.get_by_role("listitem")).to_have_text("Drink enough water")
        mei.picture("board-after-restart")
        mei.page.close()
    finally:
        stop(server)


def test_one_takes_back_what_one_drew_and_wipes_nothing_of_others(enter: Enter) -> None:
    amara, mei = enter("amara"), enter("mei")
    come_in(amara, AMARA)
    come_in(mei, MEI)
    his, hers = open_board(amara), open_board(mei)
    draw_line(amara, his, (0.1, 0.1), (0.4, 0.3))
    draw_line(mei, hers, (0.6, 0.6), (0.9, 0.9))
    holds(hers, 2, 0)
    holds(his, 2, 0)

    his.get_by_role("button", name="Wipe").click()
    holds(hers, 1, 0)
    his.get_by_role("button", name="Undo").click()
    holds(hers, 2, 0)
    hers.get_by_role("button", name="Undo").click()
    holds(his, 1, 0)
    his.get_by_role("button", name="Undo").click()
    holds(hers, 0, 0)


def test_a_note_is_read_by_the_other(enter: Enter) -> None:
    amara, mei = enter("amara"), enter("mei", PHONE)
    come_in(amara, AMARA)
    come_in(mei, MEI)
    shared(amara).get_by_role("button", name="New note").click()
    shared(amara).get_by_role("button", name="Open: Note", exact=True).click()
    note = amara.page.get_by_role("dialog", name="Note")
    note.get_by_label("Text").fill("See you at four\nby the fountain")
    note.get_by_role("button", name="Teal").click()
    amara.picture("note-written")
    note.get_by_role("button", name="Stick it on").click()

    line = shared(mei).get_by_role("listitem").filter(has_text="See you at four")
    expect(line).to_contain_text("Made by Dr Amara Okafor")
    line.get_by_role("button", name=re.compile("Open")).click()
    expect(mei.page.get_by_label("Text")).to_have_value("See you at four\nby the fountain")
    mei.picture("note-on-a-phone")
    close(mei)

    shared(amara).get_by_role("button", name=re.compile("Take away: Note")).click()
    expect(line).to_have_count(0)
    shared(amara).get_by_role("button", name="Undo").click()
    expect(line).to_have_count(1)
    shared(amara).get_by_role("button", name=re.compile("Take away: Note")).click()
    expect(line).to_have_count(0)


def test_one_throws_a_ball_and_the_other_catches_it(enter: Enter) -> None:
    amara, mei = enter("amara"), enter("mei")
    come_in(amara, AMARA)
    come_in(mei, MEI)
    his, hers = shared(amara), shared(mei)
    expect(hers.get_by_role("button", name="Take: Ball").first).to_be_enabled()
    his.get_by_role("button", name="Take: Ball").first.click()
    expect(hers.get_by_text("Dr Amara Okafor has it")).to_be_visible()
    expect(hers.get_by_role("button", name="Take: Ball").first).to_be_disabled()
    amara.picture("ball-in-hand")

    amara.page.locator(".hands-bar").get_by_role("button", name="Throw").click()
    hers.get_by_role("button", name="Catch: Ball").click()
    expect(his.get_by_text(re.compile("Mei.* has it"))).to_be_visible()
    mei.page.locator(".hands-bar").get_by_role("button", name="Put down").click()
    expect(his.get_by_role("button", name="Take: Ball").first).to_be_enabled()


def test_one_sits_down_and_nobody_else_on_that_seat(enter: Enter) -> None:
    amara, mei = enter("amara"), enter("mei")
    come_in(amara, AMARA)
    come_in(mei, MEI)
    his, hers = shared(amara), shared(mei)
    expect(hers.get_by_text("Free seats: 10")).to_be_visible()

    his.get_by_role("button", name=re.compile("^Sit down")).click()
    expect(his.get_by_text("You are sitting")).to_be_visible()
    expect(hers.get_by_text("Free seats: 9")).to_be_visible()
    hers.get_by_role("button", name=re.compile("^Sit down")).click()
    expect(his.get_by_role("button", name="Stand up")).to_be_visible()
    expect(hers.get_by_text("You are sitting")).to_be_visible()
    mei.picture("sitting")
    for panel_ in (his, hers):
        panel_.get_by_role("button", name="Stand up").click()
    expect(hers.get_by_text("Free seats: 10")).to_be_visible()


def test_by_keyboard_alone_one_draws_writes_and_takes_it_back(enter: Enter) -> None:
    mei = enter("mei")
    come_in(mei, MEI)
    dialog = open_board(mei)
    keyboard = mei.page.keyboard

    mei.page.locator("canvas.board-surface").focus()
    keyboard.press("Space")
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        for _ in range(8):
            keyboard.press(key)
    keyboard.press("Space")
    holds(dialog, 1, 0)
    keyboard.press("Tab")
    keyboard.type("Square")
    keyboard.press("Enter")
    holds(dialog, 1, 1)
    mei.picture("board-by-keyboard")
    undo = dialog.get_by_role("button", name="Undo")
    for lines in (1, 0):
        undo.focus()
        keyboard.press("Enter")
        holds(dialog, lines, 0)
    close(mei)


def test_one_shows_pictures_and_the_other_turns_the_page(enter: Enter) -> None:
    amara, mei = enter("amara"), enter("mei")
    come_in(amara, AMARA)
    come_in(mei, MEI)
    files = [amara.picture("first-page"), amara.picture("second-page")]
    shared(amara).get_by_label("Show pictures").set_input_files(files)
    name = "Pictures: first-page-amara"

    shared(mei).get_by_role("button", name=f"Open: {name}").click()
    dialog = mei.page.get_by_role("dialog", name=name)
    slide = dialog.get_by_role("img", name=f"{name}, Page 1 of 2")
    expect(slide).to_be_visible()
    mei.page.wait_for_function(IS_SHOWN, arg=slide.element_handle())
    dialog.get_by_role("button", name="Next").click()
    mei.picture("slides")

    line = shared(amara).get_by_role("listitem").filter(has_text=name)
    expect(line).to_contain_text("Page 2 of 2")
    line.get_by_role("button", name=f"Take away: {name}").click()
    expect(dialog).to_have_count(0)


def test_in_the_scene_one_draws_on_a_board_that_stands_there(enter: Enter, tmp_path: Path) -> None:
    server = start(tmp_path, "--demo")  # of its own: no notice of others lies over the scene
    try:
        draw_in_the_scene(enter("mei", SMALL, scene=True, at=server.url))
    finally:
        stop(server)


def draw_in_the_scene(mei: Person) -> None:
    mei.page.set_default_timeout(SLOW_MS)
    come_in(mei, MEI)
    go(mei, "Home")
    mei.page.wait_for_function("() => globalThis.__asklepion?.stats.frames > 10", timeout=SLOW_MS)
    shared(mei).get_by_role("button", name="New whiteboard").click()
    line = shared(mei).get_by_role("listitem").filter(has_text="Whiteboard")
    expect(line).to_contain_text("Nothing is on it", timeout=SLOW_MS)
    mei.page.locator(".dock-rail").get_by_role("button", name=SHARED).click()
    mei.page.wait_for_timeout(2000)
    mei.picture("board-in-the-scene-empty")

    mouse = mei.page.mouse
    mouse.move(230, 140)
    mouse.down()
    for x, y in ((240, 145), (255, 165), (275, 165), (290, 145)):
        mouse.move(x, y)
        mei.page.wait_for_timeout(150)
    mouse.up()
    mei.page.wait_for_timeout(1000)
    mei.picture("board-in-the-scene")

    line = shared(mei).get_by_role("listitem").filter(has_text="Whiteboard")
    expect(line).to_contain_text("Lines drawn: 1", timeout=SLOW_MS)
    mei.page.close()
