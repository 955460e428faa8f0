import { expect, test } from "bun:test";
import { fillMessage } from "../../web/src/icu.ts";

const contacts = "{count, plural, =0 {nobody} one {# contact of {owner}} other {# contacts}}";

test("picks the plural form by the language's own rules and formats the number", () => {
  expect(fillMessage(contacts, { count: 0, owner: "Ada" }, "en")).toBe("nobody");
  expect(fillMessage(contacts, { count: 1, owner: "Ada" }, "en")).toBe("1 contact of Ada");
  expect(fillMessage(contacts, { count: 4812, owner: "Ada" }, "en")).toBe("4,812 contacts");
  expect(fillMessage(contacts, { count: 4812, owner: "Ada" }, "de")).toBe("4.812 contacts");
});

test("chooses a select's form by its value, or `other`", () => {
  const is = "It {state, select, sent {was sent {n, number} times} other {rests}}.";
  expect(fillMessage(is, { state: "sent", n: 1234 }, "de")).toBe("It was sent 1.234 times.");
  expect(fillMessage(is, { state: "paused", n: 2 }, "de")).toBe("It rests.");
});

test("keeps text around and between placeholders", () => {
  expect(fillMessage("{a} of {b, number} #1", { a: "x", b: 1234 }, "en")).toBe("x of 1,234 #1");
});

test("a value that looks like a placeholder is text, not a placeholder", () => {
  expect(fillMessage("Hello {name}", { name: "{name} # {x}" }, "en")).toBe("Hello {name} # {x}");
});

test("leaves a missing parameter visible", () => {
  expect(fillMessage("Hello {name}", {}, "en")).toBe("Hello {name}");
});

test("refuses a message whose brace is not closed", () => {
  expect(() => fillMessage("Hello {name", {}, "en")).toThrow("brace");
});
