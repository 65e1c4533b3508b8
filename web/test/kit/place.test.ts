import { Info } from "lucide-react";
import { beforeEach, describe, expect, test } from "vitest";
import {
  addPanels,
  arrived,
  goTo,
  isIn,
  lost,
  type Panel,
  panelsOf,
  refused,
  whereabouts,
} from "../../src/kit/place";
import type { Role } from "../../src/kit/session";

function panel(id: string, places: string[], roles: Role[], order: number): Panel {
  const group = "record";
  return { id, titleKey: id, icon: Info, places, roles, group, order, Component: () => null };
}

describe("panels", () => {
  test("are those of the place and the role, in their order", () => {
    addPanels(
      panel("t-late", ["t-home"], [], 9),
      panel("t-early", ["t-home"], ["patient"], 1),
      panel("t-other", ["t-plaza"], [], 1),
      panel("t-doctor", ["t-home"], ["clinician"], 1),
    );

    expect(panelsOf("t-home", ["patient"]).map(({ id }) => id)).toEqual(["t-early", "t-late"]);
  });

  test("stand by their groups first", () => {
    addPanels(
      { ...panel("g-chat", ["g-home"], [], 1), group: "here" },
      { ...panel("g-share", ["g-home"], [], 2), group: "sharing" },
      { ...panel("g-body", ["g-home"], [], 3), group: "health" },
    );

    expect(panelsOf("g-home", []).map(({ id }) => id)).toEqual(["g-body", "g-share", "g-chat"]);
  });

  test("may stand in every room of a kind", () => {
    expect(isIn("consulting-room-2", ["consulting-room-*"])).toBe(true);
    expect(isIn("clinic", ["consulting-room-*"])).toBe(false);
    expect(isIn("anywhere", ["*"])).toBe(true);
  });
});

describe("where we are", () => {
  beforeEach(() => arrived("plaza", []));

  test("changes through a door, and is empty until the place answers", () => {
    goTo("clinic");

    expect(whereabouts.get()).toMatchObject({ place: "clinic", state: "entering", people: [] });
  });

  test("does not change through the door of the same place", () => {
    goTo("plaza");

    expect(whereabouts.get().state).toBe("here");
  });

  test("can be tried again where we were refused", () => {
    goTo("home");
    refused("home", "world.closed.full");
    expect(whereabouts.get()).toMatchObject({ state: "refused", reasonKey: "world.closed.full" });

    goTo("home");
    expect(whereabouts.get().state).toBe("entering");
  });

  test("stays known while the line is lost", () => {
    lost();

    expect(whereabouts.get()).toMatchObject({ place: "plaza", state: "lost" });
  });
});
