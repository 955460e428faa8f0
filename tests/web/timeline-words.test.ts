import { expect, test } from "bun:test";
import { entryWords } from "../../web/src/features/contacts/timeline-words.ts";
import { sourcePath, sourceText } from "../../web/src/sources.ts";

const entry = { campaignName: null, listName: null };

test("a contact's history shows how they were added, for each way", () => {
  const added = (detail: string) => entryWords({ ...entry, kind: "created", what: "", detail });

  expect(added("import:12")).toEqual({ text: "Added", detail: "Import 12" });
  expect(added("form:3").detail).toBe("Form 3");
  expect(added("manual").detail).toBe("Manually");
  expect(added("").detail).toBe("");
});

test("states, events and ways to unsubscribe have texts, and unknown ones are shown unchanged", () => {
  const said = (kind: Parameters<typeof entryWords>[0]["kind"], what: string, detail: string) =>
    entryWords({ kind, what, detail, campaignName: "May", listName: "News" });

  expect(said("event", "click", "human")).toEqual({ text: "May: clicked", detail: "" });
  expect(said("event", "open", "apple_mpp").detail).toContain("Apple");
  expect(said("message", "skipped", "").text).toBe("May: not sent");
  expect(said("list", "subscribed", "form:3")).toEqual({
    text: "News: subscribed",
    detail: "Form 3",
  });
  expect(said("suppressed", "unsubscribed", "one_click").detail).toContain("One-click");
  expect(said("suppressed", "new_reason", "").text).toBe("new reason");
  expect(sourceText("constructor")).toBe("constructor");
});

test("a source leads to its page only when it names one", () => {
  expect(sourcePath("import:12")).toBe("/contacts/imports/12");
  expect(sourcePath("campaign:7")).toBe("/campaigns/7");
  expect(sourcePath("import:../../x")).toBeUndefined();
  expect(sourcePath("manual")).toBeUndefined();
});
