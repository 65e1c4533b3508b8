import { NeutralToneMapping, PCFShadowMap, PerspectiveCamera, Scene, WebGLRenderer } from "three";
import type { Place } from "../../../src/wire/world";
import { Avatar } from "../../../src/world/people/avatar";
import { Cast } from "../../../src/world/people/cast";
import { Materials } from "../../../src/world/scene/materials";
import { PlaceScene } from "../../../src/world/scene/place-scene";
import { complete } from "../complete";

// Draws one place without a house behind it, to be looked at: ?place=plaza&at=x,y,z&to=x,y,z

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
const place = new PlaceScene(complete(raw), new Materials(tier));
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

/** Stand people here: x,z,yaw,speed,seconds,what;… */
async function people(spots: string): Promise<void> {
  const names = [
    "Iris",
    "Kofi",
    "Mei",
    "Dr. Leila",
    "Otto",
    "Zola",
    "Haru",
    "Dr. Ngozi",
    "Dr. Max",
  ];
  const avatars = spots.split(";").map((spot, i) => {
    const [x = 0, z = 0, yaw = 0, speed = 0, seconds = 1, what = 0] = spot.split(",").map(Number);
    const avatar = new Avatar(cast, names[i % names.length] ?? "");
    avatar.name(names[i % names.length] ?? "", what === 3, what === 2);
    avatar.stand({ position: [x, 0, z], yaw });
    scene.add(avatar.root);
    return { avatar, speed, seconds, what };
  });
  await new Promise((done) => setTimeout(done, 4000));
  for (const { avatar, speed, seconds, what } of avatars) {
    for (let t = 0; t < seconds; t += 1 / 60) {
      const waved_s = what === 1 ? t : Number.POSITIVE_INFINITY;
      const doing = { speed, pitch: 0, isSeated: what === 4, isHandUp: what === 2, waved_s };
      avatar.update(doing, 3, 1 / 60);
    }
  }
  renderer.render(scene, camera);
}

const cast = new Cast();
const spots = asked.get("people");
if (spots) await people(spots);
renderer.render(scene, camera);
settle();
Object.assign(window, { isReady: true });
