import { type Asked, useAsked } from "../../kit/asked";
import { useStore } from "../../kit/store";
import { addTexts, type Language, language } from "../../kit/text";

type Words = { readonly default: Readonly<Record<string, string>> };

const bringers: Readonly<Record<Language, () => Promise<Words>>> = {
  en: () => import("./words.en.json"),
  "zh-CN": () => import("./words.zh-CN.json"),
};

/** Bring the words of what changed overnight, and of scores; true once they are here. */
export function useNightWords(): Asked<true> {
  const wanted = useStore(language);
  return useAsked(async () => {
    addTexts(wanted, (await bringers[wanted]()).default);
    return true as const;
  }, [wanted]);
}
