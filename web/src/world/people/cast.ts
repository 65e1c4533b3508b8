import { type Group, Mesh, MeshLambertMaterial } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { clone } from "three/addons/utils/SkeletonUtils.js";

const FOLDER = "/assets/bodies/avatars";
const CLINICIAN = /^(dr|doctor|prof)\b|医生|大夫|医师/iu;

interface Role {
  readonly name: string;
  readonly file: string;
  readonly clinician: boolean;
  readonly height: number;
  readonly eyes: number;
}

/** The bodies that were baked at set-up; whoever has none is a plain figure. */
export class Cast {
  private readonly loader = new GLTFLoader();
  private readonly bodies = new Map<string, Promise<Group>>();
  /** Matt, coloured by its points: one for everybody. */
  private readonly skin = new MeshLambertMaterial({ vertexColors: true });
  private roles: Promise<readonly Role[]> | null = null;

  /** A body of one's own for a name: the same name, the same body. */
  async play(name: string): Promise<{ body: Group; height: number; eyes: number } | null> {
    this.roles ??= readRoles();
    const all = await this.roles;
    const own = all.find((role) => name.toLowerCase().split(/\s+/).includes(role.name));
    const fitting = own ? [own] : all.filter(({ clinician }) => clinician === CLINICIAN.test(name));
    const role = fitting[chance(name) % Math.max(1, fitting.length)];
    if (!role) return null;
    let loading = this.bodies.get(role.file);
    if (!loading) {
      loading = this.loader.loadAsync(`${FOLDER}/${role.file}`).then(({ scene }) => scene);
      this.bodies.set(role.file, loading);
    }
    const body = clone(await loading) as Group;
    body.traverse((node) => {
      if (!(node instanceof Mesh)) return;
      node.frustumCulled = false; // a walking body is elsewhere than its rest
      node.material = this.skin;
    });
    return { body, height: role.height, eyes: role.eyes };
  }
}

async function readRoles(): Promise<readonly Role[]> {
  try {
    const answer = await fetch(`${FOLDER}/people.json`);
    return answer.ok ? ((await answer.json()) as { people: Role[] }).people : [];
  } catch {
    return []; // nothing was baked
  }
}

function chance(name: string): number {
  let sum = 7;
  for (const sign of name) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) >>> 0;
  return sum;
}
