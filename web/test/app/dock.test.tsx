import { act, render, screen } from "@testing-library/react";
import { PersonStanding } from "lucide-react";
import { expect, test, vi } from "vitest";
import { Dock } from "../../src/app/Dock";
import { showPanel } from "../../src/kit/place";

const common = { titleKey: "kit.close", icon: PersonStanding, places: [], roles: [], order: 0 };
const First = () => <p>the first panel</p>;
const Body = () => <p>the body</p>;
const panels = [
  { ...common, id: "first", Component: First },
  { ...common, id: "body", Component: Body },
];

test("what is touched in the scene opens its panel, whichever was open", () => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  render(<Dock place="home" panels={panels} />);
  expect(screen.queryByText("the body")).toBeNull();

  act(() => showPanel("body"));

  expect(screen.getByText("the body")).toBeTruthy();
  expect(screen.queryByText("the first panel")).toBeNull();
});
