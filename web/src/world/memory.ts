import { Store } from "../kit/store";

export type Shelf = Pick<Storage, "getItem" | "setItem">;

/** What somebody chose on this device, kept for each account in the browser's storage. */
export class Memory<T extends object> {
  readonly store: Store<T>;
  private account = "";

  /** @param name under which it is kept. */
  constructor(
    private readonly name: string,
    private readonly usual: T,
    private readonly shelf: Shelf | undefined = globalThis.localStorage,
  ) {
    this.store = new Store(usual);
  }

  /** Somebody is signed in on this device; "" is nobody. */
  open(account: string): void {
    if (account === this.account) return;
    this.account = account;
    this.store.set(this.read());
  }

  set(change: Partial<T>): void {
    this.store.update((before) => ({ ...before, ...change }));
    if (this.account) this.shelf?.setItem(this.key, JSON.stringify(this.store.get()));
  }

  private get key(): string {
    return `asklepion.${this.name}.${this.account}`;
  }

  private read(): T {
    try {
      const kept: unknown = JSON.parse((this.account && this.shelf?.getItem(this.key)) || "{}");
      return typeof kept === "object" ? { ...this.usual, ...kept } : this.usual;
    } catch {
      return this.usual;
    }
  }
}
