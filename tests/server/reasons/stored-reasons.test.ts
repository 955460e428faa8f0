import { expect, test } from "bun:test";
import {
  because,
  openedReason,
  spokenReason,
  storedBecause,
} from "../../../server/reasons/because.ts";

test("a stored reason is read with its English sentence, its code and its values", () => {
  const text = storedBecause("many_complain", { percent: 1.2, part: 12, whole: 1000, limit: 0.3 });

  expect(spokenReason(text)).toEqual({
    reason:
      "Too many people reported it as spam: 1.2 % (12 of 1000). Campaigns are paused above 0.3 %.",
    cause: {
      code: "many_complain",
      params: { percent: 1.2, part: 12, whole: 1000, limit: 0.3 },
    },
  });
});

test("a reason inside a reason keeps its code, whether the outer one is stored or not", () => {
  const often = storedBecause("messages_in_a_row", { count: 20 });
  const inner = {
    code: "messages_in_a_row" as const,
    params: { count: 20 },
    text: "20 messages in a row",
  };
  const sentence =
    "mx.example closed the connection after receiving 20 messages in a row without confirming them";

  const outer = because("site_broke_off", { site: "mx.example", often });
  expect(outer).toEqual({
    code: "site_broke_off",
    params: { site: "mx.example", often: inner },
    text: sentence,
  });
  const deep = storedBecause("route_broken", {
    route: "Office",
    fault: storedBecause("site_broke_off", { site: "mx.example", often }),
  });
  expect(spokenReason(deep)).toEqual({
    reason: `The sending method “Office” does not work: ${sentence}`,
    cause: {
      code: "route_broken",
      params: { route: "Office", fault: outer },
    },
  });
});

test.each([
  "",
  "The route refused the password.",
  "550 5.7.1 Sender rejected",
  '{"code":"no_such_code"}',
  '{"code":"toString"}',
  '{"code":"many_complain"',
  '{"code":12}',
  '{"code":"route_broken"}',
])("%s, stored as a sentence before or said by somebody else, is shown as it is", (text) => {
  expect(spokenReason(text)).toEqual({ reason: text, cause: null });
  expect(openedReason(text)).toBe(text);
});
