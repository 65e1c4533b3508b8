/** What we use of Web Bluetooth, which TypeScript does not bring. https://webbluetoothcg.github.io/web-bluetooth/ */
export interface Radio {
  requestDevice(options: RequestOptions): Promise<RadioDevice>;
}

export interface RequestOptions {
  readonly filters: readonly { readonly services: readonly string[] }[];
  readonly optionalServices: readonly string[];
}

export interface RadioDevice extends EventTarget {
  readonly id: string;
  readonly name?: string;
  readonly gatt?: {
    readonly connected: boolean;
    connect(): Promise<RadioServer>;
    disconnect(): void;
  };
}

export interface RadioServer {
  getPrimaryServices(): Promise<readonly RadioService[]>;
}

export interface RadioService {
  readonly uuid: string;
  getCharacteristics(): Promise<readonly RadioCharacteristic[]>;
}

export interface RadioCharacteristic extends EventTarget {
  readonly uuid: string;
  readonly value?: DataView;
  readonly properties: {
    readonly read: boolean;
    readonly write: boolean;
    readonly notify: boolean;
    readonly indicate: boolean;
  };
  readValue(): Promise<DataView>;
  writeValueWithResponse(value: BufferSource): Promise<void>;
  startNotifications(): Promise<unknown>;
}

/** Why this browser cannot speak to devices: it does not know how, or the page is not safe. */
export type WhyNot = "browser" | "insecure";

/** The browser's radio, or why there is none. */
export function findRadio(from: typeof globalThis = globalThis): Radio | WhyNot {
  const { bluetooth } = from.navigator as Navigator & { readonly bluetooth?: Radio };
  if (bluetooth) return bluetooth;
  return from.isSecureContext === false ? "insecure" : "browser";
}

const BASE = "-0000-1000-8000-00805f9b34fb";

/** The whole UUID of a number that the Bluetooth SIG gave out. */
export function uuid(short: string): string {
  return `0000${short}${BASE}`;
}

/** The number of a UUID, or nothing where it is a maker's own. */
export function shortOf(uuid: string): string {
  return uuid.startsWith("0000") && uuid.endsWith(BASE) ? uuid.slice(4, 8) : "";
}
