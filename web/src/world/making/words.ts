import { type Asked, useAsked } from "../../kit/asked";
import { useStore } from "../../kit/store";
import { addTexts, hasText, type Language, language, t } from "../../kit/text";
import type { Door } from "../../wire/world";
import { placeName } from "../places";
import type { Words } from "../scene/signs";
import type { Part } from "./parts";

type Catalogue = { readonly default: Readonly<Record<string, string>> };

/** What only makers read: it comes when the panel is opened first. */
const bringers: Readonly<Record<Language, () => Promise<Catalogue>>> = {
  en: () => import("./words.en.json"),
  "zh-CN": () => import("./words.zh-CN.json"),
};

/** Bring the words of the language in use; its value is true once they are here. */
export function useMakingWords(): Asked<true> {
  const wanted = useStore(language);
  return useAsked(async () => {
    addTexts(wanted, (await bringers[wanted]()).default);
    return true as const;
  }, [wanted]);
}

/** The places of the house that a door may lead to, beside the made ones. */
export const HOUSE_PLACES = [
  "plaza",
  "home",
  "clinic",
  "consulting-room-1",
  "consulting-room-2",
  "consulting-room-3",
] as const;

/** What will stand over a door. */
export function doorWords({ to, label_key, closed_reason_key }: Door): Words {
  if (to) return { name: placeName(to), about: "", isOpen: true };
  const name = label_key ? t(label_key) : t("world.role.closed");
  return { name, about: t(closed_reason_key), isOpen: false };
}

/** What a part is called in the list. */
export function nameOf(part: Part): string {
  switch (part.kind) {
    case "spawn":
      return t("world.making.spawn");
    case "bounds":
      return t("world.making.bounds");
    case "doors":
      return t("world.making.door", { name: doorWords(part.value).name });
    case "lights":
      return t("world.making.light");
    case "models":
      return part.value.name || t("world.item.model");
    case "fixtures":
      return t(part.value.state.kind === "ball" ? "world.item.ball" : "world.item.board");
    case "things":
      return hasText(`world.thing.${part.value.kind}`)
        ? t(`world.thing.${part.value.kind}`)
        : part.value.kind;
  }
}
