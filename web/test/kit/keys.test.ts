import { afterEach, expect, test, vi } from "vitest";
import { isWriting } from "../../src/kit/keys";
import { listenForEmotes } from "../../src/world/people/emote-keys";
import { listenForTalk } from "../../src/world/talk/keys";
import { TouchByPointer } from "../../src/world/things/touch-by-pointer";
import { Controls } from "../../src/world/walk/controls";

function put(html: string): HTMLElement {
  document.body.innerHTML = html;
  return document.body.querySelector<HTMLElement>("#it") ?? document.body;
}

function press(code: string, on: HTMLElement): void {
  const key = code.replace(/^(Key|Digit)/, "").toLowerCase();
  on.dispatchEvent(new KeyboardEvent("keydown", { code, key, bubbles: true }));
}

afterEach(() => put(""));

test.each([
  '<input id="it">',
  '<input id="it" type="search">',
  '<textarea id="it"></textarea>',
  '<select id="it"></select>',
  '<div contenteditable><b id="it"></b></div>',
  '<dialog open><button id="it"></button></dialog>',
  '<dialog open></dialog><button id="it"></button>',
])("keys are left to whoever writes, chooses or answers: %s", (html) => {
  expect(isWriting(put(html))).toBe(true);
});

test.each([
  '<button id="it"></button>',
  '<input id="it" type="checkbox">',
  '<input id="it" type="radio">',
  '<input id="it" type="range">',
  '<dialog></dialog><a id="it"></a>',
])("a switch or slider one has just used takes none: %s", (html) => {
  expect(isWriting(put(html))).toBe(false);
});

test("in a dialog no key talks, mutes, waves, walks or points", () => {
  const it = put('<canvas></canvas><dialog open><button id="it"></button></dialog>');
  const canvas = document.querySelector("canvas") as HTMLCanvasElement;
  const did = vi.fn();
  const controls = new Controls(canvas, { turn: did, zoom: did, isHeld: () => false });
  const touch = { point: did, press: did, drag: did, release: did };
  const pointer = new TouchByPointer(canvas, touch as never, vi.fn());
  const stops = [
    listenForTalk({ isOn: () => true, hold: did, toggleMute: did }),
    listenForEmotes(did),
    () => controls.dispose(),
    () => pointer.dispose(),
  ];
  canvas.dispatchEvent(new MouseEvent("pointermove", { bubbles: true }));

  for (const code of ["KeyV", "KeyM", "Digit1", "KeyW", "KeyP"]) press(code, it);

  expect(did).not.toHaveBeenCalled();
  expect(controls.wish).toMatchObject({ ahead: 0, right: 0 });
  document.querySelector("dialog")?.removeAttribute("open");
  for (const code of ["KeyV", "KeyM", "Digit1", "KeyW", "KeyP"]) press(code, document.body);
  expect(controls.wish.ahead).toBe(1);
  expect(did).toHaveBeenCalledTimes(4);
  for (const stop of stops) stop();
});
