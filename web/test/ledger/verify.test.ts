import { describe, expect, test } from "vitest";
import { canonical, verifyReceipt } from "../../src/ledger/verify";
import receipts from "./receipts.json";

interface Receipt {
  format: string;
  event: Record<string, unknown>;
  key: string;
  index: number;
  proof: string[];
  checkpoint: string;
  verifier: string;
}

const all = receipts as unknown as Receipt[];
const KEY = all[0]?.verifier ?? "";

function receipt(change: (r: Receipt) => void = () => {}): Receipt {
  const copy = structuredClone(all.at(-1)) as Receipt;
  change(copy);
  return copy;
}

async function states(
  of: unknown,
  published: string | null = KEY,
): Promise<Record<string, string>> {
  const { checks } = await verifyReceipt(of, published);
  return Object.fromEntries(checks.map(({ name, state }) => [name, state]));
}

/** Another letter at this place of a base64 text, so that it stays base64. */
function bend(text: string, at = 3): string {
  return text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
}

describe("a receipt that the house made", () => {
  test.each(all.map((r) => [Number(r.checkpoint.split("\n")[1]), r] as const))(
    "from a log of %i entries is good",
    async (size, made) => {
      const verdict = await verifyReceipt(made, KEY);

      expect(verdict.checks.map(({ state }) => state)).toEqual(Array(4).fill("passed"));
      expect(verdict.isGood).toBe(true);
      expect(verdict.size).toBe(size);
    },
  );

  test("is good without the house's key, but says that nobody vouches for the signer", async () => {
    expect((await verifyReceipt(receipt(), null)).isGood).toBe(true);
    expect(await states(receipt(), null)).toMatchObject({ signer: "not made" });
  });
});

describe("a receipt that was altered", () => {
  const changes: [string, (r: Receipt) => void, string][] = [
    ["event", (r) => Object.assign(r.event, { actor_name: "Somebody else" }), "inclusion"],
    ["key", (r) => Object.assign(r, { key: bend(r.key) }), "inclusion"],
    ["index", (r) => Object.assign(r, { index: r.index - 1 }), "inclusion"],
    ["proof", (r) => r.proof.splice(0, 1, bend(r.proof[0] ?? "")), "inclusion"],
    ["length of its proof", (r) => r.proof.push(r.proof[0] ?? ""), "inclusion"],
    [
      "checkpoint's size",
      (r) => Object.assign(r, { checkpoint: r.checkpoint.replace("100", "101") }),
      "signature",
    ],
    ["format", (r) => Object.assign(r, { format: "asklepion-receipt/2" }), "form"],
    ["verifier", (r) => Object.assign(r, { verifier: bend(r.verifier, 50) }), "form"],
  ];

  test.each(changes)("in its %s is found out", async (_, change, check) => {
    const verdict = await verifyReceipt(receipt(change), KEY);

    expect(verdict.isGood).toBe(false);
    expect(verdict.checks.find(({ name }) => name === check)?.state).toBe("failed");
  });

  test("so that another house has signed it is found out by the published key", async () => {
    const other = bend(KEY, 60);

    expect(await states(receipt(), other)).toMatchObject({ signature: "passed", signer: "failed" });
  });
});

test.each([null, 1, "x", [], {}, { format: "asklepion-receipt/1", proof: 3 }])(
  "of %j it says that it is no receipt",
  async (garbage) => {
    expect(await states(garbage)).toEqual({
      form: "failed",
      inclusion: "not made",
      signature: "not made",
      signer: "not made",
    });
  },
);

test("what has no canonical form is refused", () => {
  expect(() => canonical({ value: 1.5 })).toThrow();
  expect(() => canonical({ value: 2 ** 53 })).toThrow();
  expect(() => canonical("\ud800")).toThrow();
});
