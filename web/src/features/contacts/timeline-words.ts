import type { Answer } from "../../api.ts";
import { reasonText } from "../../reasons.ts";
import { sourceText } from "../../sources.ts";
import { t } from "./timeline.messages.ts";
import type { OneContact } from "./use-contacts.ts";

type Key = keyof typeof t.catalogue;

type Entry = Pick<
  Answer<OneContact["timeline"]["get"]>["items"][number],
  "kind" | "what" | "campaignName" | "listName" | "detail"
>;

/** The title and details of a timeline entry. The texts for notes and edits are elsewhere. */
export function entryWords({ kind, what, campaignName, listName, detail }: Entry): {
  text: string;
  detail: string;
} {
  switch (kind) {
    case "created":
      return { text: t("created"), detail: sourceText(detail) };
    case "message":
      return { text: about(campaignName, word("message", what)), detail: reasonText(detail) };
    case "event":
      return { text: about(campaignName, word("event", what)), detail: eventDetail(detail) };
    case "list":
      return { text: about(listName, word("list", what)), detail: sourceText(detail) };
    default:
      return { text: word(kind, what), detail: sourceText(detail) };
  }
}

// Events by people need no explanation.
const eventDetail = (kind: string) => (kind === "human" ? "" : word("class", kind));

const about = (name: string | null, text: string) => (name === null ? text : `${name}: ${text}`);

function word(group: string, what: string): string {
  const key = `${group}.${what}`;
  return isKey(key) ? t(key) : what.replaceAll("_", " ");
}

function isKey(key: string): key is Key {
  return Object.hasOwn(t.catalogue, key);
}
