import { describe, expect, test } from "vitest";
import { decrypted, isFromHere, readLink, ShareError } from "../../src/share/shlink";

function b64(data: Uint8Array): string {
  const plain = btoa(String.fromCharCode(...data));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function linkOf(held: object): string {
  return `shlink:/${b64(new TextEncoder().encode(JSON.stringify(held)))}`;
}

function why(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof ShareError ? error.why : "other";
  }
  return "";
}

/** Seal a text as the house does, with the browser's own cipher. */
async function sealed(text: string, key: Uint8Array<ArrayBuffer>): Promise<string> {
  const head = b64(new TextEncoder().encode(JSON.stringify({ alg: "dir", enc: "A256GCM" })));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const raw = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const additionalData = new TextEncoder().encode(head);
  const body = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData },
    raw,
    new TextEncoder().encode(text),
  );
  const whole = new Uint8Array(body);
  return [head, "", b64(iv), b64(whole.slice(0, -16)), b64(whole.slice(-16))].join(".");
}

describe("a link", () => {
  const held = { url: "https://house.example/api/records/shl/x", key: "k", label: "给医生" };

  test("is read with or without the viewer's address before it", () => {
    const link = readLink(`https://house.example/share#${linkOf({ ...held, flag: "LP", exp: 9 })}`);

    expect(link).toMatchObject({ label: "给医生", needsPasscode: true, isDirect: false, exp: 9 });
    expect(readLink(linkOf({ ...held, flag: "U" })).isDirect).toBe(true);
  });

  test("that is damaged or of a newer kind is refused", () => {
    for (const text of ["", "shlink:/", "shlink:/%%", "https://x", linkOf([1]), linkOf({ url: 1 })])
      expect(
        why(() => readLink(text)),
        text,
      ).toBe("broken");
    expect(why(() => readLink(linkOf({ ...held, v: 2 })))).toBe("newer");
  });

  test("of another house is told from our own", () => {
    const link = readLink(linkOf(held));

    expect(isFromHere(link, "https://house.example")).toBe(true);
    expect(isFromHere(link, "https://house.example:8443")).toBe(false);
    expect(isFromHere({ ...link, url: "javascript:x" }, "https://house.example")).toBe(false);
  });
});

describe("a file", () => {
  const key = crypto.getRandomValues(new Uint8Array(32));

  test("opens with its key", async () => {
    const text = await sealed('{"a":"林"}', key);

    expect(await decrypted(text, b64(key))).toBe('{"a":"林"}');
  });

  test("that was altered, or has another key, does not open", async () => {
    const [head, , iv, body = "", tag] = (await sealed("secret", key)).split(".");
    const spoilt = [head, "", iv, `${body[0] === "A" ? "B" : "A"}${body.slice(1)}`, tag].join(".");
    const other = b64(crypto.getRandomValues(new Uint8Array(32)));

    for (const [text, by] of [
      [spoilt, b64(key)],
      [await sealed("secret", key), other],
      ["a.b.c", other],
    ] as const)
      await expect(decrypted(text, by)).rejects.toMatchObject({ why: "altered" });
  });
});
