import { Bone } from "three";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Motion } from "../../../src/wire/world";
import { EMOTES, listenForEmotes } from "../../../src/world/people/emote-keys";
import { EMOTES_S, show } from "../../../src/world/people/emotes";

function skeleton(): Map<string, Bone> {
  const names = ["Spine", "Spine1", "Neck", "Head", "LeftArm", "RightArm", "LeftForeArm"];
  names.push("RightForeArm", "RightHand", "RightHandIndex1", "RightHandThumb1");
  return new Map(names.map((name) => [name, new Bone()]));
}

function turned(bones: Map<string, Bone>): string[] {
  const far = ({ rotation: { x, y, z } }: Bone) => Math.hypot(x, y, z) > 0.02;
  return [...bones].filter(([, bone]) => far(bone)).map(([name]) => name);
}

describe("a gesture", () => {
  const passing = Object.entries(EMOTES_S) as [Motion, number][];

  test.each(passing)("%s moves the body, and passes", (motion, long_s) => {
    const [middle, after] = [skeleton(), skeleton()];

    show(middle, { motion, for_s: long_s * 0.5 });
    show(after, { motion, for_s: long_s + 0.01 });

    expect(turned(middle)).not.toEqual([]);
    expect(turned(after)).toEqual([]);
  });

  test("leaves the legs to whoever walks", () => {
    const bones = skeleton().set("LeftUpLeg", new Bone());

    for (const [motion] of passing) show(bones, { motion, for_s: 0.8 });

    expect(turned(bones)).not.toContain("LeftUpLeg");
  });

  test("of thanks lays the right hand on the heart, and the left stays", () => {
    const bones = skeleton();

    show(bones, { motion: Motion.HEART, for_s: 1 });

    expect(turned(bones)).toContain("RightForeArm");
    expect(turned(bones)).not.toContain("LeftForeArm");
  });
});

describe("the digits", () => {
  let stop = () => {};
  afterEach(() => stop());
  const press = (code: string, target: EventTarget = document.body, more: KeyboardEventInit = {}) =>
    target.dispatchEvent(new KeyboardEvent("keydown", { code, bubbles: true, ...more }));

  test("show one gesture each", () => {
    const shown = vi.fn();
    stop = listenForEmotes(shown);

    for (const i of EMOTES.keys()) press(`Digit${i + 1}`);
    press("Digit9");
    press("Digit1", document.body, { ctrlKey: true });
    press("Digit1", document.body, { repeat: true });

    expect(shown.mock.calls.flat()).toEqual([...EMOTES]);
  });

  test("belong to whoever writes", () => {
    const shown = vi.fn();
    stop = listenForEmotes(shown);
    const field = document.body.appendChild(document.createElement("input"));

    press("Digit1", field);
    field.remove();

    expect(shown).not.toHaveBeenCalled();
  });
});
