import { beforeEach, describe, expect, test } from "vitest";
import { language } from "../../src/kit/text";
import { type Choice, NOTHING_SAID } from "../../src/records/choices/model";
import { sentence, whenOf } from "../../src/records/choices/say";

const NOW = new Date(2026, 2, 4, 9, 0).getTime(); // a Wednesday
const NAMES: Record<string, string> = {
  "Practitioner/amara": "Dr Amara Okafor",
  "Practitioner/tomas": "Tomas Reyes",
  "Organization/harbour": "Quiet Harbour",
  "RelatedPerson/nora": "Nora Weber",
  "DocumentReference/1": "Consult note",
  "role|x|nurse": "everybody with the role “Nurse”",
};
const nameOf = (reference: string): string => NAMES[reference] ?? reference;
const say = (choice: Partial<Choice>): string =>
  sentence({ ...NOTHING_SAID, ...choice }, nameOf, NOW);

const FRIDAY = new Date(2026, 2, 6, 12, 0).toISOString();
const LATER = new Date(2027, 0, 9, 12, 0).toISOString();
const deny = { effect: "deny" } as const;
const treat = { purposes: ["TREAT"] };
const amara = { actors: ["Practitioner/amara"] };
const tomas = { authors: ["Practitioner/tomas"], but: ["Practitioner/tomas"] };

/** Every shape of a choice, and how each language says it. */
const SHAPES: [string, Partial<Choice>, string, string][] = [
  [
    "a share of kinds until a weekday",
    { ...amara, ...treat, categories: ["vitals", "laboratory"], until: FRIDAY },
    "Dr Amara Okafor may see vital signs and laboratory results, for treatment, until Friday, 12:00 PM.",
    "Dr Amara Okafor 可以查看生命体征和化验检查，用于诊疗，有效期至星期五 12:00。",
  ],
  [
    "a share of everything with a place, for several purposes",
    { actors: ["Organization/harbour"], purposes: ["TREAT", "HPAYMT"] },
    "Quiet Harbour may see the whole record, for treatment or payment, until it is taken back.",
    "Quiet Harbour 可以查看全部病历，用于诊疗或费用结算，直到收回为止。",
  ],
  [
    "a share with everybody for any purpose",
    {},
    "Every clinician here may see the whole record, for any purpose, until it is taken back.",
    "这里的所有医护人员 可以查看全部病历，用途不限，直到收回为止。",
  ],
  [
    "a role, and a later end",
    { actors: ["role|x|nurse"], ...treat, until: LATER },
    "Everybody with the role “Nurse” may see the whole record, for treatment, until Jan 9, 2027, 12:00 PM.",
    "Everybody with the role “Nurse” 可以查看全部病历，用于诊疗，有效期至2027年1月9日 12:00。",
  ],
  [
    "research",
    { purposes: ["HRESCH"], labels: ["GDIS"] },
    "Every clinician here may see everything about genes and what runs in the family, for research, until it is taken back.",
    "这里的所有医护人员 可以查看有关基因与家族遗传的所有内容，用于医学研究，直到收回为止。",
  ],
  [
    "what was allowed in a visit",
    { ...amara, ...treat, categories: ["care-plans"], visit: "v1", until: FRIDAY },
    "Dr Amara Okafor may see care plans, for treatment, in a visit, until Friday, 12:00 PM.",
    "Dr Amara Okafor 可以查看诊疗计划，用于诊疗，限本次就诊，有效期至星期五 12:00。",
  ],
  [
    "a therapist's notes, hidden from everybody else",
    { ...deny, ...tomas, categories: ["notes"] },
    "Nobody but Tomas Reyes may see notes written by Tomas Reyes — also not in an emergency.",
    "除 Tomas Reyes 外，任何人都不能查看由 Tomas Reyes 所写的医生记录，紧急情况下也不可以。",
  ],
  [
    "something delicate, hidden but for an emergency",
    { ...deny, labels: ["PSY", "ETH"], but_emergency: true },
    "Nobody may see anything about mental health or alcohol and drugs — except in an emergency.",
    "任何人都不能查看有关心理健康或饮酒与药物使用的任何内容，紧急情况除外。",
  ],
  [
    "hidden from one person",
    { ...deny, ...amara, things: ["DocumentReference/1"] },
    "Dr Amara Okafor may not see “Consult note” — also not in an emergency.",
    "Dr Amara Okafor 不能查看「Consult note」，紧急情况下也不可以。",
  ],
  [
    "hidden from a place but for one who works there, for one purpose",
    { ...deny, ...treat, actors: ["Organization/harbour"], but: ["Practitioner/tomas"] },
    "Quiet Harbour, except Tomas Reyes, may not see anything in the record, for treatment — except in an emergency.",
    "Quiet Harbour（Tomas Reyes 除外）不能查看病历中的任何内容，用于诊疗，紧急情况除外。",
  ],
  [
    "a refusal in a visit",
    { ...deny, ...amara, ...treat, categories: ["vitals"], visit: "v1" },
    "Dr Amara Okafor may not see vital signs, for treatment, in a visit — except in an emergency.",
    "Dr Amara Okafor 不能查看生命体征，用于诊疗，限本次就诊，紧急情况除外。",
  ],
  [
    "a time frame",
    { ...amara, ...treat, made_from: "2020", made_until: "2021-05-04" },
    "Dr Amara Okafor may see everything from 2020 to May 4, 2021, for treatment, until it is taken back.",
    "Dr Amara Okafor 可以查看2020年至2021年5月4日期间的所有内容，用于诊疗，直到收回为止。",
  ],
  [
    "what is old, by kind and by label",
    { ...amara, ...treat, categories: ["notes"], labels: ["R", "HIV"], made_until: "2019-12" },
    "Dr Amara Okafor may see notes marked as restricted about HIV up to December 2019, for treatment, until it is taken back.",
    "Dr Amara Okafor 可以查看2019年12月之前的有关艾滋病病毒的标记为受限的医生记录，用于诊疗，直到收回为止。",
  ],
  [
    "single entries of one kind, from a day on",
    {
      ...amara,
      ...treat,
      things: ["DocumentReference/1"],
      categories: ["notes"],
      made_from: "2026-01-02",
    },
    "Dr Amara Okafor may see “Consult note”, as far as it belongs to notes from January 2, 2026 on, for treatment, until it is taken back.",
    "Dr Amara Okafor 可以查看2026年1月2日以来的「Consult note」（限于医生记录），用于诊疗，直到收回为止。",
  ],
  [
    "somebody who helps",
    { actors: ["RelatedPerson/nora"], acts: ["access", "correct", "decide"] },
    "Nora Weber may see, add to and decide about the whole record, until it is taken back.",
    "Nora Weber 可以查看、填写并代为决定全部病历，直到收回为止。",
  ],
  [
    "somebody who only looks and writes",
    { actors: ["Patient/2"], acts: ["access", "correct"], until: FRIDAY },
    "Patient/2 may see and add to the whole record, until Friday, 12:00 PM.",
    "Patient/2 可以查看和填写全部病历，有效期至星期五 12:00。",
  ],
  [
    "somebody who looks and decides, from later on",
    { actors: ["Patient/2"], acts: ["access", "decide"], from: FRIDAY },
    "Patient/2 may see and decide about the whole record, from Friday, 12:00 PM, until it is taken back.",
    "Patient/2 可以查看并代为决定全部病历，自星期五 12:00起，直到收回为止。",
  ],
  [
    "a purpose that no word is known for",
    { ...amara, purposes: ["FooBar"] },
    "Dr Amara Okafor may see the whole record, for the purpose “FooBar”, until it is taken back.",
    "Dr Amara Okafor 可以查看全部病历，用于“FooBar”，直到收回为止。",
  ],
];

const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, " ");

describe.each(SHAPES)("%s", (_, choice, english, chinese) => {
  beforeEach(() => language.set("en"));

  test("is said in English", () => {
    expect(plain(say(choice))).toBe(english);
  });

  test("is said in Chinese", () => {
    language.set("zh-CN");

    expect(plain(say(choice))).toBe(chinese);
  });
});

describe("a moment", () => {
  test("of today is a time, of this week a day, else a date", () => {
    expect(plain(whenOf(new Date(2026, 2, 4, 18, 30).toISOString(), NOW))).toBe("today, 6:30 PM");
    expect(plain(whenOf(FRIDAY, NOW))).toBe("Friday, 12:00 PM");
    expect(plain(whenOf(LATER, NOW))).toBe("Jan 9, 2027, 12:00 PM");
    expect(plain(whenOf(new Date(2026, 2, 1, 12, 0).toISOString(), NOW))).toContain("Mar 1, 2026");
  });
});
