import { api } from "../../kit/api";
import { askPasskey, makePasskey, type PasskeyOptions } from "../../kit/passkey";
import { type Me, welcome } from "../../kit/session";
import { Store } from "../../kit/store";
import { t } from "../../kit/text";
import type { Closing, Return } from "../closing/model";

const PATH = "/api/identity";

export interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly is_synced: boolean;
  readonly created_at: string;
  readonly used_at: string | null;
}

export interface Wallet {
  readonly address: string;
  readonly chain: number;
  readonly opens: boolean;
  readonly used_at: string | null;
}

/** How one comes in. */
export interface Keys {
  readonly passkeys: readonly Passkey[];
  readonly has_password: boolean;
  readonly printed_at: string | null;
  readonly wallets: readonly Wallet[];
}

export interface Guardian {
  readonly email: string;
  readonly name: string;
  readonly accepted_at: string | null;
}

export interface Ward {
  readonly account: string;
  readonly name: string;
  readonly accepted_at: string | null;
}

/** Somebody whom one guards asks to be let back in; which request is theirs, their code says. */
export interface Wish {
  readonly account: string;
  readonly name: string;
  readonly started_at: string;
  readonly is_agreed: boolean;
}

/** Who lets one back in, and whom one lets back in. */
export interface Guarding {
  readonly needed: number;
  readonly rehearsed_at: string | null;
  readonly delay_h: number;
  readonly guardians: readonly Guardian[];
  readonly wards: readonly Ward[];
  readonly wishes: readonly Wish[];
}

/** How far it is that guardians let somebody back in. */
export interface Progress {
  readonly id: string;
  readonly state: "open" | "waiting" | "ready" | "cancelled" | "done";
  readonly agreed: number;
  readonly needed: number;
  readonly ready_at: string | null;
}

export interface Notice {
  readonly id: string;
  readonly kind: string;
  readonly about: string;
  readonly at: string;
  readonly is_seen: boolean;
}

export interface Told {
  readonly notices: readonly Notice[];
  readonly running: readonly Progress[];
  readonly closing?: Closing | null;
  readonly return?: Return | null;
}

/** A one-time link, with a picture of it to scan. */
export interface OneTimeLink {
  readonly id: string;
  readonly url: string;
  readonly qr: string;
  readonly expires_at: string;
}

/** Counts up whenever somebody changed a key here, so that whoever shows keys asks again. */
export const keysChanged = new Store(0);

export function noteChange(): void {
  keysChanged.update((n) => n + 1);
}

/** Come in with a passkey. */
export async function enter(signal?: AbortSignal): Promise<Me> {
  const options = await api.post<PasskeyOptions>(`${PATH}/passkeys/door/options`);
  const more = signal ? { mediation: "conditional" as const, signal } : {};
  const credential = await askPasskey(options, more);
  return welcome(await api.post<Me>(`${PATH}/passkeys/door`, { credential }));
}

/** Make a passkey for whoever is signed in. */
export async function addPasskey(name: string): Promise<void> {
  const options = await api.post<PasskeyOptions>(`${PATH}/passkeys/options`);
  const credential = await makePasskey(options);
  await api.post(`${PATH}/passkeys`, { credential, name });
  noteChange();
}

/** How this device may be called, until its owner calls it otherwise. */
export function deviceName(agent: string = navigator.userAgent): string {
  if (/iPhone/.test(agent)) return "iPhone";
  if (/iPad/.test(agent)) return "iPad";
  if (/Android/.test(agent))
    return t(`identity.device.${/Mobile/.test(agent) ? "phone" : "tablet"}`);
  if (/Macintosh/.test(agent)) return "Mac";
  return t("identity.device.computer");
}
