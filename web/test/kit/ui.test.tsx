import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { Bell } from "lucide-react";
import { useState } from "react";
import { describe, expect, test, vi } from "vitest";
import { ApiError } from "../../src/kit/api";
import { language } from "../../src/kit/text";
import {
  Button,
  Dialog,
  ErrorNote,
  Field,
  IconButton,
  LanguageSwitch,
  MenuItem,
  Popover,
  Switch,
  Tabs,
} from "../../src/kit/ui";
import { initials } from "../../src/kit/ui/Marks";

describe("buttons", () => {
  test("wait and say so while something is under way", () => {
    render(<Button busy>Save</Button>);

    const button = screen.getByRole("button", { name: "Save" });
    expect(button.getAttribute("aria-busy")).toBe("true");
    expect(button).toHaveProperty("disabled", true);
  });

  test("of icons alone have a name", () => {
    render(<IconButton icon={Bell} label="Ring" />);

    expect(screen.getByRole("button", { name: "Ring" })).toBeTruthy();
  });
});

describe("a field", () => {
  test("is tied to its label and to what is wrong with it", () => {
    render(<Field label="Name" error="Too short." />);

    const input = screen.getByLabelText("Name");
    expect(input.getAttribute("aria-invalid")).toBe("true");
    const said = document.getElementById(input.getAttribute("aria-describedby") ?? "");
    expect(said?.textContent).toBe("Too short.");
  });
});

describe("a switch", () => {
  test("is turned by keyboard", async () => {
    const onChange = vi.fn();
    render(<Switch label="Vitals" checked={false} onChange={onChange} />);

    await userEvent.tab();
    await userEvent.keyboard(" ");

    expect(screen.getByRole("switch", { name: "Vitals", checked: false })).toBeTruthy();
    expect(onChange).toHaveBeenCalledWith(true);
  });
});

describe("tabs", () => {
  function Both() {
    const [value, setValue] = useState("a");
    const tabs = [
      { id: "a", label: "First" },
      { id: "b", label: "Second" },
    ];
    return <Tabs label="Which" tabs={tabs} value={value} onChange={setValue} />;
  }

  test("move with the arrow keys and turn round at the end", async () => {
    render(<Both />);

    await userEvent.tab();
    await userEvent.keyboard("{ArrowRight}");
    expect(screen.getByRole("tab", { selected: true }).textContent).toBe("Second");
    expect(document.activeElement?.textContent).toBe("Second");

    await userEvent.keyboard("{ArrowRight}");
    expect(screen.getByRole("tab", { selected: true }).textContent).toBe("First");
  });
});

describe("a popover", () => {
  test("opens, closes with Escape and gives the focus back", async () => {
    render(
      <Popover label="More" button="…">
        {() => <MenuItem onClick={() => {}}>Go</MenuItem>}
      </Popover>,
    );
    const opener = screen.getByRole("button", { name: "More" });

    await userEvent.click(opener);
    await userEvent.tab();
    expect(document.activeElement?.textContent).toBe("Go");
    await userEvent.keyboard("{Escape}");

    expect(screen.queryByText("Go")).toBeNull();
    expect(document.activeElement).toBe(opener);
  });
});

describe("a dialog", () => {
  test("has a name and closes by its button", async () => {
    const onClose = vi.fn();
    render(
      <Dialog open title="Receipt" onClose={onClose}>
        Words
      </Dialog>,
    );

    expect(screen.getByRole("dialog", { name: "Receipt" })).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Close" }));

    expect(onClose).toHaveBeenCalledTimes(1);
  });

  test("that is closed shows nothing of its content", () => {
    render(
      <Dialog open={false} title="Receipt" onClose={() => {}}>
        Words
      </Dialog>,
    );

    expect(screen.queryByText("Words")).toBeNull();
  });
});

describe("an error", () => {
  const error = new ApiError(409, "It changed.", "Read again.", "conflict");

  test("is shown with what to do next", () => {
    render(<ErrorNote error={error} />);

    expect(screen.getByRole("alert").textContent).toContain("It changed.");
    expect(screen.getByRole("alert").textContent).toContain("Read again.");
  });

  test("is told in the reader's language, the original kept behind", () => {
    language.set("zh-CN");
    render(<ErrorNote error={error} />);

    expect(screen.getByRole("alert").querySelector("p")?.textContent).toMatch(/变化/);
    expect(screen.getByText(/It changed/).closest("details")).not.toBeNull();
  });

  test("is not there when nothing is wrong", () => {
    render(<ErrorNote error={null} />);

    expect(screen.queryByRole("alert")).toBeNull();
  });
});

test("the language switch names the other language in itself", async () => {
  render(<LanguageSwitch />);

  await userEvent.click(screen.getByRole("button", { name: "中文" }));

  expect(language.get()).toBe("zh-CN");
  expect(screen.getByRole("button", { name: "English" })).toBeTruthy();
});

test.each([
  ["Mei Lin 林梅", "ML"],
  ["林梅", "林"],
  ["Dr. Amara Okafor", "AO"],
  ["Dr Amara Okafor", "AO"],
  ["Iris", "I"],
  ["", ""],
])("of %j the face shows %j", (name, shown) => {
  expect(initials(name)).toBe(shown);
});
