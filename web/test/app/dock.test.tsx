import { act, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { PersonStanding } from "lucide-react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { Dock } from "../../src/app/Dock";
import catalogue from "../../src/app/text.en.json";
import { type Panel, type PanelGroup, showPanel } from "../../src/kit/place";
import { addTexts } from "../../src/kit/text";

const common = {
  titleKey: "kit.close",
  icon: PersonStanding,
  places: [],
  roles: [],
  group: "health",
  order: 0,
} as const;
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

describe("where there are many panels", () => {
  const panel = (id: string, group: PanelGroup): Panel => ({
    ...common,
    id,
    titleKey: id,
    group,
    Component: () => <p>{`content of ${id}`}</p>,
  });
  const many = [
    ...["h1", "h2", "h3", "h4", "h5"].map((id) => panel(id, "health")),
    ...["r1", "r2", "r3", "r4"].map((id) => panel(id, "record")),
    ...["c1", "c2"].map((id) => panel(id, "here")),
  ];

  beforeEach(() => {
    addTexts("en", catalogue);
    vi.stubGlobal("matchMedia", () => ({ matches: false }));
  });

  function isSeen(name: string): boolean {
    return screen.queryByRole("button", { name }) !== null;
  }

  test("they stand in named groups, and as many are unfolded as there is room for", () => {
    render(<Dock place="home" panels={many} />);

    expect(screen.getByRole("group", { name: "Health" })).toBeTruthy();
    expect(screen.getByRole("button", { name: "Health", expanded: true })).toBeTruthy();
    expect(screen.getByRole("button", { name: "Record", expanded: false })).toBeTruthy();
    expect([isSeen("h5"), isSeen("r1"), isSeen("c1")]).toEqual([true, false, true]);
  });

  test("a group unfolds by its name, and the oldest folds where that is too much", async () => {
    render(<Dock place="home" panels={many} />);

    await userEvent.click(screen.getByRole("button", { name: "Record" }));
    expect([isSeen("h1"), isSeen("r1"), isSeen("c1")]).toEqual([false, true, false]);

    await userEvent.click(screen.getByRole("button", { name: "Record" }));
    expect(isSeen("r1")).toBe(false);
  });

  test("on a phone one group stands open at a time", async () => {
    vi.stubGlobal("matchMedia", () => ({ matches: true }));
    render(<Dock place="home" panels={many} />);
    expect([isSeen("h1"), isSeen("r1"), isSeen("c1")]).toEqual([true, false, false]);

    await userEvent.click(screen.getByRole("button", { name: "Here" }));

    expect([isSeen("h1"), isSeen("r1"), isSeen("c1")]).toEqual([false, false, true]);
  });

  test("the group of what the scene opens unfolds", () => {
    render(<Dock place="home" panels={many} />);

    act(() => showPanel("r3"));

    expect(screen.getByText("content of r3")).toBeTruthy();
    expect(screen.getByRole("button", { name: "r3", expanded: true })).toBeTruthy();
  });

  test("whoever closes a panel whose group is folded is at the group's name", async () => {
    render(<Dock place="home" panels={many} />);
    await userEvent.click(screen.getByRole("button", { name: "Health" }));
    expect(screen.getByText("content of h1")).toBeTruthy();

    await userEvent.click(screen.getByRole("button", { name: "Close" }));

    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Health" }));
  });

  test("few stand all at once, parted but not folded", () => {
    render(<Dock place="home" panels={many.slice(4, 8)} />);

    expect(screen.getByRole("group", { name: "Record" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Record" })).toBeNull();
    expect([isSeen("h5"), isSeen("r3")]).toEqual([true, true]);
  });
});
