type Catalogue = Record<string, string>;

// The pages of a shared link and of receipts have entries of their own, and bring their words along.
const found = import.meta.glob<Catalogue>(["../*/text.en.json", "!../{share,ledger}/*"], {
  eager: true,
  import: "default",
});

/** What every room says: a room joins by having its two catalogues. */
export const texts: Catalogue = Object.assign({}, ...Object.values(found));
