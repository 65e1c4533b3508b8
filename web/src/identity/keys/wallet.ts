import { api } from "../../kit/api";

/** A wallet in the browser. https://eips.ethereum.org/EIPS/eip-1193 */
interface Provider {
  request(ask: { method: string; params?: readonly unknown[] }): Promise<unknown>;
}

/** Somebody closed the wallet's window, or it has no account to give. */
export class WalletRefused extends Error {}

function provider(): Provider | null {
  return (globalThis as { ethereum?: Provider }).ethereum ?? null;
}

/** Whether there is a wallet in this browser. */
export function hasWallet(): boolean {
  return provider() !== null;
}

/** What a wallet signed. */
export interface SignedMessage {
  readonly message: string;
  readonly signature: string;
}

function hex(text: string): string {
  const bytes = [...new TextEncoder().encode(text)];
  return `0x${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Have the wallet sign what the house asks at `path`. https://eips.ethereum.org/EIPS/eip-4361 */
export async function signWith(path: string): Promise<SignedMessage> {
  const wallet = provider();
  if (!wallet) throw new WalletRefused();
  let address: string;
  let chain: number;
  try {
    const [first] = (await wallet.request({ method: "eth_requestAccounts" })) as string[];
    chain = Number(await wallet.request({ method: "eth_chainId" }));
    if (!first) throw new WalletRefused();
    address = first;
  } catch {
    throw new WalletRefused();
  }
  const { message } = await api.post<{ message: string }>(path, { address, chain });
  try {
    const params = [hex(message), address];
    const signature = (await wallet.request({ method: "personal_sign", params })) as string;
    return { message, signature };
  } catch {
    throw new WalletRefused();
  }
}
