import { Group } from "three";
import type { PlacedModel } from "../../wire/world";

/** Where the bytes of a model of a place are to be had. */
export function modelAddress(place: string, file: string): string {
  return `/api/world/places/${place}/models/${file}`;
}

/** The models that came with a place, each standing on its foot; they come when they have come. */
export class Models {
  readonly root = new Group();
  private readonly owned: { dispose(): void }[] = [];
  private isGone = false;

  constructor(
    private readonly place: string,
    models: readonly PlacedModel[],
  ) {
    this.root.name = "models";
    for (const model of models) this.root.add(this.stand(model));
  }

  dispose(): void {
    this.isGone = true;
    for (const one of this.owned) one.dispose();
    this.root.removeFromParent();
  }

  private stand({ file, position, yaw, size }: PlacedModel): Group {
    const foot = new Group();
    foot.position.set(...position);
    foot.rotation.y = yaw;
    foot.scale.setScalar(size);
    void import("../things/model").then(async ({ heightOf, loadModel }) => {
      const model = await loadModel(modelAddress(this.place, file)).catch(() => null);
      if (!model) return;
      if (this.isGone) return model.dispose();
      this.owned.push(model);
      model.root.position.y = heightOf(model) / 2; // its middle lies at the origin
      foot.add(model.root);
    });
    return foot;
  }
}
