import { act, render, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { FileText } from "lucide-react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { App } from "../../src/app/App";
import { Dock } from "../../src/app/Dock";
import { isOpenPlace, places } from "../../src/app/places";
import { followAddress, readAddress } from "../../src/app/route";
import { setView } from "../../src/app/view";
import { arrived, goTo, type Panel, whereabouts } from "../../src/kit/place";
import { type Me, session } from "../../src/kit/session";
import { subject } from "../../src/records/subject";
import { fakeHouse, fakeStreams, outcome, Reply } from "../house/house";
import { placeFiles } from "../world/places";

const MEI: Me = {
  account: "1",
  name: "Mei Lin",
  roles: ["patient"],
  person: "Patient/p1",
  language: "en",
};
const STRANGER = outcome(401, "login", "You are not signed in.");

class SilentSocket {
  static readonly OPEN = 1;
  readyState = 0;
  binaryType = "";
  send(): void {}
  close(): void {}
}

function phone(isPhone: boolean): void {
  vi.stubGlobal("matchMedia", () => ({ matches: isPhone }));
}

beforeEach(() => {
  fakeStreams();
  phone(false);
  vi.stubGlobal("WebSocket", SilentSocket);
  setView("flat");
  history.replaceState(null, "", "#/plaza");
  arrived("plaza");
  session.set({ state: "unknown", me: null });
});

describe("the whole client", () => {
  test("shows a stranger the door", async () => {
    fakeHouse({ "GET /api/identity/me": STRANGER });
    render(<App />);

    expect(await screen.findByRole("button", { name: "Come in" })).toBeTruthy();
  });

  test("says so when the house cannot be reached, and asks again", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no")));
    render(<App />);
    expect((await screen.findByRole("alert")).textContent).toContain("cannot be reached");

    fakeHouse({ "GET /api/identity/me": STRANGER });
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));

    expect(await screen.findByRole("button", { name: "Come in" })).toBeTruthy();
  });

  test("follows an opening link before anything else", async () => {
    history.replaceState(null, "", "#/opening?token=once");
    fakeHouse({ "GET /api/identity/me": STRANGER });
    render(<App />);

    expect(await screen.findByRole("heading", { name: "Open your house" })).toBeTruthy();
  });

  test("leads through doors by name, and opens one's own record at home alone", async () => {
    fakeHouse({ "GET /api/identity/me": MEI });
    render(<App />);
    await screen.findByRole("heading", { level: 1, name: "Plaza" });
    expect(subject.get()).toBeNull();

    await userEvent.click(screen.getByRole("button", { name: /^Home Your own place/ }));
    expect(screen.getByRole("heading", { level: 1, name: "Home" })).toBeTruthy();
    expect(location.hash).toBe("#/home");
    expect(document.activeElement?.textContent).toBe("Home");
    expect(subject.get()).toEqual({ patient: "p1", purpose: "PATRQT", visit: null });

    act(() => goTo("plaza"));
    expect(subject.get()).toBeNull();
  });

  test("shows the door again when the session ends, and nothing of the one before", async () => {
    fakeHouse({ "GET /api/identity/me": MEI, "DELETE /api/identity/session": new Reply(204) });
    render(<App />);
    await screen.findByRole("heading", { level: 1, name: "Plaza" });
    act(() => goTo("home"));

    await userEvent.click(screen.getByRole("button", { name: "Mei Lin: account" }));
    await userEvent.click(screen.getByRole("button", { name: "Sign out" }));

    expect(await screen.findByRole("button", { name: "Come in" })).toBeTruthy();
    expect(screen.queryByText("Mei Lin")).toBeNull();
    expect(subject.get()).toBeNull();
  });

  test("is in Chinese at a press", async () => {
    fakeHouse({ "GET /api/identity/me": MEI, "PATCH /api/identity/me": MEI });
    render(<App />);
    await screen.findByRole("heading", { level: 1, name: "Plaza" });

    await userEvent.click(screen.getByRole("button", { name: "中文" }));

    expect(screen.getByRole("heading", { level: 1, name: "广场" })).toBeTruthy();
    expect(document.documentElement.lang).toBe("zh-CN");
  });
});

describe("the list of places", () => {
  test("names those that are still being built, and leads nowhere from them", async () => {
    fakeHouse({ "GET /api/identity/me": MEI });
    render(<App />);
    await userEvent.click(await screen.findByRole("button", { name: /^Plaza: Go/ }));

    const list = screen.getByRole("navigation", { name: "Go to another place" });
    expect(within(list).getByRole("button", { name: /Academy/ })).toHaveProperty("disabled", true);
    await userEvent.click(within(list).getByRole("button", { name: /^Clinic/ }));

    expect(whereabouts.get().place).toBe("clinic");
    expect(screen.queryByRole("navigation", { name: "Go to another place" })).toBeNull();
  });

  test("calls each what its sign in the scene calls it, and tells the same of it", () => {
    const plaza = placeFiles.find(({ id }) => id === "plaza");
    const doors = placeFiles.flatMap((place) => place.doors);
    for (const { id, nameKey, aboutKey } of places) {
      const leading = doors.filter((door) => (door.to ?? door.id) === id);
      const building = plaza?.buildings.find((each) => each.id === id);
      const closed = leading.find(({ to }) => !to)?.closed_reason_key;

      expect(leading.map((door) => door.label_key)).toEqual(leading.map(() => nameKey));
      expect(leading.length).toBeGreaterThan(0);
      if (building) expect(building.name_key).toBe(nameKey);
      if (building) expect(closed ?? building.about_key).toBe(aboutKey);
    }
    const closed = plaza?.doors.filter(({ to }) => !to).map(({ id }) => id);
    expect(places.filter(({ isClosed }) => isClosed).map(({ id }) => id)).toEqual(closed);
  });

  test("has only doors that lead somewhere", () => {
    for (const { doors } of places) for (const door of doors) expect(isOpenPlace(door)).toBe(true);
  });
});

describe("the address", () => {
  test("says which place is meant, and passes over what is none", () => {
    expect(readAddress("#/clinic").place).toBe("clinic");
    expect(readAddress("#/academy").place).toBe("");
    expect(readAddress("#/../../x").place).toBe("");
    expect(readAddress("#/opening?token=a%20b")).toMatchObject({ page: "opening", token: "a b" });
  });

  test("and the place are the same, both ways", () => {
    const stop = followAddress();

    goTo("clinic");
    expect(location.hash).toBe("#/clinic");
    history.replaceState(null, "", "#/home");
    dispatchEvent(new Event("popstate"));
    expect(whereabouts.get().place).toBe("home");

    stop();
  });
});

describe("the dock", () => {
  const panel = (id: string, order: number, isUrgent = false): Panel => ({
    id,
    titleKey: id,
    icon: FileText,
    places: ["*"],
    roles: [],
    group: "visit",
    order,
    isUrgent,
    Component: () => <p>{`content of ${id}`}</p>,
  });

  test("opens the place's first panel, and one at a time", async () => {
    render(<Dock place="home" panels={[panel("first", 1), panel("second", 2)]} />);
    expect(screen.getByText("content of first")).toBeTruthy();

    await userEvent.click(screen.getByRole("button", { name: "second", expanded: false }));
    expect(screen.queryByText("content of first")).toBeNull();
    expect(screen.getByText("content of second")).toBeTruthy();

    await userEvent.click(screen.getByRole("button", { name: "second", expanded: true }));
    expect(screen.queryByText("content of second")).toBeNull();
  });

  test("goes into what the keyboard opens, and back to where one was when it closes", async () => {
    render(<Dock place="home" panels={[panel("first", 1), panel("second", 2)]} />);
    const tab = screen.getByRole("button", { name: "second" });

    tab.focus();
    await userEvent.keyboard("{Enter}");
    expect(document.activeElement).toBe(screen.getByRole("region", { name: "second" }));

    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    expect(document.activeElement).toBe(tab);
  });

  test("on a phone leaves the view free, except for what is urgent", () => {
    phone(true);
    const { unmount } = render(<Dock place="home" panels={[panel("calm", 1)]} />);
    expect(screen.queryByText("content of calm")).toBeNull();
    unmount();

    render(<Dock place="consulting-room-1" panels={[panel("urgent", 1, true)]} />);
    expect(screen.getByText("content of urgent")).toBeTruthy();
  });

  test("keeps standing when a panel fails", async () => {
    const silent = vi.spyOn(console, "error").mockImplementation(() => {});
    const broken: Panel = {
      ...panel("broken", 1),
      Component: () => {
        throw new Error("broken");
      },
    };
    render(<Dock place="home" panels={[broken, panel("whole", 2)]} />);
    expect(screen.getByRole("alert")).toBeTruthy();

    await userEvent.click(screen.getByRole("button", { name: "whole" }));
    await waitFor(() => expect(screen.getByText("content of whole")).toBeTruthy());
    silent.mockRestore();
  });
});
