import { expect, test } from "bun:test";
import { redactRule } from "../../../../server/features/segments/segment-erase.rules.ts";
import type { Rule } from "../../../../server/features/segments/segment-language.rules.ts";

const redact = (text: string) => text.replaceAll("a@x.test", "[erased]");
const nobody = { field: "email", is: "unknown" } as const;

const asked: [what: string, rule: Rule, after: Rule | undefined][] = [
  ["nothing of them", { field: "email", is: "is", value: ["b@x.test"] }, undefined],
  [
    "who has it",
    { field: "email", is: "is", value: ["a@x.test", "b@x.test"] },
    { field: "email", is: "is", value: ["[erased]", "b@x.test"] },
  ],
  [
    "everybody else by address, who stay the same",
    { field: "email", is: "is_not", value: ["a@x.test"] },
    { field: "email", is: "is_not", value: ["[erased]"] },
  ],
  [
    "who has it not",
    { field: "fields.from", is: "not_contains", value: "a@x.test" },
    {
      op: "and",
      rules: [{ field: "fields.from", is: "not_contains", value: "[erased]" }, nobody],
    },
  ],
  [
    "not who has it",
    { op: "not", rule: { field: "fields.from", is: "is", value: ["a@x.test"] } },
    {
      op: "and",
      rules: [{ op: "not", rule: { field: "fields.from", is: "is", value: ["[erased]"] } }, nobody],
    },
  ],
  [
    "not who has it not",
    { op: "not", rule: { field: "fields.from", is: "is_not", value: ["a@x.test"] } },
    { op: "not", rule: { field: "fields.from", is: "is_not", value: ["[erased]"] } },
  ],
  [
    "who did nothing with it",
    {
      event: "invited",
      has: false,
      where: [{ property: "friend", is: "is", value: "a@x.test" }],
    },
    {
      op: "and",
      rules: [
        {
          event: "invited",
          has: false,
          where: [{ property: "friend", is: "is", value: "[erased]" }],
        },
        nobody,
      ],
    },
  ],
];

test.each(asked)("a rule loses the erased text and matches nobody new: %s", (_, rule, after) => {
  expect(redactRule(rule, redact)).toEqual(after);
});
