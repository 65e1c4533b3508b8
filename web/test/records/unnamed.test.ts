import { beforeEach, expect, test } from "vitest";
import { language } from "../../src/kit/text";
import { unnamed } from "../../src/records/choices/names";

beforeEach(() => language.set("en"));

test.each([
  ["PractitionerRole/1", "a clinician whose name is not known here", "一位未登记姓名的医护人员"],
  ["CareTeam/1", "a care team whose name is not known here", "一个未登记名称的护理团队"],
  ["Group/1", "a group of people whose name is not known here", "一个未登记名称的人群"],
  ["Condition/1", "a condition whose name is not known here", "一项未登记名称的病症"],
  ["Basic/1", "something whose name is not known here", "一项未登记名称的内容"],
])("%s is put in plain words where its name cannot be read", (reference, en, zh) => {
  expect(unnamed(reference)).toBe(en);
  language.set("zh-CN");
  expect(unnamed(reference)).toBe(zh);
});
