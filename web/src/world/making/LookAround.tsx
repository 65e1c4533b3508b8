import { useFrame, useThree } from "@react-three/fiber";
import { type RefObject, useEffect, useState } from "react";
import { CapsuleGeometry, Group, Mesh, MeshBasicMaterial, type PerspectiveCamera } from "three";
import { t } from "../../kit/text";
import { toast } from "../../kit/ui";
import type { Door, Place } from "../../wire/world";
import { Ground } from "../ground/ground";
import { hourNow } from "../scene/hours";
import { Materials } from "../scene/materials";
import { PlaceScene } from "../scene/place-scene";
import { Controls } from "../walk/controls";
import { FollowCamera } from "../walk/follow";
import { Walker } from "../walk/walker";
import { completed } from "./completed";
import type { Opened } from "./desk";
import { placeOf } from "./parts";
import { doorWords } from "./words";

/** The draft as a visitor sees it and walks in it; nobody else is there. */
class Visitor {
  readonly root = new Group();
  readonly scene: PlaceScene;
  private readonly materials = new Materials();
  private readonly walker: Walker;
  private readonly follow: FollowCamera;
  private readonly controls: Controls;
  private readonly body = new Mesh(
    new CapsuleGeometry(0.24, 1.1, 6, 16),
    new MeshBasicMaterial({ color: "#1c8f8b", transparent: true, opacity: 0.3 }),
  );

  constructor(place: Place, camera: PerspectiveCamera, element: HTMLElement) {
    this.scene = new PlaceScene(place, this.materials, hourNow);
    this.scene.signs.say(place.doors.map(doorWords));
    const ground = new Ground(place);
    this.walker = new Walker(ground, place.doors, through);
    this.walker.put(place.spawn);
    this.follow = new FollowCamera(camera, ground, this.scene.isInside);
    this.follow.heading = place.spawn.yaw;
    this.controls = new Controls(element, {
      turn: (by, up) => this.follow.turn(by, up),
      zoom: (by) => this.follow.zoom(by),
      isHeld: () => false,
    });
    this.root.add(this.scene.root, this.body);
  }

  update(dt: number): void {
    this.scene.update(dt);
    const { wish } = this.controls;
    if (Math.abs(wish.right) > 0.1 && wish.ahead >= 0) this.follow.turn(-wish.right * 0.9 * dt, 0);
    this.walker.update(wish, this.follow.heading, dt);
    this.follow.update(this.walker.position, dt);
    const [x, y, z] = this.walker.position;
    this.body.position.set(x, y + 0.8, z);
  }

  dispose(): void {
    this.controls.dispose();
    this.body.geometry.dispose();
    this.body.material.dispose();
    this.scene.dispose();
    this.materials.dispose();
    this.root.removeFromParent();
  }
}

function through(door: Door): void {
  toast(t("world.making.look.door", { name: doorWords(door).name }));
}

interface LookAroundProps {
  opened: Opened;
  frame: RefObject<HTMLElement | null>;
}

export function LookAround({ opened, frame }: LookAroundProps) {
  const camera = useThree((state) => state.camera) as PerspectiveCamera;
  const world = useThree((state) => state.scene);
  const [visitor, setVisitor] = useState<Visitor | null>(null);
  useEffect(() => {
    if (!frame.current) return;
    const made = new Visitor(completed(placeOf(opened.model.doc.get())), camera, frame.current);
    world.fog = made.scene.sky.fog;
    setVisitor(made);
    frame.current.focus();
    return () => {
      world.fog = null;
      made.dispose();
      setVisitor(null);
    };
  }, [opened, camera, world, frame]);
  useFrame((_, dt) => visitor?.update(Math.min(dt, 0.1)));
  return visitor && <primitive object={visitor.root} />;
}
