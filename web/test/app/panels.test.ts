import { expect, test } from "vitest";
import { joinPanels } from "../../src/app/panels";
import { panelsOf } from "../../src/kit/place";
import type { Role } from "../../src/kit/session";

const PLACES = ["plaza", "home", "clinic", "consulting-room-1", "place-0123456789ab"];
const ROLES: readonly Role[] = ["patient", "clinician", "trainee", "educator", "operator"];

test.each(PLACES)("in %s no two panels want the same place in a group", (place) => {
  joinPanels();

  const wanted = panelsOf(place, ROLES).map(({ group, order }) => `${group} ${order}`);

  expect(wanted).toEqual([...new Set(wanted)]);
});

test("what is, what may come and what is measured stand apart", () => {
  joinPanels();
  const of = (group: string) =>
    panelsOf("home", ["patient"])
      .filter((one) => one.group === group)
      .map(({ id }) => id);

  expect(of("health")).toEqual(["body", "vitals", "timeline", "alerts"]);
  expect(of("ahead")).toEqual(["risks", "prevention", "futures", "simulation"]);
  expect(of("measuring")).toEqual(["devices", "plans"]);
});

test("in a place that somebody made one talks, and its hosts keep order, as in those of the house", () => {
  joinPanels();
  const inMade = (role: Role) => panelsOf("place-0123456789ab", [role]).map(({ id }) => id);

  expect(inMade("patient")).toContain("voice-outside");
  expect(inMade("patient").filter((id) => id.startsWith("order"))).toEqual([]);
  for (const role of ["operator", "clinician", "educator"] as const) {
    expect(inMade(role)).toEqual(expect.arrayContaining(["voice-outside", "order-made"]));
  }
});
