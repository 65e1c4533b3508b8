import { Vector3 } from "three";
import type { Store } from "../../kit/store";
import type { Body, Vital } from "../../wire/twin";
import type { Answer } from "../opened";
import type { Rates } from "../simulated";
import { type Figure, otherOf, shaped } from "./figure";
import { type BakedBody, readBody } from "./glb";
import { Hologram, signs } from "./Hologram";
import { Label } from "./Label";
import { variantOf } from "./organs";

/** What the hologram follows; all of it may change at any moment. */
export interface Followed {
  readonly body: Store<Answer<Body>>;
  readonly vitals: Store<Answer<readonly Vital[]>>;
  /** A simulation that is being played; it goes before what was measured. */
  readonly simulated?: Store<Rates | null>;
  readonly chosen: Store<string | null>;
  readonly hovered: Store<string | null>;
  readonly turns: Store<{ readonly by: number }>;
  /** What an organ is called in the reader's language. */
  readonly nameOf: (key: string) => string;
  readonly fetchBody: (variant: string) => Promise<ArrayBuffer>;
  readonly now: () => number;
}

const SIZE = new Vector3();
const FRESH_MS = 5 * 60_000;
const STEP_PX = 6;

/** Keeps a hologram in step with the record that stands open, and takes what hands do to it. */
export class Showing {
  readonly hologram: Hologram;
  private readonly label = new Label();
  private readonly stops: (() => void)[];
  private variant = "";
  private held: { x: number; y: number; moved: number } | null = null;
  private turnedInFrame = 0;

  /** @param eyes_m the height at which an organ is shown that is drawn near. */
  constructor(
    private readonly followed: Followed,
    eyes_m?: number,
  ) {
    this.hologram = new Hologram(eyes_m);
    const { body, vitals, chosen, hovered, turns } = followed;
    this.stops = [
      body.subscribe(() => this.showBody()),
      vitals.subscribe(() => this.showRates()),
      chosen.subscribe(() => this.hologram.hear({ type: "chosen", organ: chosen.get() })),
      hovered.subscribe(() => this.hologram.hear({ type: "hovered", organ: hovered.get() })),
      turns.subscribe(() => this.hologram.hear({ type: "nudged", by: turns.get().by })),
    ];
    const { simulated } = followed;
    if (simulated) this.stops.push(simulated.subscribe(() => this.showRates()));
    this.hologram.root.add(this.label.sprite);
    this.showBody();
  }

  update(dt: number): void {
    if (this.turnedInFrame !== 0) {
      this.hologram.hear({ type: "turned", by: this.turnedInFrame, dt });
      this.turnedInFrame = 0;
    }
    this.hologram.update(dt);
    this.name();
  }

  /** A pointer goes down on the body. */
  hold(x: number, y: number): void {
    this.held = { x, y, moved: 0 };
  }

  /** The pointer moves; `full` is how far it goes for a full turn [px]. */
  move(x: number, y: number, full = 900): void {
    if (!this.held) return;
    const by = x - this.held.x;
    this.held = { x, y, moved: this.held.moved + Math.abs(by) + Math.abs(y - this.held.y) };
    if (this.held.moved > STEP_PX) this.turnedInFrame += (by / full) * 2 * Math.PI;
  }

  /** The pointer goes up; true if it was a tap and no turn. */
  letGo(): boolean {
    const wasTap = this.held !== null && this.held.moved <= STEP_PX;
    this.held = null;
    this.hologram.hear({ type: "released" });
    return wasTap;
  }

  get isHeld(): boolean {
    return this.held !== null;
  }

  /** Choose what was tapped; the same again, or nothing, shows the whole body. Tells the choice. */
  tap(organ: string | null): string | null {
    const { chosen } = this.followed;
    chosen.set(organ === chosen.get() ? null : organ);
    return chosen.get();
  }

  dispose(): void {
    for (const stop of this.stops) stop();
    this.variant = "";
    this.label.dispose();
    this.hologram.dispose();
  }

  /** Name what is under the pointer, else what is drawn near. */
  private name(): void {
    const { hovered, chosen, body, nameOf } = this.followed;
    const id = hovered.get() ?? chosen.get();
    const organ = body.get().value?.organs.find((one) => one.id === id);
    const place = id && organ ? this.hologram.placeOf(id) : null;
    if (!organ || !place) {
      this.label.show("", null, null);
      return;
    }
    const { state } = organ;
    const colour = state === "watch" || state === "attention" ? signs[state] : null;
    const { root } = this.hologram;
    const small = root.getWorldScale(SIZE).x;
    this.label.show(nameOf(organ.name_key), colour, root.worldToLocal(place), small);
  }

  private showBody(): void {
    const body = this.followed.body.get().value;
    if (!body) {
      this.variant = "";
      this.hologram.hear({ type: "empty" });
      return;
    }
    const figure = { height_m: body.height_m, bmi: body.bmi };
    const variant = variantOf(body.sex, body.age);
    const key = [variant, figure.height_m, figure.bmi].join();
    if (key === this.variant) {
      this.showStates(body);
      return;
    }
    this.variant = key;
    this.hologram.hear({ type: "empty" });
    void figureOf(variant, figure, this.followed.fetchBody).then((baked) => {
      if (this.variant === key) this.begin(baked);
    }, forgive);
  }

  private begin(baked: BakedBody): void {
    const { body, chosen } = this.followed;
    const now = body.get().value;
    if (!now) return;
    this.hologram.hear({ type: "body", body: baked });
    this.showStates(now);
    this.showRates();
    this.hologram.hear({ type: "chosen", organ: chosen.get() });
  }

  private showStates(body: Body): void {
    const states = new Map(body.organs.map(({ id, state }) => [id, state]));
    const sure = new Map(body.organs.map(({ id, confidence }) => [id, confidence]));
    this.hologram.hear({ type: "states", states, sure });
  }

  private showRates(): void {
    const { vitals, now, simulated } = this.followed;
    const played = simulated?.get();
    if (played) {
      this.hologram.hear({ type: "rates", ...played });
      return;
    }
    const rate = (key: string): number | null => {
      const latest = vitals.get().value?.find((vital) => vital.key === key)?.latest;
      const isFresh = latest && now() - Date.parse(latest.at) < FRESH_MS;
      return isFresh ? latest.value : null;
    };
    this.hologram.hear({
      type: "rates",
      heart: rate("heart_rate"),
      breaths: rate("respiratory_rate"),
    });
  }
}

/** The baked body nearest to somebody, shaped as she is. */
async function figureOf(
  variant: string,
  figure: Figure,
  fetchBody: Followed["fetchBody"],
): Promise<BakedBody> {
  const base = await bakedOf(variant, fetchBody);
  const other = otherOf(base, figure);
  return shaped(base, other && (await bakedOf(`${variant}.${other}`, fetchBody)), figure);
}

const opened = new Map<string, Promise<BakedBody>>();

/** The shape of a body is nobody's data: it is fetched once and kept. */
function bakedOf(variant: string, fetchBody: Followed["fetchBody"]): Promise<BakedBody> {
  const known = opened.get(variant);
  if (known) return known;
  const coming = fetchBody(variant).then(readBody);
  opened.set(variant, coming);
  coming.catch(() => opened.delete(variant));
  return coming;
}

/** Without its shape the body is told by the list of organs alone. */
function forgive(): void {}
