import { Color, MathUtils, Vector3 } from "three";

/** What lights a place at one hour. Colours are linear; those of lights carry their strength. */
export interface Daylight {
  /** Towards the sun, or towards the moon when the sun is down; length 1. */
  readonly way: Vector3;
  /** How high the sun stands over the horizon [degrees]. */
  readonly height: number;
  /** The light of sun or moon, as strong as it falls. */
  readonly key: Color;
  /** What falls from the sky, and what the ground gives back. */
  readonly above: Color;
  readonly below: Color;
  /** What falls from the open sky, also when one is inside. */
  readonly open: Color;
  readonly horizon: Color;
  readonly low: Color;
  readonly high: Color;
  /** What lies below the horizon, seen from afar. */
  readonly ground: Color;
  readonly cloud: Color;
  /** How far lamps are turned up, and how well stars are seen: 0…1. */
  readonly lamps: number;
  readonly stars: number;
}

export interface Spot {
  /** How far the sun's way is turned about +Y, so that morning light falls where it should [rad]. */
  readonly turn: number;
  readonly isInside: boolean;
}

const LATITUDE = MathUtils.degToRad(37.6); // Epidaurus
const DECLINATION = MathUtils.degToRad(12); // late April, and late August
const NOON_H = 13; // by the clock of summer
const SWEEP = 0.7; // the sun keeps to the sea's side, so that rooms that look there have it all day

type Look = readonly [
  height: number,
  horizon: Color,
  low: Color,
  high: Color,
  ground: Color,
  key: Color,
  above: Color,
  below: Color,
];

/** One height of the sun [degrees], the colours of its sky and of its lights, and their strength. */
function look(height: number, sky: string, key: [string, number], fill: [string, number]): Look {
  const [horizon, low, high, ground] = sky.split(" ").map((tone) => new Color(tone));
  const [above, below] = fill[0].split(" ").map((tone) => new Color(tone).multiplyScalar(fill[1]));
  const sun = new Color(key[0]).multiplyScalar(key[1]);
  return [height, horizon, low, high, ground, sun, above, below] as Look;
}

const LOOKS: readonly Look[] = [
  look(-18, "#3a5075 #243a62 #122347 #263042", ["#ff8a4a", 0], ["#7d93c4 #525a72", 1.25]),
  look(-11, "#56658a #394d78 #1d3058 #303848", ["#ff8a4a", 0], ["#7f93c4 #575e76", 1.5]),
  look(-5, "#c08f90 #7d7ba4 #354e7e #4c4c5a", ["#ff8a4a", 0], ["#8b97c6 #746a7a", 1.75]),
  look(-2.5, "#dd9c86 #9d8aa4 #435f90 #5f5660", ["#ff8a4a", 0], ["#949fca #84707a", 1.75]),
  look(0, "#f0aa80 #c29ba2 #54719f #75655f", ["#ff9858", 0.9], ["#a2aacd #957a70", 1.6]),
  look(5, "#fbc78f #d8c0b4 #6191c4 #9c8672", ["#ffb673", 2.3], ["#bac4dc #b99274", 1.45]),
  look(14, "#fbd8a6 #d9d5c8 #639dcb #b5a38a", ["#ffd49a", 3.3], ["#cddaea #c8a479", 1.62]),
  look(31, "#f1e6d4 #c6dfe9 #5b9fd0 #b9ad98", ["#fff0d6", 3.1], ["#d3e6f2 #c4ae8e", 1.7]),
  look(64, "#e9eeee #b9dbeb #4a95cd #bdb29c", ["#fff7ea", 2.45], ["#d6e8f5 #c6b494", 1.5]),
];

const MOON = new Color("#b6caf4").multiplyScalar(1.6);
const ROOM = [new Color("#f6f3ec"), new Color("#ead9bf")].map((c) => c.multiplyScalar(2.75));
const LAMPLIT = [new Color("#f8ead4"), new Color("#e2c7a2")].map((c) => c.multiplyScalar(2.25));
const WHITE = new Color("#fffdf9");

/** How high the sun stands at an hour of the local clock, 0…24 [degrees]. */
export function sunHeight(hour: number): number {
  const h = MathUtils.degToRad((hour - NOON_H) * 15);
  const sine =
    Math.sin(LATITUDE) * Math.sin(DECLINATION) +
    Math.cos(LATITUDE) * Math.cos(DECLINATION) * Math.cos(h);
  return MathUtils.radToDeg(Math.asin(sine));
}

/** Where the sun's way leads over the ground at an hour, from south towards east [rad]. */
export function sunTurn(hour: number): number {
  const h = MathUtils.euclideanModulo((hour - NOON_H) * 15 + 180, 360) - 180;
  return -SWEEP * MathUtils.degToRad(h);
}

/** The light of a place at an hour of the visitor's own clock, 0…24. */
export function daylight(hour: number, { turn, isInside }: Spot): Daylight {
  const height = sunHeight(hour);
  const [, horizon, low, high, ground, sun, skyLight, groundLight] = lookAt(height);
  const moonlight = 1 - MathUtils.smoothstep(height, -11, -4);
  const lamps = 1 - MathUtils.smoothstep(height, -3, 5);
  const isNight = height < -2.5; // neither sun nor moon shines then: nobody sees them change
  const key = isNight ? MOON.clone().multiplyScalar(moonlight) : sun.clone();
  if (isInside) key.multiplyScalar(isNight ? 0.4 : 0.87);
  const [above, below] = isInside
    ? [0, 1].map((i) => mix(ROOM[i] as Color, LAMPLIT[i] as Color, lamps))
    : [skyLight, groundLight];
  return {
    way: isNight ? moonWay(hour, turn) : wayTo(height, sunTurn(hour) + turn),
    height,
    key,
    above: above as Color,
    below: below as Color,
    open: skyLight,
    horizon,
    low,
    high,
    ground,
    cloud: mix(horizon, WHITE, 0.75 * MathUtils.smoothstep(height, -2, 24)),
    lamps,
    stars: 1 - MathUtils.smoothstep(height, -14, -6),
  };
}

/** How bright level ground is, white being 1. */
export function groundLuminance({ way, key, above }: Daylight): number {
  const sum = above.clone().add(key.clone().multiplyScalar(Math.max(0, way.y)));
  return (0.2126 * sum.r + 0.7152 * sum.g + 0.0722 * sum.b) / Math.PI;
}

/** The moon comes when the sun goes, and stays low over the sea, where one sees it. */
function moonWay(hour: number, turn: number): Vector3 {
  return wayTo(12 + 0.16 * Math.max(0, sunHeight(hour + 12)), sunTurn(hour + 12) + turn);
}

function wayTo(height: number, turn: number): Vector3 {
  const up = MathUtils.degToRad(height);
  const flat = Math.cos(up);
  return new Vector3(Math.sin(turn) * flat, Math.sin(up), Math.cos(turn) * flat);
}

function lookAt(height: number): Look {
  const next = LOOKS.findIndex(([at]) => at >= height);
  if (next === 0) return copied(LOOKS[0] as Look);
  if (next < 0) return copied(LOOKS.at(-1) as Look);
  const [from, to] = [LOOKS[next - 1] as Look, LOOKS[next] as Look];
  const share = (height - from[0]) / (to[0] - from[0]);
  const tones = from.slice(1).map((tone, i) => mix(tone as Color, to[i + 1] as Color, share));
  return [height, ...tones] as unknown as Look;
}

function copied([height, ...tones]: Look): Look {
  return [height, ...tones.map((tone) => tone.clone())] as unknown as Look;
}

function mix(from: Color, to: Color, share: number): Color {
  return from.clone().lerp(to, share);
}
