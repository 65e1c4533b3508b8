import { describe, expect, test } from "vitest";
import { LOOKS } from "../../src/ledger/extras";
import { readPiece, unpackReceipt } from "../../src/ledger/packing";
import { canonical, verifyReceipt } from "../../src/ledger/verify";
import receipts from "./receipts.json";
import receipts2 from "./receipts-2.json";

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
    ["format", (r) => Object.assign(r, { format: "asklepion-receipt/3" }), "form"],
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

// The second form

interface Receipt2 extends Receipt {
  witnesses: string[];
  earlier?: { checkpoint: string; proof: string[] };
  chain?: unknown;
}

interface Vector {
  receipt: Receipt2;
  codes: string[];
}

const second = receipts2 as unknown as Vector[];
const WITNESS = second.at(-1)?.receipt.witnesses[0] ?? "";

function newer(change: (r: Receipt2) => void = () => {}): Receipt2 {
  const copy = structuredClone(second.at(-1)?.receipt) as Receipt2;
  change(copy);
  return copy;
}

describe("a receipt of the second form", () => {
  test.each(second.map((v) => [Number(v.receipt.checkpoint.split("\n")[1]), v.receipt] as const))(
    "from a log of %i entries is good, and more so with trusted witnesses",
    async (size, made) => {
      const verdict = await verifyReceipt(made, { key: KEY, witnesses: made.witnesses });

      const open = made.witnesses.length === 0 ? ["not made"] : [];
      const told = verdict.checks.map(({ state }) => state).filter((state) => state !== "passed");
      expect(told).toEqual(open);
      expect(verdict.isGood).toBe(true);
      expect(verdict.size).toBe(size);
      expect(verdict.since).toBe(made.earlier ? Math.floor((size * 3) / 7) : null);
      expect(verdict.seen.map(({ at_s }) => at_s)).toEqual(made.witnesses.map(() => 1772366400));
    },
  );

  test("does not vouch for its own witnesses", async () => {
    expect(await states(newer())).toMatchObject({ witnesses: "not made", growth: "passed" });
    const known = { key: KEY, witnesses: [bend(WITNESS, 70)] };
    expect((await verifyReceipt(newer(), known)).isGood).toBe(false);
  });

  const changes: [string, (r: Receipt2) => void, string][] = [
    ["cosignature", (r) => Object.assign(r, { checkpoint: bendLast(r.checkpoint) }), "witnesses"],
    ["list of witnesses", (r) => r.witnesses.pop(), "signature"],
    ["earlier state", (r) => Object.assign(r.earlier ?? {}, otherState()), "growth"],
    ["earlier proof", (r) => r.earlier?.proof.splice(0, 1, bend(r.proof[0] ?? "")), "growth"],
    ["proof", (r) => r.proof.splice(0, 1, bend(r.proof[0] ?? "")), "inclusion"],
    ["members", (r) => Object.assign(r, { more: 1 }), "form"],
    ["witnesses, one named twice", (r) => r.witnesses.push(WITNESS), "form"],
  ];

  test.each(changes)("that was altered in its %s is found out", async (_, change, check) => {
    const verdict = await verifyReceipt(newer(change), KEY);

    expect(verdict.isGood).toBe(false);
    expect(verdict.checks.find(({ name }) => name === check)?.state).toBe("failed");
  });

  test("may carry what a check of its own looks at", async () => {
    const made = newer((r) => Object.assign(r, { chain: { good: true } }));

    expect(await states(made)).toMatchObject({ chain: "not made" });
    expect((await verifyReceipt(made, KEY)).isGood).toBe(true);
    LOOKS.chain = async (value) =>
      (value as { good: boolean }).good ? "passed" : ("failed" as const);
    expect(await states(made)).toMatchObject({ chain: "passed" });
    const bad = newer((r) => Object.assign(r, { chain: { good: false } }));
    expect((await verifyReceipt(bad, KEY)).isGood).toBe(false);
    delete LOOKS.chain;
  });
});

/** Another letter in the last signature of a note. */
function bendLast(note: string): string {
  return bend(note, note.length - 30);
}

/** The earlier state of another receipt. */
function otherState(): { checkpoint: string } {
  return { checkpoint: second.at(-2)?.receipt.earlier?.checkpoint ?? "" };
}

describe("the codes of a receipt", () => {
  test.each(second.map((v) => [v.codes.length, v] as const))(
    "(%i) hold all of it",
    async (_, { receipt: made, codes }) => {
      const pieces = codes.map(readPiece).filter((piece) => piece !== null);

      expect(pieces.length).toBe(codes.length);
      expect(await unpackReceipt(pieces.reverse())).toEqual(made);
    },
  );

  test("that were misread are refused", async () => {
    const [code = ""] = second.at(-1)?.codes ?? [];
    const piece = readPiece(`${code.slice(0, 60)}${code[60] === "A" ? "B" : "A"}${code.slice(61)}`);

    await expect(unpackReceipt(piece ? [piece] : [])).rejects.toThrow();
    await expect(unpackReceipt([])).rejects.toThrow();
    expect(readPiece("https://elsewhere.example")).toBeNull();
  });
});
