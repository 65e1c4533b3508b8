/** Why there is no number. */
export type Special = "nan" | "nres" | "+inf" | "-inf" | "reserved";

const MOST_DIGITS = 22; // ten to this is the last power that a double holds exactly
const POWERS = Array.from({ length: MOST_DIGITS + 1 }, (_, n) => Number(`1e${n}`));
const SFLOAT_SPECIALS: Readonly<Record<number, Special>> = {
  2046: "+inf",
  2047: "nan",
  2048: "nres",
  2049: "reserved",
  2050: "-inf",
};
const FLOAT_SPECIALS: Readonly<Record<number, Special>> = {
  8388606: "+inf",
  8388607: "nan",
  8388608: "nres",
  8388609: "reserved",
  8388610: "-inf",
};

/** The number of IEEE 11073-20601 in 16 bits: 4 of exponent, 12 of mantissa, in two's complement. */
export function readSfloat(raw: number): number | Special {
  return SFLOAT_SPECIALS[raw] ?? scaled(signed(raw & 0xfff, 12), signed(raw >>> 12, 4));
}

/** The number of IEEE 11073-20601 in 32 bits: 8 of exponent, 24 of mantissa. */
export function readFloat(raw: number): number | Special {
  return FLOAT_SPECIALS[raw] ?? scaled(signed(raw & 0xffffff, 24), signed(raw >>> 24, 8));
}

/** The same bits as devices that keep to no standard mean them, by the fault's name. */
export function otherwise(raw: number, size: number): readonly (readonly [string, number])[] {
  const [mantissa, exponent] =
    size === 2
      ? [signed(raw & 0xfff, 12), (raw >>> 12) - 8]
      : [signed(raw & 0xffffff, 24), (raw >>> 24) - 128];
  return [
    ["ieee754", size === 2 ? half(raw) : single(raw)],
    ["exponent", scaled(mantissa, exponent)],
  ];
}

/** A number in two's complement. */
export function signed(raw: number, bits: number): number {
  return raw >= 2 ** (bits - 1) ? raw - 2 ** bits : raw;
}

/** Half up, as the house rounds. */
export function rounded(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.floor(value * scale + 0.5) / scale;
}

function scaled(mantissa: number, exponent: number): number {
  const power = POWERS[Math.min(Math.abs(exponent), MOST_DIGITS)] ?? 1;
  return exponent >= 0 ? mantissa * power : mantissa / power;
}

function single(raw: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, raw);
  return view.getFloat32(0);
}

/** IEEE 754 in 16 bits, which not every browser reads. */
function half(raw: number): number {
  const sign = raw >>> 15 ? -1 : 1;
  const exponent = (raw >>> 10) & 0x1f;
  const fraction = raw & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
