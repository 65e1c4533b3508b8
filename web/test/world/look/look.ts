import { NeutralToneMapping, PCFShadowMap, PerspectiveCamera, Scene, WebGLRenderer } from "three";
import { Flag, type Place } from "../../../src/wire/world";
import type { Company, Showing, Somebody } from "../../../src/world/company";
import { Crowd } from "../../../src/world/people/crowd";
import { Wardrobe } from "../../../src/world/people/wardrobe";
import { Materials } from "../../../src/world/scene/materials";
import { PlaceScene } from "../../../src/world/scene/place-scene";
import { complete } from "../complete";

// Draws one place without a house behind it, to be looked at: ?place=plaza&at=x,y,z&to=x,y,z&hour=18.5

const files = import.meta.glob<Place>("../../../../src/asklepion/world/places/*.json", {
  eager: true,
  import: "default",
});

const asked = new URLSearchParams(location.search);
const numbers = (name: string, other: string) =>
  (asked.get(name) ?? other).split(",").map(Number) as [number, number, number];
const name = asked.get("place") ?? "plaza";
const raw = Object.entries(files).find(([path]) => path.endsWith(`/${name}.json`))?.[1];
if (!raw) throw new Error(`no place ${name}`);

const tier = asked.get("tier") === "plain" ? "plain" : "fine";
const began = performance.now();
const place = new PlaceScene(complete(raw), new Materials(tier), () =>
  Number(asked.get("hour") ?? 9),
);
/** Wait until everything asked for is drawn. */
function settle(): void {
  const gl = renderer.getContext();
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
}

const laps: Record<string, number> = {};
function lap(name: string): void {
  laps[name] = Math.round(performance.now() - began);
}
lap("scene");
const renderer = new WebGLRenderer({ antialias: tier === "fine" });
renderer.setSize(innerWidth, innerHeight);
renderer.toneMapping = NeutralToneMapping;
renderer.shadowMap.enabled = tier === "fine";
renderer.shadowMap.type = PCFShadowMap;
document.body.append(renderer.domElement);
const scene = new Scene();
scene.add(place.root);
scene.fog = place.sky.fog;
lap("sky");
const camera = new PerspectiveCamera(
  Number(asked.get("fov") ?? 55),
  innerWidth / innerHeight,
  0.1,
  3000,
);
camera.position.set(...numbers("at", "0,2.6,23"));
camera.lookAt(...numbers("to", "0,2.4,0"));
place.update(3);
renderer.render(scene, camera);
settle();
lap("first");
place.update(0.016);
renderer.render(scene, camera);
settle();
lap("second");
const built = performance.now() - began;
/** Leave out, or show again, all that bears a name: to see what it costs. */
function hide(name: string, isHidden: boolean): void {
  scene.traverse((node) => {
    if (node.name === name) node.visible = !isHidden;
  });
}

/** Draw so many pictures, to be measured from outside. */
function drawMore(count: number): void {
  for (let i = 0; i < count; i++) {
    place.update(0.016);
    renderer.render(scene, camera);
    settle();
  }
}
const { calls, triangles } = renderer.info.render;
Object.assign(window, {
  looked: { calls, triangles, built, laps },
  drawMore,
  hide,
});
place.signs.say(
  place.place.doors.map(({ id, to }) => {
    const about = to ? "3 people inside" : "Not open yet. Here one will learn with courses.";
    return { name: id, about, isOpen: to !== null };
  }),
);

/** Stand people here: x,z,yaw,speed,seconds,what[,look];… looks as people/look.ts tells them. */
async function people(spots: string): Promise<void> {
  const company = new Pretended();
  const crowd = new Crowd(company as unknown as Company, new Wardrobe());
  scene.add(crowd.root, crowd.drawn);
  const rest = renderer.info.render.triangles;
  const told = spots.split(";").map((spot) => spot.split(","));
  for (const [slot, [x, z, yaw, speed, , what, look]] of told.entries()) {
    const position = [Number(x), 0, Number(z)] as const;
    const name = NAMES[slot % NAMES.length] ?? "";
    company.stand(slot, name, look ?? "", position, Number(yaw ?? 0), Number(speed ?? 0));
    company.do(slot, Number(what ?? 0));
  }
  crowd.update({ camera, isWide: false, rest }, 0, 0.016);
  await new Promise((done) => setTimeout(done, Number(asked.get("wait") ?? 6000)));
  const seconds = Number(told[0]?.[4] ?? 1);
  for (let t = 0; t < seconds; t += 1 / 30)
    crowd.update({ camera, isWide: false, rest }, t * 1000, 1 / 30);
  renderer.render(scene, camera);
  const { calls, triangles } = renderer.info.render;
  Object.assign(window, { crowded: { calls, triangles, ours: crowd.triangles }, crowd });
}

const NAMES = ["Iris", "Kofi", "Mei", "Dr. Leila", "Otto", "Zola", "Haru", "Amina", "Ravi", "Noa"];
const MOTIONS = [null, "wave", "nod", "clap", "thumbs-up", "bow", "heart"] as const;

/** A company without a house: everybody stands where they were put. */
class Pretended {
  private readonly all: Somebody[] = [];
  private readonly shown = new Map<number, Showing>();
  readonly people = { get: () => this.all };
  readonly gestures = { get: () => this.shown };
  loudness = () => 0.8;
  handsOf = () => null;

  stand(
    slot: number,
    name: string,
    look: string,
    position: readonly [number, number, number],
    yaw: number,
    speed: number,
  ): void {
    const pose = { at: 0, position, yaw, pitch: 0, flags: 0, tracked: null };
    const glide = { speed, at: () => pose } as unknown as Somebody["glide"];
    const is = { isMe: false, isHandUp: false, isSpeaking: false };
    const isNot = {
      isAway: false,
      isHost: false,
      isSilent: false,
      aside: 0,
      hand: 0,
      hasWord: false,
    };
    this.all.push({ slot, name, who: name, look, glide, ...is, ...isNot });
  }

  /** 1…6 a gesture; 7 a raised hand; 8 speaks; 9 sits. */
  do(slot: number, what: number): void {
    const one = this.all[slot];
    if (!one) return;
    const motion = MOTIONS[what];
    if (motion) this.shown.set(slot, { motion, at: 0 });
    const flags = what === 9 ? Flag.SEATED : 0;
    const pose = { ...one.glide.at(0), flags } as NonNullable<ReturnType<typeof one.glide.at>>;
    const glide = { speed: one.glide.speed, at: () => pose } as unknown as Somebody["glide"];
    this.all[slot] = { ...one, glide, isHandUp: what === 7, isSpeaking: what === 8 };
  }
}

const spots = asked.get("people") ?? location.hash.slice(1); // many do not fit into a query
if (spots) await people(spots);
renderer.render(scene, camera);
settle();
Object.assign(window, { isReady: true });
