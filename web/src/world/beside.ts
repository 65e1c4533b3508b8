import { api } from "../kit/api";
import { arrived, setPeople, whereabouts } from "../kit/place";
import { Store, useStore } from "../kit/store";

const ASK_MS = 3000;
const WORD = "companion"; // in the address, so that a phone can be handed a link

/** What the house tells of our own visit in another window; the place is "" while there is none. */
interface Beside {
  readonly place: string;
  readonly people: readonly { readonly name: string; readonly is_me: boolean }[];
}

/** Whether this window only shows panels beside a visit in another one. */
export const isBeside = new Store(new URLSearchParams(globalThis.location?.search ?? "").has(WORD));

/** Where that visit is: its place, "" for nowhere, null until the house has said. */
export const besideOf = new Store<string | null>(null);

/** Whether this window goes where another one goes: a way of its own would lead straight back. */
export function useIsLed(): boolean {
  const is = useStore(isBeside);
  return useStore(besideOf) !== "" && is;
}

export function goBeside(): void {
  history.replaceState(null, "", `${location.pathname}?${WORD}${location.hash}`);
  isBeside.set(true);
}

/** Be here oneself; the visit in the other window ends. */
export function comeInside(): void {
  if (!isBeside.get()) return;
  history.replaceState(null, "", `${location.pathname}${location.hash}`);
  isBeside.set(false);
}

/** Stay where the other window is, until the answer is called; opens no line and has no body. */
export function accompany(): () => void {
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  async function look(): Promise<void> {
    const told = await api.get<Beside>("/api/world/beside").catch(() => null);
    if (isOver) return;
    if (told) follow(told);
    timer = setTimeout(look, ASK_MS);
  }
  void look();
  return () => {
    isOver = true;
    clearTimeout(timer);
    besideOf.set(null);
  };
}

function follow({ place, people }: Beside): void {
  besideOf.set(place);
  if (!place) return;
  const shown = people.map(({ name, is_me }, i) => ({
    id: String(i),
    name,
    isMe: is_me,
    isSpeaking: false,
  }));
  const here = whereabouts.get();
  if (here.place !== place || here.state !== "here") arrived(place, shown);
  else if (JSON.stringify(here.people) !== JSON.stringify(shown)) setPeople(shown);
}
