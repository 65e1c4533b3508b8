import { act, render, screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { useAsked } from "../../src/kit/asked";

const waiting = new Map<string, (value: string) => void>();

function Shown({ who }: { who: string }) {
  const asked = useAsked(() => new Promise<string>((done) => waiting.set(who, done)), [who]);
  return <p>{asked.value ?? (asked.isWaiting ? "waiting" : "nothing")}</p>;
}

describe("an answer about somebody", () => {
  test("is dropped at once when it is about somebody else", async () => {
    const { rerender } = render(<Shown who="Mei" />);
    await act(async () => waiting.get("Mei")?.("Mei's record"));
    expect(screen.getByText("Mei's record")).toBeTruthy();

    rerender(<Shown who="Jonas" />);

    expect(screen.queryByText("Mei's record")).toBeNull();
    expect(screen.getByText("waiting")).toBeTruthy();
  });

  test("that comes too late is not shown", async () => {
    const { rerender } = render(<Shown who="Mei" />);
    rerender(<Shown who="Jonas" />);

    await act(async () => waiting.get("Mei")?.("Mei's record"));

    expect(screen.queryByText("Mei's record")).toBeNull();
  });
});
