import { Group, type PerspectiveCamera, Raycaster, Vector2 } from "three";
import { language } from "../kit/text";
import { type Door, Flag, type Place, type Seat } from "../wire/world";
import type { Company } from "./company";
import { Ground } from "./ground/ground";
import { Marker } from "./marker";
import { personId, thingsIn } from "./panels/things";
import { Crowd, type Own } from "./people/crowd";
import type { Wardrobe } from "./people/wardrobe";
import { holdOut } from "./photo/selfie";
import { hours } from "./scene/hours";
import type { Materials } from "./scene/materials";
import { PlaceScene } from "./scene/place-scene";
import { SHOWN_SCREEN } from "./showing/screen";
import { wordsFor } from "./sign-words";
import { seatAimedAt } from "./things/seats";
import { ThingsScene } from "./things/things-scene";
import { Touch } from "./things/touch";
import { aimedAt } from "./walk/aim";
import { FollowCamera } from "./walk/follow";
import { Walker, type Wish } from "./walk/walker";
import type { Errand } from "./world";

const LONGEST_S = 0.1; // a page that slept does not leap
const CLOSE_M = 1; // nearer than this our own head would fill the picture
const STILL: Wish = { ahead: 0, right: 0, isRunning: false };

export interface StageParts {
  readonly company: Company;
  readonly camera: PerspectiveCamera;
  readonly materials: Materials;
  readonly wardrobe: Wardrobe;
  /** The hour of the day that places show, 0…24. */
  readonly hour: () => number;
  /** Somebody walked up to a door. */
  readonly through: (door: Door) => void;
}

/** One place with everybody in it, and our own walk through it. */
export class Stage {
  readonly root = new Group();
  readonly scene: PlaceScene;
  readonly ground: Ground;
  readonly walker: Walker;
  readonly follow: FollowCamera;
  readonly things: ThingsScene;
  /** What hands do to things. */
  readonly touch: Touch;
  /** Another drives us: the headset moves body and eyes. */
  isDriven = false;
  private swungFrom: number | null = null; // where we looked when we held the camera out
  private peopleDrawn = 0;
  /** Where we walk to sit down. */
  private wantedSeat: Seat | null = null;
  private readonly crowd: Crowd;
  private readonly marker = new Marker();
  private readonly stops: readonly (() => void)[];

  constructor(
    readonly place: Place,
    private readonly parts: StageParts,
  ) {
    const { company, camera, wardrobe } = parts;
    this.scene = new PlaceScene(place, parts.materials, parts.hour);
    this.ground = new Ground(place);
    this.walker = new Walker(this.ground, place.doors, parts.through);
    this.follow = new FollowCamera(camera, this.ground, this.scene.isInside);
    this.crowd = new Crowd(company, wardrobe);
    this.things = new ThingsScene(company.loose);
    this.touch = new Touch(company, this.things);
    this.root.add(this.scene.root, this.crowd.root, this.crowd.drawn, this.marker.root);
    this.root.add(this.things.root);
    const { position, yaw } = (this.isHere && company.pose) || place.spawn;
    this.walker.put({ position, yaw });
    this.follow.heading = yaw;
    this.letter();
    this.stops = [
      company.put.subscribe(() => this.obey()),
      company.signs.subscribe(() => this.letter()),
      language.subscribe(() => this.letter()),
      hours.subscribe(() => this.scene.tellTime()),
    ];
    void document.fonts?.ready.then(() => this.scene.signs.refresh());
  }

  /** Whether the house has let us into this place, and not yet into the next. */
  get isHere(): boolean {
    return this.parts.company.stay.get().place === this.place.id;
  }

  /**
   * @param focus id of the thing that the list of things has in mind.
   * @param drawn what the last picture took for each eye [triangles]; null where none was drawn.
   */
  update(wish: Wish, focus: string, now: number, dt_s: number, drawn: number | null): void {
    const dt = Math.min(dt_s, LONGEST_S);
    const { company, camera } = this.parts;
    this.scene.update(dt);
    if (!this.isDriven) this.walk(this.isHere ? wish : STILL, dt);
    company.carry.ground = this.ground;
    company.update(now);
    this.things.update(now, dt);
    const rest = drawn === null ? null : drawn - this.peopleDrawn;
    this.crowd.update({ camera, isWide: this.isDriven, rest }, now, dt, this.own());
    this.peopleDrawn = this.crowd.triangles;
    this.marker.show(this.spotOf(focus, now));
    this.marker.update(dt);
  }

  /** Whether we look back at ourselves from an arm's length. */
  get isSelfie(): boolean {
    return this.swungFrom !== null;
  }

  set isSelfie(is: boolean) {
    this.swungFrom = is ? (this.swungFrom ?? this.follow.heading) : null;
  }

  /** Draw a picture to be kept: without names and shown screens, some people as plain figures. */
  pose(isPlain: (who: string) => boolean, draw: () => void): void {
    this.crowd.pose(isPlain);
    const screen = this.root.parent?.getObjectByName(SHOWN_SCREEN);
    const left = [this.marker.root, screen].filter((one) => one?.visible);
    for (const one of left) if (one) one.visible = false;
    draw();
    for (const one of left) if (one) one.visible = true;
  }

  /** Walk to where somebody clicked: the point on the picture is −1…1 from left and below. */
  click(x: number, y: number): void {
    const ray = new Raycaster();
    ray.setFromCamera(new Vector2(x, y), this.parts.camera);
    const { origin, direction } = ray.ray;
    const [from, way] = [origin.toArray(), direction.toArray()];
    const aim = aimedAt(from, way, this.ground, this.place.doors);
    const seat = seatAimedAt(this.place, this.parts.company.loose.seats.get(), from, way);
    if (seat && !aim?.door) this.goToSeat(seat.seat);
    else if (aim) {
      this.wantedSeat = null;
      if (this.seat) this.parts.company.loose.stand();
      else this.walker.goTo(aim.at);
    }
  }

  /** Walk up to a seat and sit down. */
  goToSeat(seat: Seat): void {
    const { position, yaw } = seat;
    const before = [position[0] - Math.sin(yaw) * 0.8, position[2] - Math.cos(yaw) * 0.8] as const;
    this.wantedSeat = seat;
    if (this.seat || !this.walker.goTo(before, 0.5)) this.sit();
  }

  /** Go through a door. */
  go(door: Door): void {
    this.parts.through(door);
  }

  run({ position, near_m }: Errand): void {
    this.walker.goTo([position[0], position[2]], near_m);
  }

  dispose(): void {
    for (const stop of this.stops) stop();
    this.crowd.dispose();
    this.marker.dispose();
    this.things.dispose();
    this.scene.dispose();
    this.root.removeFromParent();
  }

  private walk(wish: Wish, dt: number): void {
    const { walker, follow } = this;
    const { company } = this.parts;
    if (Math.abs(wish.right) > 0.1 && wish.ahead >= 0) follow.turn(-wish.right * 0.9 * dt, 0);
    const isWishing = Math.abs(wish.ahead) > 0.1 || Math.abs(wish.right) > 0.1;
    if (this.seat && isWishing) company.loose.stand();
    if (isWishing) this.wantedSeat = null;
    walker.update(this.seat ? STILL : wish, follow.heading, dt);
    if (this.wantedSeat && !walker.isOnTheWay) this.sit();
    follow.update(walker.position, dt);
    if (this.swungFrom !== null) {
      const round = follow.heading - this.swungFrom;
      holdOut(this.parts.camera, walker.position, walker.yaw, round);
    }
    if (this.isHere) company.show(this.own().pose);
  }

  private own(): Own {
    const { position, yaw, speed } = this.walker;
    const pose = { position, yaw, pitch: 0, flags: this.seat ? Flag.SEATED : 0, tracked: null };
    return { pose, speed, isVisible: !this.isDriven && this.eyeGap() > CLOSE_M };
  }

  private get seat(): string {
    return this.isHere ? this.parts.company.loose.seat : "";
  }

  private sit(): void {
    if (this.wantedSeat) this.parts.company.loose.sit(this.wantedSeat.id);
    this.wantedSeat = null;
  }

  /** Write on the signs over the doors what lies behind, and who is there. */
  private letter(): void {
    const signs = this.parts.company.signs.get();
    this.scene.signs.say(this.place.doors.map((door) => wordsFor(door, signs)));
  }

  /** The house puts us somewhere: we came in, or a step was not possible. */
  private obey(): void {
    const put = this.parts.company.put.get();
    if (!put || !this.isHere) return;
    this.walker.put(put.spot);
    if (put.why === "welcome") this.follow.heading = put.spot.yaw;
  }

  private eyeGap(): number {
    const [x, , z] = this.walker.position;
    const eye = this.parts.camera.position;
    return Math.hypot(eye.x - x, eye.z - z);
  }

  private spotOf(focus: string, now: number): readonly [number, number, number] | null {
    if (!focus) return null;
    const people = this.parts.company.people.get();
    const somebody = people.find((one) => personId(one) === focus);
    if (somebody) return somebody.glide.at(now)?.position ?? null;
    const thing = thingsIn(this.place, this.walker.position).find(({ id }) => id === focus);
    if (!thing) return null;
    const [x, , z] = thing.position;
    return [x, this.ground.floor(x, z) ?? thing.position[1], z];
  }
}
