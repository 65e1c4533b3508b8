import { addTexts } from "./kit/text";

type Catalogue = Record<string, string>;

// The pages of a shared link and of receipts have entries of their own, and bring their words along.
const english = import.meta.glob<Catalogue>(["./*/text.en.json", "!./{share,ledger}/*"], {
  eager: true,
  import: "default",
});
const chinese = import.meta.glob<Catalogue>(["./*/text.zh-CN.json", "!./{share,ledger}/*"], {
  eager: true,
  import: "default",
});

/** Hand every room's words to the kit: a room joins by having its two catalogues. */
export function joinTexts(): void {
  for (const texts of Object.values(english)) addTexts("en", texts);
  for (const texts of Object.values(chinese)) addTexts("zh-CN", texts);
}
