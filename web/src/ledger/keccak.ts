/**
 * Keccak-256, which Ethereum hashes with and browsers do not bring.
 * https://keccak.team/keccak_specs_summary.html; the padding is Keccak's own, not that of SHA-3.
 */

const RATE = 136; // bytes taken in at once
const ROUNDS = 24;
const MASK = (1n << 64n) - 1n;

const CONSTANTS = roundConstants();
/** How far lane n + 1 of the walk is turned, and where it goes. */
const TURNS = Array.from({ length: ROUNDS }, (_, n) => BigInt((((n + 1) * (n + 2)) / 2) % 64));
const PLACES = walk();

export function keccak256(text: Uint8Array): Uint8Array {
  const padded = new Uint8Array((Math.floor(text.length / RATE) + 1) * RATE);
  padded.set(text);
  padded[text.length] = 1;
  padded[padded.length - 1] = (padded.at(-1) ?? 0) | 0x80;
  const state = new Array<bigint>(25).fill(0n);
  const view = new DataView(padded.buffer);
  for (let at = 0; at < padded.length; at += RATE) {
    for (let lane = 0; lane < RATE / 8; lane++) {
      state[lane] = laneAt(state, lane) ^ view.getBigUint64(at + lane * 8, true);
    }
    permute(state);
  }
  const out = new DataView(new ArrayBuffer(32));
  for (let lane = 0; lane < 4; lane++) out.setBigUint64(lane * 8, laneAt(state, lane), true);
  return new Uint8Array(out.buffer);
}

function permute(state: bigint[]): void {
  for (let round = 0; round < ROUNDS; round++) {
    const columns = [0, 1, 2, 3, 4].map((x) =>
      [0, 5, 10, 15, 20].reduce((sum, y) => sum ^ laneAt(state, x + y), 0n),
    );
    for (let at = 0; at < 25; at++) {
      const x = at % 5;
      const mixed = laneAt(columns, (x + 4) % 5) ^ turn(laneAt(columns, (x + 1) % 5), 1n);
      state[at] = laneAt(state, at) ^ mixed;
    }
    let carried = laneAt(state, 1);
    PLACES.forEach((place, n) => {
      const next = laneAt(state, place);
      state[place] = turn(carried, TURNS[n] ?? 0n);
      carried = next;
    });
    for (let y = 0; y < 25; y += 5) {
      const row = state.slice(y, y + 5);
      for (let x = 0; x < 5; x++) {
        const others = ~laneAt(row, (x + 1) % 5) & laneAt(row, (x + 2) % 5) & MASK;
        state[y + x] = laneAt(row, x) ^ others;
      }
    }
    state[0] = laneAt(state, 0) ^ (CONSTANTS[round] ?? 0n);
  }
}

function laneAt(lanes: readonly bigint[], at: number): bigint {
  return lanes[at] ?? 0n;
}

function turn(lane: bigint, by: bigint): bigint {
  return ((lane << by) | (lane >> (64n - by))) & MASK;
}

/** The lanes in the order in which they are moved, from (1, 0) on. */
function walk(): readonly number[] {
  const places: number[] = [];
  let [x, y] = [1, 0];
  for (let n = 0; n < ROUNDS; n++) {
    [x, y] = [y, (2 * x + 3 * y) % 5];
    places.push(x + 5 * y);
  }
  return places;
}

/** By the shift register of the specification. */
function roundConstants(): readonly bigint[] {
  let register = 1;
  return Array.from({ length: ROUNDS }, () => {
    let constant = 0n;
    for (let bit = 0; bit < 7; bit++) {
      if (register & 1) constant |= 1n << BigInt(2 ** bit - 1);
      register = register & 0x80 ? (register << 1) ^ 0x171 : register << 1;
    }
    return constant;
  });
}
