import type { Camera, Scene, WebGLRenderer } from "three";
import { Store } from "../../kit/store";
import type { Stage } from "../stage";

/** What takes pictures of the scene, while one is shown. */
export interface Studio {
  /**
   * Take a picture of what the scene shows, without names and panels.
   *
   * @param isPlain whether somebody, by what stands for them, is drawn as a plain figure.
   */
  take(isPlain: (who: string) => boolean): Promise<Blob>;
  /** Look back at oneself from an arm's length, or over the shoulder again. */
  hold(isSelfie: boolean): void;
}

export const studio = new Store<Studio | null>(null);

const QUALITY = 0.92;
const SHARP = 1.5; // points of a photo for each of the page, however few are drawn else

/** Take pictures of this stage until the answer is called. */
export function openStudio(
  stage: Stage,
  parts: { gl: WebGLRenderer; scene: Scene; camera: Camera },
): () => void {
  const { gl, scene, camera } = parts;
  const made: Studio = {
    take(isPlain) {
      if (gl.xr.isPresenting) return Promise.reject(new Error("a headset draws"));
      let picture: Promise<Blob> | null = null;
      const share = gl.getPixelRatio();
      gl.setPixelRatio(Math.max(share, SHARP));
      stage.pose(isPlain, () => {
        gl.render(scene, camera);
        picture = pictureOf(gl.domElement); // before the browser clears what was drawn
      });
      gl.setPixelRatio(share);
      gl.render(scene, camera); // a new size is an empty picture
      return picture ?? Promise.reject(new Error("nothing was drawn"));
    },
    hold(isSelfie) {
      stage.isSelfie = isSelfie;
    },
  };
  studio.set(made);
  return () => {
    if (studio.get() === made) studio.set(null);
  };
}

function pictureOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((done, fail) => {
    canvas.toBlob(
      (blob) => (blob ? done(blob) : fail(new Error("no picture"))),
      "image/jpeg",
      QUALITY,
    );
  });
}
