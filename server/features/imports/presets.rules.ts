import { builtInNamed } from "./column-guess.rules.ts";
import { foldWord } from "./status-words.rules.ts";

/** Products whose CSV files are recognised. */
export type PresetName =
  | "swiftmail"
  | "mailchimp"
  | "brevo"
  | "sendy"
  | "listmonk"
  | "keila"
  | "klaviyo"
  | "hubspot"
  | "substack"
  | "mailerlite"
  | "campaignmonitor"
  | "cleverreach"
  | "mautic"
  | "shopify"
  | "beehiiv"
  | "google"
  | "outlook";

/** What the column names say about a file. */
export type Preset = {
  name: PresetName;
  /** Why nobody in this file may be mailed. Mailchimp writes a separate file for each status. */
  wholeFile: "unsubscribed" | "hard_bounce" | undefined;
};

type Sign = { name: PresetName; all: string[]; any?: string[] };

// Names as returned by foldWord. The source of each, and those without a checked source, are listed in
// tests/fixtures/imports/README.md. A wrong entry does little harm, because reading depends on the names of single
// columns and never on the product.
const SIGNS: Sign[] = [
  { name: "mailchimp", all: ["emailaddress"], any: ["memberrating", "leid", "euid", "optintime"] },
  { name: "listmonk", all: ["uuid", "email", "attributes", "status"] },
  { name: "klaviyo", all: ["email"], any: ["klaviyoid", "emailsuppressions"] },
  {
    name: "hubspot",
    all: [],
    any: ["unsubscribedfromallemail", "portalunsubscribe", "marketingcontactstatus"],
  },
  { name: "substack", all: ["email", "emaildisabled"] },
  { name: "substack", all: ["email", "subscriptiontype", "receivingemailsfor"] },
  { name: "shopify", all: ["email", "acceptsemailmarketing"] },
  { name: "cleverreach", all: ["email", "activated", "registered"] },
  { name: "mautic", all: ["email"], any: ["donotemail", "ownerusername", "dateidentified"] },
  { name: "beehiiv", all: ["email", "tier", "status"] },
  { name: "google", all: ["email1value"], any: ["labels", "groupmembership"] },
  { name: "outlook", all: ["emailaddress", "emaildisplayname"] },
  { name: "campaignmonitor", all: ["emailaddress", "datesubscribed"] },
  { name: "mailerlite", all: ["subscriber", "subscribed"] },
  { name: "keila", all: ["email", "data"], any: ["externalid", "status"] },
  {
    name: "brevo",
    all: ["email"],
    any: ["addedtime", "doubleoptin", "emailblacklist", "emailblacklisted", "contactid"],
  },
  { name: "sendy", all: ["name", "email"], any: ["lastactivity", "joined", "lastupdated"] },
];

/** The product that a file with these columns comes from; undefined when unknown. */
export function recognisePreset(header: readonly string[]): Preset | undefined {
  const names = new Set(header.map(foldWord));
  const sign = SIGNS.find(
    ({ all, any }) =>
      all.every((name) => names.has(name)) &&
      (any === undefined || any.some((name) => names.has(name))),
  );
  if (sign === undefined) {
    return undefined;
  }
  const isMailchimp = sign.name === "mailchimp";
  const wholeFile =
    isMailchimp && names.has("cleantime")
      ? ("hard_bounce" as const)
      : isMailchimp && names.has("unsubtime")
        ? ("unsubscribed" as const)
        : undefined;
  return { name: sign.name, wholeFile };
}

/**
 * The names in a cell of tags: `"VIP","Customer"` as Mailchimp writes it, or separated by comma, semicolon or bar. A
 * quoted name may contain a comma.
 */
export function readTagCell(cell: string): string[] {
  const part = /(?:\s*"((?:[^"]|"")*)"\s*(?=[,;|]|$)|([^,;|]*))([,;|]|$)/y;
  const names = new Set<string>();
  for (let match = part.exec(cell); match !== null; match = part.exec(cell)) {
    const [, inQuotes, plain = "", end] = match;
    names.add(inQuotes?.replaceAll('""', '"').trim() ?? unquoted(plain));
    if (end === "") {
      break;
    }
  }
  names.delete("");
  return [...names];
}

/**
 * Like `readTagCell`, and also reads the format of Google Contacts: `* myContacts ::: Family`, with an asterisk before
 * its own groups.
 */
export function readLabels(cell: string): string[] {
  if (!cell.includes(" ::: ") && !cell.startsWith("* ")) {
    return readTagCell(cell);
  }
  const names = cell.split(" ::: ").map((name) => name.replace(/^\* /, "").trim());
  return [...new Set(names)].filter((name) => name !== "");
}

const unquoted = (name: string): string =>
  name
    .trim()
    .replace(/^["']+|["']+$/g, "")
    .trim();

/**
 * Keys with a special meaning in JavaScript. No field is created for one, but a field that a person created is
 * filled.
 */
const OF_THE_LANGUAGE: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** The values of a cell with a JSON object, by key; a fault when it is something else. */
export function readAttributeCell(
  cell: string,
): { values: Record<string, string | number | boolean> } | { fault: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(cell);
  } catch {
    return { fault: "is not JSON" };
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    return { fault: "is not a JSON object" };
  }
  const values = Object.create(null) as Record<string, string | number | boolean>;
  for (const [key, value] of Object.entries(parsed)) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      values[key] = value;
    } else if (Array.isArray(value) && value.every((one) => typeof one !== "object")) {
      values[key] = value.join(", ");
    }
  }
  return { values };
}

/** The fields that some rows suggest for keys that are neither built-in nor fields of the workspace. */
export function attributeFields(
  cells: readonly string[],
): { label: string; type: "text" | "number" | "boolean" }[] {
  const types = new Map<string, Set<string>>();
  for (const cell of cells) {
    const read = readAttributeCell(cell);
    for (const [key, value] of Object.entries("values" in read ? read.values : {})) {
      types.set(key, (types.get(key) ?? new Set()).add(typeof value));
    }
  }
  const labels = [...types].filter(
    ([label]) => !OF_THE_LANGUAGE.has(label) && builtInNamed(label) === undefined,
  );
  return labels.map(([label, seen]) => {
    const only = seen.size === 1 ? [...seen][0] : "string";
    return { label, type: only === "number" || only === "boolean" ? only : ("text" as const) };
  });
}
