import type { Packet } from "./packets";

/** Which device of the house a device by Bluetooth is, on this machine. */
export interface Pairing {
  readonly device: string;
  readonly name: string;
  /** Whose readings on it are hers, where it keeps those of several people. */
  readonly user?: number;
  /** The last stored measurement that was heard. */
  readonly since?: number;
  /** Heard, and not sent before she has said which of its people she is. */
  readonly held?: readonly Packet[];
}

function keyOf(account: string): string {
  return `asklepion.paired.${account}`;
}

/** Every pairing of this account on this machine, by the radio's own id. */
export function pairings(account: string): Readonly<Record<string, Pairing>> {
  try {
    return JSON.parse(localStorage.getItem(keyOf(account)) ?? "{}") as Record<string, Pairing>;
  } catch {
    return {};
  }
}

export function pair(account: string, radioId: string, pairing: Pairing): void {
  const all = { ...pairings(account), [radioId]: pairing };
  localStorage.setItem(keyOf(account), JSON.stringify(all));
}
