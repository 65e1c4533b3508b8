import { api } from "../kit/api";
import type { Place } from "../wire/world";

const asked = new Map<string, Promise<Place>>();

/** One place as its file describes it; asked once, since no place changes while the house is open. */
export function readPlace(id: string): Promise<Place> {
  const known = asked.get(id);
  if (known) return known;
  const place = api.get<Place>(`/api/world/places/${id}`);
  asked.set(id, place);
  place.catch(() => asked.delete(id)); // the next one asks again
  return place;
}

/** Another person signs in, another house answers: nothing is remembered. */
export function forgetPlaces(): void {
  asked.clear();
}
