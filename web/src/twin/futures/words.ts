import { type Asked, useAsked } from "../../kit/asked";
import { useStore } from "../../kit/store";
import { addTexts, type Language, language } from "../../kit/text";
import { useScoreWords } from "../scores/words";

type Words = { readonly default: Readonly<Record<string, string>> };

const bringers: Readonly<Record<Language, () => Promise<Words>>> = {
  en: () => import("./words.en.json"),
  "zh-CN": () => import("./words.zh-CN.json"),
};

/** Bring the words of prevention and futures, and those of the scores that they ask for. */
export function useForesightWords(): Asked<true> {
  const wanted = useStore(language);
  const scores = useScoreWords();
  const own = useAsked(async () => {
    addTexts(wanted, (await bringers[wanted]()).default);
    return true as const;
  }, [wanted]);
  return own.value ? scores : own;
}
