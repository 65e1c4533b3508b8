import { api, ask } from "../../kit/api";
import type { Role } from "../../kit/session";
import type { Place } from "../../wire/world";

const OURS = "/api/world/making";

/** What is wrong with a draft, at a path of the place file. */
export interface Flaw {
  readonly path: string;
  readonly code: string;
  readonly hint: string;
}

export interface DraftAnswer {
  readonly place: Place;
  readonly revision: number;
  readonly shown: number;
  readonly editors: readonly Role[];
  readonly flaws: readonly Flaw[];
  readonly is_mine: boolean;
}

export interface ListedPlace {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  readonly maker: string;
  readonly is_mine: boolean;
  readonly shown: number;
  readonly changed_at: string;
  readonly is_archived: boolean;
}

export interface ShownVersion {
  readonly number: number;
  readonly maker: string;
  readonly made_at: string;
  readonly note: string;
  readonly is_current: boolean;
  readonly changes: {
    readonly came: Readonly<Record<string, number>>;
    readonly went: Readonly<Record<string, number>>;
    readonly about: readonly string[];
  };
}

export interface BroughtModel {
  readonly file: string;
  readonly name: string;
  readonly triangles: number;
}

function at(revision: number): { readonly "If-Match": string } {
  return { "If-Match": `"${revision}"` };
}

async function sent<T>(path: string, method: string, body: BodyInit, more = {}): Promise<T> {
  const answer = await ask(`${OURS}${path}`, { method, body, headers: more });
  return (await answer.json()) as T;
}

/** What we ask of the house about places in the making, one verb each. */
export const asking = {
  list: (stop?: AbortSignal) => api.get<{ places: readonly ListedPlace[] }>(OURS, stop),
  begin: (name: string, about: string, copy_of: string) =>
    api.post<{ id: string }>(OURS, { name, about, copy_of }),
  read: (id: string) => api.get<DraftAnswer>(`${OURS}/${id}`),
  save: (id: string, place: Place, revision: number) =>
    sent<DraftAnswer>(`/${id}`, "PUT", JSON.stringify(place), {
      "Content-Type": "application/json",
      ...at(revision),
    }),
  publish: (id: string, note: string, revision: number) =>
    api.post<{ version: number }>(`${OURS}/${id}/publish`, { note }, at(revision)),
  versions: (id: string, stop?: AbortSignal) =>
    api.get<readonly ShownVersion[]>(`${OURS}/${id}/versions`, stop),
  bringBack: (id: string, number: number, revision: number) =>
    api.post<DraftAnswer>(`${OURS}/${id}/versions/${number}/restore`, {}, at(revision)),
  letEdit: (id: string, roles: readonly Role[]) => api.put(`${OURS}/${id}/editors`, { roles }),
  archive: (id: string) => api.delete(`${OURS}/${id}`),
  takeOut: (id: string) => api.post(`${OURS}/${id}/restore`),
  bringModel: (id: string, file: File) =>
    sent<BroughtModel>(
      `/${id}/models?name=${encodeURIComponent(file.name.replace(/\.\w+$/, "").slice(0, 80))}`,
      "POST",
      file,
    ),
  pack: async (id: string) => (await ask(`${OURS}/${id}/export`)).blob(),
  unpack: (file: File) => sent<{ id: string }>("/import", "POST", file),
};
