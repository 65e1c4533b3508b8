import { ApiError } from "../../kit/api";
import { isWriting } from "../../kit/keys";
import { accountNow, onAccountChange, type Role } from "../../kit/session";
import { Store } from "../../kit/store";
import type { Place } from "../../wire/world";
import { forgetPlace, lookForPlaces } from "../places";
import { asking, type DraftAnswer, type Flaw } from "./asking";
import { EditModel } from "./edit-model";
import { pressAnywhere } from "./keys";
import { setAbout } from "./ops";
import { type Doc, docOf, placeOf } from "./parts";

const KEPT = "asklepion.making.";

/** A place that is open for editing. */
export interface Opened {
  readonly id: string;
  readonly model: EditModel;
  /** As the house has it. */
  readonly saved: Doc;
  readonly revision: number;
  readonly shown: number;
  readonly editors: readonly Role[];
  readonly flaws: readonly Flaw[];
  readonly isMine: boolean;
  /** What was not saved before a reload is here again. */
  readonly isRestored: boolean;
  /** Somebody else saved since: ours cannot simply be saved. */
  readonly isOvertaken: boolean;
}

interface Kept {
  readonly revision: number;
  readonly place: Place;
}

/** Opens places, keeps what is not saved in this browser, saves and publishes. */
export class MakingDesk {
  readonly opened = new Store<Opened | null>(null);
  readonly isLooking = new Store(false); // as a visitor
  private stop = () => {};
  private wishes = 0; // an answer to any but the last opens nothing

  constructor(private readonly shelf: Storage | undefined = globalThis.localStorage) {}

  async open(id: string): Promise<void> {
    this.wishes += 1;
    const wish = this.wishes;
    const account = accountNow();
    const answer = await asking.read(id);
    if (wish === this.wishes && account === accountNow()) {
      this.take(id, answer, this.remembered(id));
    }
  }

  close(): void {
    this.wishes += 1;
    this.stop();
    this.isLooking.set(false);
    this.opened.set(null);
  }

  get isChanged(): boolean {
    const now = this.opened.get();
    return now !== null && same(now.model.doc.get()) !== same(now.saved);
  }

  /** Keep the draft in the house. A conflict is told by `isOvertaken`; nothing is lost. */
  async save(): Promise<void> {
    const now = this.opened.get();
    if (!now) return;
    const doc = now.model.doc.get();
    try {
      const answer = await asking.save(now.id, placeOf(doc), now.revision);
      this.settle(now, doc, answer);
    } catch (error) {
      const isLate = error instanceof ApiError && error.status === 409;
      if (isLate && this.isOpen(now)) this.change({ isOvertaken: true });
      throw error;
    }
  }

  async publish(note: string): Promise<void> {
    const before = this.opened.get();
    if (this.isChanged) await this.save();
    const now = this.opened.get();
    if (!now || now.model !== before?.model) return;
    const { version } = await asking.publish(now.id, note, now.revision);
    if (this.isOpen(now)) this.change({ shown: version });
    forgetPlace(now.id);
    await lookForPlaces();
  }

  /** Drop what is ours, and read what is saved. */
  async readTheirs(): Promise<void> {
    const now = this.opened.get();
    if (!now) return;
    this.forget(now.id);
    await this.open(now.id);
  }

  /** Keep ours as a place of its own, and go on there. */
  async saveAsCopy(name: string): Promise<void> {
    const now = this.opened.get();
    if (!now) return;
    const { id } = await asking.begin(name, "", now.id);
    const fresh = await asking.read(id);
    const mine = setAbout({ id, name_key: name })(now.model.doc.get());
    await asking.save(id, placeOf(mine), fresh.revision);
    if (!this.isOpen(now)) return;
    this.forget(now.id);
    await this.open(id);
  }

  /** Go on from an older version: one step, so that undoing it brings back what was not saved. */
  async bringBack(number: number): Promise<void> {
    const now = this.opened.get();
    if (!now) return;
    const answer = await asking.bringBack(now.id, number, now.revision);
    if (!this.isOpen(now)) return;
    const saved = docOf(answer.place);
    now.model.endGesture();
    now.model.chosen.set(""); // its key may be another part's there
    this.settle(now, saved, answer);
    now.model.apply(() => saved);
  }

  async letEdit(editors: readonly Role[]): Promise<void> {
    const now = this.opened.get();
    if (!now) return;
    await asking.letEdit(now.id, editors);
    if (this.isOpen(now)) this.change({ editors });
  }

  private take(id: string, answer: DraftAnswer, kept: Kept | null): void {
    this.stop();
    const saved = docOf(answer.place);
    const mine = kept && { ...kept.place, id };
    const model = new EditModel(saved);
    if (mine) model.apply(() => docOf(mine));
    const { revision, shown, editors, flaws, is_mine } = answer;
    const isOvertaken = kept !== null && kept.revision !== revision;
    this.opened.set({
      ...{ id, model, saved, revision: kept?.revision ?? revision, shown, editors, flaws },
      isMine: is_mine,
      isRestored: kept !== null,
      isOvertaken,
    });
    const forget = model.doc.subscribe(() => this.remember());
    const press = (event: KeyboardEvent): void => {
      if (isWriting(event.target) || this.isLooking.get()) return;
      if (pressAnywhere(event, model)) event.preventDefault();
    };
    addEventListener("keydown", press);
    this.stop = () => {
      forget();
      removeEventListener("keydown", press);
    };
    this.remember();
  }

  private settle(before: Opened, saved: Doc, answer: DraftAnswer): void {
    if (!this.isOpen(before)) return;
    const { revision, flaws } = answer;
    this.change({ saved, revision, flaws, isRestored: false, isOvertaken: false });
    this.remember();
  }

  /** Whether it is still the one that is open: an answer may come late. */
  private isOpen({ model }: Opened): boolean {
    return this.opened.get()?.model === model;
  }

  private change(what: Partial<Opened>): void {
    this.opened.update((now) => now && { ...now, ...what });
  }

  private remembered(id: string): Kept | null {
    try {
      return JSON.parse(this.shelf?.getItem(keyOf(id)) ?? "null") as Kept | null;
    } catch {
      return null;
    }
  }

  private remember(): void {
    const now = this.opened.get();
    if (!now) return;
    if (!this.isChanged) {
      this.forget(now.id);
      return;
    }
    const kept: Kept = { revision: now.revision, place: placeOf(now.model.doc.get()) };
    try {
      this.shelf?.setItem(keyOf(now.id), JSON.stringify(kept));
    } catch {
      // the browser keeps nothing, or no more: what is not saved goes with the page
    }
  }

  private forget(id: string): void {
    this.shelf?.removeItem(keyOf(id));
  }
}

/** What somebody did not save is theirs alone, whoever else uses the browser. */
function keyOf(id: string): string {
  return `${KEPT}${accountNow()}.${id}`;
}

function same({ about, entries }: Doc): string {
  return JSON.stringify([about, entries.map(({ part }) => part)]);
}

export const desk = new MakingDesk();

onAccountChange(() => desk.close()); // whoever signs in next begins anew
