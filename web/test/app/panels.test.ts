import { expect, test } from "vitest";
import { joinPanels } from "../../src/app/panels";
import { panelsOf } from "../../src/kit/place";
import type { Role } from "../../src/kit/session";

const PLACES = ["plaza", "home", "clinic", "consulting-room-1"];
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
