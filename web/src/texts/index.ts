import { bringTexts } from "../kit/text";

/** Hand every room's words to the kit when they are wanted: each language is a part of its own. */
export function joinTexts(): void {
  bringTexts("en", async () => (await import("./en")).texts);
  bringTexts("zh-CN", async () => (await import("./zh-CN")).texts);
}
