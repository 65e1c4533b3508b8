import type { Intersection, Object3D, Ray, Raycaster } from "three";

type Name = "onPointerMove" | "onPointerDown" | "onPointerUp" | "onClick";
type Handler = (event: unknown) => void;

/** What React-Three-Fiber hangs on an object that listens. */
interface Listening {
  readonly __r3f?: { readonly handlers?: Partial<Record<Name, Handler>> };
}

/** Lets the ray of a hand press what a mouse presses on a screen. */
export class Press {
  private pressed: Object3D | null = null;

  constructor(private readonly things: () => Object3D[]) {}

  /** Press what the ray meets; false if it meets nothing that listens. */
  down(ray: Raycaster): boolean {
    const [hit] = ray.intersectObjects(this.things(), false);
    if (!hit) return false;
    this.pressed = hit.object;
    this.tell("onPointerMove", hit, ray.ray);
    this.tell("onPointerDown", hit, ray.ray);
    return true;
  }

  up(ray: Raycaster): boolean {
    const { pressed } = this;
    this.pressed = null;
    if (!pressed) return false;
    const [hit] = ray.intersectObjects([pressed], false);
    if (hit) {
      this.tell("onPointerUp", hit, ray.ray);
      this.tell("onClick", hit, ray.ray);
    }
    return true;
  }

  private tell(name: Name, hit: Intersection, ray: Ray): void {
    const handler = (hit.object as Listening).__r3f?.handlers?.[name];
    const nothing = () => {};
    handler?.({ ...hit, ray, clientX: 0, clientY: 0, pointerId: -1, stopPropagation: nothing });
  }
}
