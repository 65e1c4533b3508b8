import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, describe, expect, test } from "vitest";
import { addTexts, showLanguage } from "../../src/kit/text";
import kitEnglish from "../../src/kit/text.en.json";
import { gather } from "../../src/ledger/gathering";
import english from "../../src/ledger/text.en.json";
import { VerifyPage } from "../../src/ledger/VerifyPage";
import vectors from "./receipts-2.json";

const made = vectors.at(-1);
const [code = ""] = made?.codes ?? [];
const receipt = JSON.stringify(made?.receipt);
const pieces = code.match(/^(ASKR2:)1\/1(:[0-9A-F]{8}:)(.*)$/);

/** The same code, cut in two. */
function halves(): [string, string] {
  const [, head, mark, signs = ""] = pieces ?? [];
  const middle = 3 * Math.floor(signs.length / 6);
  return [`${head}1/2${mark}${signs.slice(0, middle)}`, `${head}2/2${mark}${signs.slice(middle)}`];
}

describe("what somebody brings", () => {
  test("may be the file, or the code's text", async () => {
    expect(await gather(receipt, [])).toEqual({ kind: "receipt", receipt: made?.receipt });
    expect(await gather(`${code}\r\n`, [])).toEqual({ kind: "receipt", receipt: made?.receipt });
  });

  test("may come in parts, in any order and more than once", async () => {
    const [one, two] = halves();
    const first = await gather(two, []);
    const again = await gather(two, first.kind === "some" ? first.pieces : []);

    expect(again).toMatchObject({ kind: "some", of: 2 });
    const whole = await gather(one, again.kind === "some" ? again.pieces : []);
    expect(whole).toEqual({ kind: "receipt", receipt: made?.receipt });
    expect(await gather(`${one}\n${two}`, [])).toEqual(whole);
  });

  test.each(["", "hello", "{", '{"a":1,"a":2}', '{"a":{"b":1,"b:":2,"b":1}}', `${code}x`])(
    "that is no receipt is told so: %s",
    async (text) => {
      expect(await gather(text, [])).toEqual({ kind: "nothing" });
    },
  );
});

describe("the page that checks receipts", () => {
  beforeAll(() => {
    addTexts("en", { ...kitEnglish, ...english });
    showLanguage("en");
  });

  test("says in plain words that a receipt holds, and what was written down", async () => {
    render(<VerifyPage />);

    await userEvent.click(screen.getByLabelText("Or paste its text"));
    await userEvent.paste(code);
    await userEvent.click(screen.getByRole("button", { name: "Check" }));

    expect(await screen.findByText("This receipt holds")).toBeTruthy();
    expect(screen.getByText("This very entry is number 67 of 100 in the log.")).toBeTruthy();
    expect(screen.getByText(/only grew, from 42 to 100 entries/)).toBeTruthy();
    expect(screen.getByText(/Countersigned outside the house by library1/)).toBeTruthy();
    expect(screen.getByText("Dr Amara Okafor 林 🌿")).toBeTruthy();
    await userEvent.click(screen.getByLabelText("Keys of witnesses"));
    await userEvent.paste(made?.receipt.witnesses.join("\n") ?? "");
    expect(await screen.findByText(/Countersigned by the witnesses that you trust/)).toBeTruthy();
  });

  test("says that one does not hold, and calls what it says a claim", async () => {
    render(<VerifyPage />);

    await userEvent.click(screen.getByLabelText("Or paste its text"));
    await userEvent.paste(receipt.replace("Amara", "Emma"));
    await userEvent.click(screen.getByRole("button", { name: "Check" }));

    expect(await screen.findByText("This receipt does not hold")).toBeTruthy();
    expect(screen.getByText("What the receipt claims")).toBeTruthy();
  });
});
