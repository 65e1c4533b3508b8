import type { Language } from "../../kit/text";

/** What one may say that one speaks; each is named in itself. */
export const SPOKEN = [
  "en-US",
  "en-GB",
  "zh-CN",
  "zh-TW",
  "yue-HK",
  "ar",
  "bn",
  "de-DE",
  "es-ES",
  "fa",
  "fr-FR",
  "hi-IN",
  "id-ID",
  "it-IT",
  "ja-JP",
  "ko-KR",
  "pl-PL",
  "pt-BR",
  "ru-RU",
  "th-TH",
  "tr-TR",
  "uk-UA",
  "ur",
  "vi-VN",
] as const;

const USUAL: Readonly<Record<Language, string>> = { en: "en-US", "zh-CN": "zh-CN" };

/** What one speaks who has chosen nothing and reads the house in a language. */
export function spokenBy(chosen: string, reads: Language): string {
  return SPOKEN.find((one) => one === chosen) ?? USUAL[reads];
}

/** A language's name in itself. */
export function nameOf(tag: string): string {
  try {
    return new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
