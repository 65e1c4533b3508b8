import { api, ask } from "../../kit/api";
import { type Subject, streamParams } from "../subject";

/** One study in a list. */
export interface Listed {
  readonly id: string;
  readonly started: string | null;
  readonly text: string;
  readonly modalities: readonly string[];
  readonly series: number;
  readonly count: number;
  /** The object whose picture stands for it; null where none has one. */
  readonly image: string | null;
}

/** One object of a series. */
export interface Picture {
  readonly id: string;
  readonly number: number;
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  /** Between rows and between columns [mm]. */
  readonly spacing: readonly [number, number] | null;
  /** The spacing is that of the detector, not of the body. */
  readonly is_at_detector: boolean;
  readonly is_colour: boolean;
}

export interface Series {
  readonly uid: string;
  readonly number: number;
  readonly modality: string;
  readonly text: string;
  readonly images: readonly Picture[];
}

export interface Study {
  readonly id: string;
  readonly started: string | null;
  readonly text: string;
  readonly modalities: readonly string[];
  readonly series: readonly Series[];
}

/** One frame of one object: what one scrolls through. */
export interface Slice {
  readonly picture: Picture;
  readonly frame: number;
}

/** Greys as numbers, or colours as a picture. */
export interface Frame {
  readonly rows: number;
  readonly columns: number;
  /** value = stored × slope + intercept */
  readonly slope: number;
  readonly intercept: number;
  readonly centre: number;
  readonly width: number;
  readonly inverted: boolean;
  /** Pixels of the object for one of these. */
  readonly step: number;
  readonly values: Int16Array | null;
  readonly colours: ImageBitmap | null;
}

export function listStudies(who: Subject, signal: AbortSignal): Promise<readonly Listed[]> {
  const path = `/api/records/patients/${encodeURIComponent(who.patient)}/images`;
  return api.get(`${path}${streamParams(who)}`, signal);
}

export function readStudy(who: Subject, id: string, signal: AbortSignal): Promise<Study> {
  return api.get(`/api/records/images/${encodeURIComponent(id)}${streamParams(who)}`, signal);
}

export function thumbnailOf(who: Subject, study: string, image: string): string {
  return `/api/records/images/${study}/${image}/thumbnail${streamParams(who)}`;
}

/** Every frame of a series that has a picture, in order. */
export function slicesOf(series: Series): Slice[] {
  return series.images.flatMap((picture) =>
    Array.from({ length: picture.frames }, (_, index) => ({ picture, frame: index + 1 })),
  );
}

/** One frame, as the house draws it for us. */
export async function loadFrame(
  who: Subject,
  study: string,
  { picture, frame }: Slice,
  signal: AbortSignal,
): Promise<Frame> {
  const path = `/api/records/images/${study}/${picture.id}/frames/${frame}${streamParams(who)}`;
  const response = await ask(path, { signal });
  const told = JSON.parse(response.headers.get("x-frame") ?? "{}") as Frame;
  const isGrey = response.headers.get("content-type") === "application/octet-stream";
  if (!isGrey) {
    return { ...told, values: null, colours: await createImageBitmap(await response.blob()) };
  }
  return { ...told, values: new Int16Array(await response.arrayBuffer()), colours: null };
}
