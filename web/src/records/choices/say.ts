import { hasText, language, moment, t } from "../../kit/text";
import { categoryOf } from "../categories";
import { type Choice, kindOf } from "./model";

/** A reference as people call who or what it means. */
export type NameOf = (reference: string) => string;

const LEVELS = ["U", "L", "M", "N", "R", "V"];
const WEEK_MS = 6 * 86_400_000;

/** What somebody said about her record, as one plain sentence. */
export function sentence(choice: Choice, nameOf: NameOf, now: number = Date.now()): string {
  const parts = {
    who: whoOf(choice, nameOf),
    but: every(choice.but.map(nameOf)),
    may: t(`records.say.may.${mayOf(choice)}`),
    what: whatOf(choice, nameOf),
    why: whyOf(choice),
    visit: choice.visit ? t("records.say.visit") : "",
    until: untilOf(choice, now),
    emergency: emergencyOf(choice),
  };
  return upper(t(`records.say.${shapeOf(choice)}`, parts));
}

function shapeOf({ effect, actors, but }: Choice): string {
  if (effect === "permit") return "permit";
  if (actors.length === 0) return but.length > 0 ? "nobody-but" : "nobody";
  return but.length > 0 ? "not-but" : "not";
}

function mayOf({ acts }: Choice): string {
  return ["access", "correct", "decide"]
    .filter((act) => act === "access" || acts.some((one) => one === act))
    .join("-");
}

function whoOf(choice: Choice, nameOf: NameOf): string {
  return choice.actors.length > 0 ? every(choice.actors.map(nameOf)) : t("records.say.everybody");
}

/** What it is about: "vital signs about mental health, written by Dr Wu, from 2020 on". */
export function whatOf(choice: Choice, nameOf: NameOf): string {
  const levels = choice.labels.filter((label) => LEVELS.includes(label));
  const about = choice.labels.filter((label) => !LEVELS.includes(label));
  const said = {
    base: baseOf(choice, nameOf),
    about: about.length ? t("records.say.about", { what: some(about.map(labelName)) }) : "",
    level: levels.length ? t("records.say.level", { what: some(levels.map(labelName)) }) : "",
    by: choice.authors.length ? t("records.say.by", { who: some(choice.authors.map(nameOf)) }) : "",
    when: madeOf(choice),
  };
  return t("records.say.what", said);
}

function baseOf(choice: Choice, nameOf: NameOf): string {
  const kinds = every(choice.categories.map((one) => t(`records.in.${categoryOf(one)}`)));
  const things = every(choice.things.map((one) => t("records.say.thing", { name: nameOf(one) })));
  if (things && kinds) return t("records.say.things-of", { things, kinds });
  if (things || kinds) return things || kinds;
  const isPart = choice.labels.length + choice.authors.length > 0 || madeOf(choice) !== "";
  // "Nobody may see everything" would let everybody see something.
  if (choice.effect === "deny") return t(isPart ? "records.say.anything" : "records.say.nothing");
  return t(isPart ? "records.say.everything" : "records.say.whole");
}

export function labelName(label: string): string {
  const key = `records.label.${label}`;
  return hasText(key) ? t(key) : label;
}

function madeOf({ made_from, made_until }: Choice): string {
  const params = { from: dayOf(made_from), until: dayOf(made_until) };
  if (made_from && made_until) return t("records.say.made.between", params);
  if (made_from) return t("records.say.made.from", { from: params.from });
  return made_until ? t("records.say.made.until", { until: params.until }) : "";
}

/** A day as FHIR writes it: it may be no more than a year or a month. */
function dayOf(day: string): string {
  const [year = "", month, date] = day.slice(0, 10).split("-");
  if (!month) return day && t("records.say.year", { year });
  const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(date ?? 1)));
  const options: Intl.DateTimeFormatOptions = { timeZone: "UTC", year: "numeric", month: "long" };
  if (date) options.day = "numeric";
  return new Intl.DateTimeFormat(language.get(), options).format(at);
}

function whyOf(choice: Choice): string {
  if (kindOf(choice) === "help") return "";
  if (choice.purposes.length === 0)
    return choice.effect === "permit" ? t("records.say.why.any") : "";
  return t("records.say.why", { what: some(choice.purposes.map(purposeName)) });
}

export function purposeName(code: string): string {
  const key = `records.say.why.${code}`;
  return hasText(key) ? t(key) : t("records.say.why.other", { code });
}

function untilOf(choice: Choice, now: number): string {
  const starts = choice.from && new Date(choice.from).getTime() > now + 60_000;
  const from = starts ? t("records.say.from", { when: whenOf(choice.from ?? "", now) }) : "";
  if (choice.until) return from + t("records.say.until", { when: whenOf(choice.until, now) });
  return from + (choice.effect === "permit" ? t("records.say.until.open") : "");
}

/** A moment as one says it: a time today, a weekday this week, else a date. */
export function whenOf(iso: string, now: number): string {
  const at = new Date(iso);
  if (at.toDateString() === new Date(now).toDateString()) {
    return t("records.say.today", { time: moment(iso, "time") });
  }
  if (at.getTime() - now > WEEK_MS || at.getTime() < now) return moment(iso);
  const day = new Intl.DateTimeFormat(language.get(), { weekday: "long" }).format(at);
  return t("records.say.weekday", { day, time: moment(iso, "time") });
}

/** A denial that names a purpose says nothing of emergencies, so these stay open. */
function emergencyOf(choice: Choice): string {
  if (choice.effect === "permit") return "";
  const isOpen = choice.but_emergency || choice.purposes.length > 0;
  return t(isOpen ? "records.say.emergency.open" : "records.say.emergency.closed");
}

function every(names: readonly string[]): string {
  return new Intl.ListFormat(language.get(), { type: "conjunction" }).format(names);
}

function some(names: readonly string[]): string {
  return new Intl.ListFormat(language.get(), { type: "disjunction" }).format(names);
}

/** Beginning as a sentence does. */
export function upper(text: string): string {
  return text.charAt(0).toLocaleUpperCase(language.get()) + text.slice(1);
}
