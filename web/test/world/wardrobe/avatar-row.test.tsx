import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { addTexts } from "../../../src/kit/text";
import { AvatarRow } from "../../../src/world/wardrobe/AvatarRow";
import { flawOf, type OwnAvatar } from "../../../src/world/wardrobe/bringing";
import words from "../../../src/world/wardrobe/words.en.json";

beforeAll(() => addTexts("en", words));

const BOXES: OwnAvatar = {
  id: "0123456789ab",
  name: "Boxes",
  authors: ["Ada", "Bo"],
  licence: {
    avatarPermission: "onlyAuthor",
    commercialUsage: "personalNonProfit",
    creditNotation: "required",
    licenseUrl: "https://vrm.dev/licenses/1.0/",
  },
  size: 1024 * 1024,
  triangles: 30_000,
  height_m: 1.7,
  is_worn: false,
  dropped_at: null,
};

function row(avatar: Partial<OwnAvatar> = {}) {
  const does = { onWear: vi.fn(), onTakeOff: vi.fn(), onDelete: vi.fn(), onUndo: vi.fn() };
  render(<AvatarRow avatar={{ ...BOXES, ...avatar }} isShown={false} onShow={vi.fn()} {...does} />);
  return does;
}

describe("an avatar that one brought", () => {
  test("says who made it, what its licence allows, and that it is heavy", () => {
    row();

    expect(screen.getByText("Made by Ada, Bo.")).toBeTruthy();
    expect(screen.getByText(/Only its author may wear it\. Not for profit\./)).toBeTruthy();
    expect(screen.getByText(/It is heavy/)).toBeTruthy();
    expect(screen.getByRole("link", { name: "Licence" }).getAttribute("rel")).toContain("noopener");
  });

  test("links nowhere but to a page", () => {
    row({ licence: { ...BOXES.licence, licenseUrl: "javascript:alert(1)" } });

    expect(screen.queryByRole("link")).toBeNull();
  });

  test("is worn, taken off, deleted and had back by the keyboard alone", async () => {
    const keys = userEvent.setup();
    const { onWear, onDelete } = row();
    await keys.tab();
    await keys.tab();
    await keys.keyboard("{Enter}");
    await keys.tab();
    await keys.tab();
    await keys.keyboard("{Enter}");
    expect([onWear, onDelete].map((does) => does.mock.calls.length)).toEqual([1, 1]);

    const { onUndo } = row({ dropped_at: "2026-03-01T12:00:00Z" });
    await keys.click(screen.getByRole("button", { name: "Undo" }));
    expect(onUndo).toHaveBeenCalledTimes(1);
  });

  test("is looked at before it is sent", async () => {
    expect(await flawOf(new File(["<html>"], "a.vrm"))).toBe("no-vrm");
    expect(await flawOf(new File([new Uint8Array(10_485_761)], "a.vrm"))).toBe("too-large");
    expect(await flawOf(new File(["glTF…"], "a.vrm"))).toBeNull();
  });
});
