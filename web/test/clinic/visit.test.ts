import { renderHook } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { change, hearVisit, useVisit, useVisitLine, walkIn } from "../../src/clinic/visit";
import { FakeStream, fakeHouse, fakeStreams } from "../house/house";
import { granted, visit } from "./visits";

const CLINICIAN = { my_part: "clinician" } as const;

beforeEach(() => hearVisit(null));

/** The line of one visit, and what is known of it. */
function follow() {
  fakeStreams();
  const { result } = renderHook(() => {
    useVisitLine();
    return useVisit();
  });
  return { say: (told: unknown) => FakeStream.open[0]?.say({ visit: told }), known: result };
}

test("an answer that was overtaken by the line hides nobody who came in meanwhile", async () => {
  const line = follow();
  fakeHouse({
    "POST /api/clinic/visits": () => {
      line.say(visit(CLINICIAN)); // she comes in while the answer "nobody yet" is on its way
      return { visit: null };
    },
  });

  await walkIn("consulting-room-1");

  expect(line.known.current.visit?.id).toBe("v1");
});

test("an answer that was overtaken by the line brings nothing back that was taken back", async () => {
  const line = follow();
  line.say(granted(CLINICIAN));
  fakeHouse({
    "POST /api/clinic/visits/v1/ask": () => {
      line.say(visit({ ...CLINICIAN, answer: "ended" }));
      return { visit: granted(CLINICIAN) };
    },
  });

  await change("v1", "ask");

  expect(line.known.current.visit?.granted).toEqual([]);
});

test("an answer counts at once while the line is silent", async () => {
  const line = follow();
  fakeHouse({ "POST /api/clinic/visits": { visit: visit() } });

  await walkIn("consulting-room-1");

  expect(line.known.current.visit?.id).toBe("v1");
});
