import { ApiError, errorOf } from "../../kit/api";
import { t } from "../../kit/text";

/** An avatar that one brought, as the house tells of it. */
export interface OwnAvatar {
  readonly id: string;
  readonly name: string;
  readonly authors: readonly string[];
  readonly licence: Readonly<Record<string, string | boolean>>;
  readonly size: number;
  readonly triangles: number;
  readonly height_m: number;
  readonly is_worn: boolean;
  readonly dropped_at: string | null;
}

export const AVATARS = "/api/world/avatars";
export const MOST_MIB = 10;
/** With more, fewer people see it: a picture has only so much room. */
export const LIGHT_TRIANGLES = 20_000;

/**
 * Send an avatar to the house.
 *
 * @param isPermitted one made it, or its author lets one wear it.
 * @param tell is told how much of it has gone, 0 … 1.
 */
export function bringAvatar(
  file: Blob,
  isPermitted: boolean,
  tell: (share: number) => void,
): Promise<OwnAvatar> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest(); // fetch does not say how much has gone
    request.open("POST", `${AVATARS}${isPermitted ? "?permitted=true" : ""}`);
    request.setRequestHeader("Content-Type", "model/gltf-binary");
    request.upload.onprogress = ({ loaded, total }) => tell(total ? loaded / total : 0);
    request.onerror = () => {
      fail(new ApiError(0, t("kit.error.offline"), t("kit.error.offline.hint"), "offline"));
    };
    request.onload = () => {
      const { status, responseText } = request;
      if (status === 201) done(JSON.parse(responseText) as OwnAvatar);
      else void errorOf(new Response(responseText, { status })).then(fail);
    };
    request.send(file);
  });
}

/** What is wrong with a file that need not even be sent; the end of its words' key, or null. */
export async function flawOf(file: File): Promise<string | null> {
  if (file.size > MOST_MIB * 1024 * 1024) return "too-large";
  const begins = new TextDecoder("latin1").decode(await file.slice(0, 4).arrayBuffer());
  return begins === "glTF" ? null : "no-vrm";
}
