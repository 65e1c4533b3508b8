import { api } from "../kit/api";
import { accountNow } from "../kit/session";
import { Store, useStore } from "../kit/store";
import { hasText, language, t } from "../kit/text";
import type { Place, PlaceCard } from "../wire/world";

const asked = new Map<string, Promise<Place>>();

/** Grows whenever a place is another than it was: whoever shows one reads it again. */
export const placesChanged = new Store(0);

/** The places that people made, as far as we may know of them. */
export const madePlaces = new Store<readonly PlaceCard[]>([]);

const MADE = /^place-[0-9a-f]{12}$/;

/** Whether a place was made by somebody here, by its id. */
export function isMade(place: string): boolean {
  return MADE.test(place);
}

/** One place as its file describes it; asked once, until somebody publishes it anew. */
export function readPlace(id: string): Promise<Place> {
  const known = asked.get(id);
  if (known) return known;
  const place = api.get<Place>(`/api/world/places/${id}`);
  asked.set(id, place);
  place.catch(() => asked.delete(id)); // the next one asks again
  return place;
}

/** Somebody published it: read it again, and so do all who show it. */
export function forgetPlace(id: string): void {
  asked.delete(id);
  placesChanged.update((n) => n + 1);
}

/** Ask which places people have made. */
export async function lookForPlaces(): Promise<void> {
  const account = accountNow();
  const all = await api.get<readonly PlaceCard[]>("/api/world/places");
  if (account === accountNow()) madePlaces.set(all.filter(({ id }) => isMade(id)));
}

/** Another person signs in, another house answers: nothing is remembered. */
export function forgetPlaces(): void {
  asked.clear();
  madePlaces.set([]);
}

/** A number that is another once the place a part of the page shows may be another. */
export function usePlacesChanged(): number {
  return useStore(placesChanged);
}

/** What a place is called; of one that we know nothing of, only that it is another. */
export function placeName(id: string): string {
  const made = madePlaces.get().find((one) => one.id === id);
  if (made) return made.name_key;
  return hasText(`world.place.${id}`) ? t(`world.place.${id}`) : t("world.place.unknown");
}

/** The same, drawn again when somebody makes a place or another language is chosen. */
export function usePlaceName(): typeof placeName {
  useStore(madePlaces);
  useStore(language);
  return placeName;
}
