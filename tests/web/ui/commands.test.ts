import { expect, test } from "bun:test";
import { findCommands } from "../../../web/src/shell/palette.tsx";
import type { Command } from "../../../web/src/ui/commands.ts";

const commands: Command[] = ["Contacts", "Campaigns", "Your account", "Sign out"].map((label) => ({
  id: label,
  label,
  group: "Go to",
  run: () => undefined,
}));

const labels = (query: string) => findCommands(commands, query).map((one) => one.label);

test("a command is found by the start of a word first", () => {
  expect(labels("acc")[0]).toBe("Your account");
  expect(labels("c")[0]).toBe("Contacts");
});

test("letters in order are sufficient, and commands that do not match are left out", () => {
  expect(labels("cmpgn")).toEqual(["Campaigns"]);
  expect(labels("xyz")).toEqual([]);
});

test("an empty search shows everything in order", () => {
  expect(labels("")).toEqual(["Contacts", "Campaigns", "Your account", "Sign out"]);
});
