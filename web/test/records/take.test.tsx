import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { language } from "../../src/kit/text";
import { subject } from "../../src/records/subject";
import { TakePanel } from "../../src/records/TakePanel";
import { leave } from "../../src/records/take";
import { fakeHouse, outcome } from "../house/house";

const PATH = "GET /api/records/patients/mei/record";

beforeEach(() => {
  leave();
  language.set("en");
  subject.set({ patient: "mei", purpose: "PATRQT", visit: null });
});

test("one press takes the whole record along, and says when it is there", async () => {
  const saved = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => {});
  const asked = fakeHouse({
    [PATH]: () => new Response(new Uint8Array(3 * 1024 * 1024), { headers: { "x-things": "340" } }),
  });
  render(<TakePanel />);

  await userEvent.click(screen.getByRole("switch", { name: /every earlier version/ }));
  await userEvent.click(screen.getByRole("button", { name: "Take my record with me" }));

  expect(await screen.findByText("Saved by your browser: 340 entries, 3.0 MB.")).toBeTruthy();
  expect(asked[0]?.path).toContain("history=true");
  expect(saved).toHaveBeenCalledOnce();
});

test("what went wrong is said, and it may be tried again", async () => {
  fakeHouse({ [PATH]: outcome(503, "transient", "A copy is being made already.") });
  render(<TakePanel />);

  await userEvent.click(screen.getByRole("button", { name: "Take my record with me" }));

  expect(await screen.findByText("A copy is being made already.")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Take my record with me" })).toBeTruthy();
});

test("it is hers alone: in a visit it is not shown", () => {
  subject.set({ patient: "mei", purpose: "TREAT", visit: "v" });
  render(<TakePanel />);

  expect(screen.queryByRole("button")).toBeNull();
});
