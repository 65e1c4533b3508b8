import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { crc16, type Decoded, decode, Misread } from "../../src/devices/bluetooth/decode";
import { readFloat, readSfloat } from "../../src/devices/bluetooth/numbers";
import { CHARACTERISTICS } from "../../src/wire/devices";

interface Packets {
  readonly count: number;
  readonly longest: number;
  readonly likely: readonly number[];
  readonly digests: Readonly<Record<string, string>>;
  readonly packets: readonly {
    readonly characteristic: string;
    readonly bytes: string;
    readonly says?: readonly Decoded[];
    readonly fault?: string;
  }[];
}

// What tests/devices/packets.py writes: the house reads the same packets, and says the same.
const held = JSON.parse(readFileSync("../tests/devices/packets.json", "utf8")) as Packets;

function say(characteristic: string, data: Uint8Array): { says: Decoded[] } | { fault: string } {
  const of = CHARACTERISTICS[characteristic];
  if (!of) throw new Error(characteristic);
  try {
    return { says: decode(of, data) };
  } catch (error) {
    if (error instanceof Misread) return { fault: error.why };
    throw error;
  }
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
}

function* chances(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state >>> 24;
  }
}

function* randomPackets(characteristic: string): Generator<Uint8Array> {
  const chance = chances(Number.parseInt(characteristic, 16));
  const next = (): number => chance.next().value;
  for (let n = 0; n < held.count; n++) {
    const data = Uint8Array.from({ length: held.longest }, next);
    if (next() % 2) {
      for (let at = 0; at < held.longest; at += 2)
        data[at] = held.likely[(data[at] ?? 0) % held.likely.length] ?? 0;
      data[0] = (data[0] ?? 0) % 32;
    }
    if (characteristic === "2aa7") data[0] = 6 + ((data[0] ?? 0) % 10);
    let size = next() % 8;
    if (size) {
      size = 0;
      while (size < held.longest && isCutOff(say(characteristic, data.subarray(0, size)))) size++;
    } else size = next() % held.longest;
    yield data.subarray(0, size);
  }
}

function isCutOff(said: ReturnType<typeof say>): boolean {
  return "fault" in said && said.fault === "truncated";
}

function bits(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
}

function line(said: ReturnType<typeof say>): string {
  if ("fault" in said) return said.fault;
  const sorted = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
    Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return said.says
    .map((one) =>
      [
        ...sorted(one.numbers).map(([key, value]) => `${key}=${bits(value)}`),
        ...sorted(one.absent).map(([key, why]) => `${key}:${why}`),
        ...sorted(one.units).map(([key, unit]) => `${key}~${unit}`),
        one.time,
        one.clock,
        Buffer.from(one.text, "utf8").toString("hex"),
        ...one.marks,
        ...one.refuses,
      ].join(","),
    )
    .join(";");
}

describe("a packet", () => {
  test.each(held.packets)("$characteristic $bytes says what the house says", (packet) => {
    const { characteristic, bytes, ...expected } = packet;

    expect(say(characteristic, fromHex(bytes))).toEqual(expected);
  });

  test.each(Object.keys(CHARACTERISTICS))(
    "a thousand random ones of %s say the same in the browser and in the house, bit by bit",
    (characteristic) => {
      const told = [...randomPackets(characteristic)].map((data) =>
        line(say(characteristic, data)),
      );

      const digest = createHash("sha256").update(told.join("\n")).digest("hex");
      expect(digest).toBe(held.digests[characteristic]);
    },
  );
});

test.each([
  [0x0201, 513],
  [0xfe01, -51.1],
  [0x02ff, 767],
  [0xf870, -193.6],
  [0x07ff, "nan"],
  [0x0800, "nres"],
  [0x0802, "-inf"],
])("the medical number %i is %s", (raw, value) => expect(readSfloat(raw)).toBe(value));

test.each([
  [0xff00016c, 36.4],
  [0xfc03fe01, 26.1633],
  [0x007fffff, "nan"],
])("the longer medical number %i is %s", (raw, value) => expect(readFloat(raw)).toBe(value));

test("the checksum is the published one", () => {
  expect(crc16(new TextEncoder().encode("123456789"))).toBe(0x6f91);
});
