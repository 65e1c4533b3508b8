import { describe, expect, test } from "vitest";
import { buildDoor } from "../../src/world/scene/doors";
import { buildHouse } from "../../src/world/scene/house";
import { Mason } from "../../src/world/scene/mason";
import { buildThing, isDrawn } from "../../src/world/scene/things";
import { placeFiles } from "./places";

function unsound(build: (mason: Mason) => void): string[] {
  const mason = new Mason();
  build(mason);
  return [...mason.finish()].flatMap(([stuff, geometry]) => {
    const bad = ["position", "normal", "color", "uv"].filter((name) =>
      Array.from(geometry.getAttribute(name).array).some((value) => !Number.isFinite(value)),
    );
    return bad.map((name) => `${stuff} ${name}`);
  });
}

describe.each(placeFiles)("the place $id", (place) => {
  test("has only things that somebody drew", () => {
    const unknown = place.things.filter(({ kind }) => !isDrawn(kind)).map(({ kind }) => kind);

    expect(unknown).toEqual([]);
  });

  test("is built of finite numbers, thing by thing", () => {
    const wrong = [
      ...place.things.map((t) => [t.kind, unsound((m) => buildThing(m, t, place.doors))] as const),
      ...place.buildings.map((b) => [b.kind, unsound((m) => buildHouse(m, b))] as const),
      ...place.doors.map((d) => [d.id, unsound((m) => buildDoor(m, d))] as const),
    ].filter(([, bad]) => bad.length > 0);

    expect(wrong).toEqual([]);
  });
});
