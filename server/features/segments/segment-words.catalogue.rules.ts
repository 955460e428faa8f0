import type {
  EventCondition,
  ListStatus,
  MailCondition,
  MailKind,
  Operator,
  PropertyOperator,
  StatusName,
} from "./segment-language.rules.ts";

export type Language = "en" | "de";

/** The wording of each part of a rule in one language. */
export type Words = {
  and: string;
  or: string;
  not: string;
  quotes: readonly [string, string];
  builtIn: Record<string, string>;
  number: (value: string | number | boolean) => string;
  field: (label: string, is: Operator, values: string[]) => string;
  tag: (name: string, has: boolean) => string;
  list: (name: string, status: ListStatus, has: boolean) => string;
  status: (status: StatusName, has: boolean) => string;
  mail: (condition: MailCondition & { what: string }) => string;
  campaigns: (names: string[], atLeast: number) => string;
  link: (link: number, campaign: string) => string;
  event: (condition: EventCondition & { name: string; properties: string }) => string;
  property: (name: string, is: PropertyOperator, value: string) => string;
};

export const wordsOf = (language: Language): Words => (language === "de" ? german : english);

const days = (n: number | undefined, of: [string, string, string]) =>
  n === undefined ? "" : ` ${n === 1 ? of[0] : `${of[1]} ${n} ${of[2]}`}`;

const english: Words = {
  and: "and",
  or: "or",
  not: "not",
  quotes: ["“", "”"],
  builtIn: {
    email: "address",
    domain: "domain",
    first_name: "first name",
    last_name: "last name",
    language: "language",
    time_zone: "time zone",
    country: "country",
    city: "city",
    source: "source",
    created_at: "added",
  },
  number: (value) => String(value),
  field(label, is, [first = "", second = "", ...more]) {
    const any = [first, second, ...more].filter((one) => one !== "").join(" or ");
    const texts: Record<Operator, string> = {
      is: `is ${any}`,
      is_not: `is not ${any}`,
      contains: `contains ${first}`,
      not_contains: `does not contain ${first}`,
      starts_with: `starts with ${first}`,
      ends_with: `ends with ${first}`,
      known: "is known",
      unknown: "is not known",
      eq: `is ${first}`,
      ne: `is not ${first}`,
      gt: `is more than ${first}`,
      gte: `is at least ${first}`,
      lt: `is less than ${first}`,
      lte: `is at most ${first}`,
      between: `is from ${first} to ${second}`,
      is_true: "is yes",
      is_false: "is no",
      has_any: `includes ${any}`,
      has_all: `includes ${any.replaceAll(" or ", " and ")}`,
      has_none: `includes none of ${any.replaceAll(" or ", ", ")}`,
      on: `is on ${first}`,
      before: `is before ${first}`,
      after: `is after ${first}`,
      between_dates: `is from ${first} to ${second}`,
      in_last_days: `was in the last ${first} days`,
      more_than_days_ago: `is more than ${first} days ago`,
      in_next_days: `is in the next ${first} days`,
      anniversary_in_days: `has its anniversary in the next ${first} days`,
    };
    return `${label} ${texts[is]}`;
  },
  tag: (name, has) => `${has ? "has" : "does not have"} the tag ${name}`,
  list(name, status, has) {
    const words: Record<ListStatus, string> = {
      subscribed: "subscribed to",
      pending: "not confirmed for",
      unsubscribed: "unsubscribed from",
      any: "on",
    };
    return `${has ? "is" : "is not"} ${words[status]} the list ${name}`;
  },
  status(status, has) {
    const words: Record<StatusName, string> = {
      mailable: "can be emailed",
      unsubscribed: "unsubscribed from all email",
      hard_bounce: "has an address that bounced",
      complaint: "reported spam",
      manual: "was suppressed manually",
      unclear: "is held back (consent unclear)",
    };
    return has ? words[status] : `not (${words[status]})`;
  },
  mail({ mail, has, what, withinDays, machines }) {
    const did: Record<MailKind, [string, string]> = {
      sent: ["was sent", "was not sent"],
      delivered: ["received", "did not receive"],
      opened: ["opened", "did not open"],
      clicked: ["clicked in", "did not click in"],
    };
    const since = days(withinDays, ["in the last day", "in the last", "days"]);
    const also = machines === true ? " (automated activity included)" : "";
    return `${did[mail][has ? 0 : 1]} ${what}${since}${also}`;
  },
  campaigns(names, atLeast) {
    const which = names.length === 0 ? "any campaign" : names.join(" or ");
    return atLeast === 1
      ? which
      : `at least ${atLeast} ${names.length === 0 ? "campaigns" : `of ${names.join(", ")}`}`;
  },
  link: (link, campaign) => `link ${link} of ${campaign}`,
  event({ has, name, properties, atLeast = 1, withinDays }) {
    const where = properties === "" ? "" : ` where ${properties}`;
    const often = atLeast === 1 ? "" : ` at least ${atLeast} times`;
    const since = days(withinDays, ["in the last day", "in the last", "days"]);
    return `${has ? "did" : "did not do"} ${name}${where}${often}${since}`;
  },
  property(name, is, value) {
    const texts: Record<PropertyOperator, string> = {
      is: `is ${value}`,
      contains: `contains ${value}`,
      gt: `is more than ${value}`,
      gte: `is at least ${value}`,
      lt: `is less than ${value}`,
      lte: `is at most ${value}`,
      known: "is known",
    };
    return `${name} ${texts[is]}`;
  },
};

const german: Words = {
  and: "und",
  or: "oder",
  not: "nicht",
  quotes: ["„", "“"],
  builtIn: {
    email: "Adresse",
    domain: "Domain",
    first_name: "Vorname",
    last_name: "Nachname",
    language: "Sprache",
    time_zone: "Zeitzone",
    country: "Land",
    city: "Ort",
    source: "Herkunft",
    created_at: "hinzugefügt",
  },
  number: (value) =>
    typeof value === "boolean" ? (value ? "ja" : "nein") : String(value).replace(".", ","),
  field(label, is, [first = "", second = "", ...more]) {
    const any = [first, second, ...more].filter((one) => one !== "").join(" oder ");
    const texts: Record<Operator, string> = {
      is: `ist ${any}`,
      is_not: `ist nicht ${any}`,
      contains: `enthält ${first}`,
      not_contains: `enthält nicht ${first}`,
      starts_with: `beginnt mit ${first}`,
      ends_with: `endet auf ${first}`,
      known: "ist bekannt",
      unknown: "ist nicht bekannt",
      eq: `ist ${first}`,
      ne: `ist nicht ${first}`,
      gt: `ist mehr als ${first}`,
      gte: `ist mindestens ${first}`,
      lt: `ist weniger als ${first}`,
      lte: `ist höchstens ${first}`,
      between: `ist von ${first} bis ${second}`,
      is_true: "ist ja",
      is_false: "ist nein",
      has_any: `umfasst ${any}`,
      has_all: `umfasst ${any.replaceAll(" oder ", " und ")}`,
      has_none: `umfasst nichts von ${any.replaceAll(" oder ", ", ")}`,
      on: `ist am ${first}`,
      before: `ist vor dem ${first}`,
      after: `ist nach dem ${first}`,
      between_dates: `ist vom ${first} bis ${second}`,
      in_last_days: `ist in den letzten ${first} Tagen`,
      more_than_days_ago: `ist mehr als ${first} Tage her`,
      in_next_days: `ist in den nächsten ${first} Tagen`,
      anniversary_in_days: `jährt sich in den nächsten ${first} Tagen`,
    };
    return `${label} ${texts[is]}`;
  },
  tag: (name, has) => `hat das Tag ${name}${has ? "" : " nicht"}`,
  list(name, status, has) {
    const words: Record<ListStatus, string> = {
      subscribed: `für die Liste ${name} angemeldet`,
      pending: `auf der Liste ${name} noch nicht bestätigt`,
      unsubscribed: `von der Liste ${name} abgemeldet`,
      any: `auf der Liste ${name}`,
    };
    return `ist ${has ? "" : "nicht "}${words[status]}`;
  },
  status(status, has) {
    const words: Record<StatusName, string> = {
      mailable: "erhält E-Mails",
      unsubscribed: "hat sich von allen E-Mails abgemeldet",
      hard_bounce: "hat eine unzustellbare Adresse",
      complaint: "hat Spam gemeldet",
      manual: "wurde manuell gesperrt",
      unclear: "wird zurückgehalten (Zustimmung unklar)",
    };
    return has ? words[status] : `nicht (${words[status]})`;
  },
  mail({ mail, has, what, withinDays, machines }) {
    const did: Record<MailKind, string> = {
      sent: "gesendet bekommen",
      delivered: "erhalten",
      opened: "geöffnet",
      clicked: "angeklickt",
    };
    const since = days(withinDays, ["am letzten Tag", "in den letzten", "Tagen"]);
    const also = machines === true ? " (einschließlich automatischer Aktivität)" : "";
    return `hat ${what}${since} ${has ? "" : "nicht "}${did[mail]}${also}`;
  },
  campaigns(names, atLeast) {
    const which = names.length === 0 ? "irgendeine Kampagne" : names.join(" oder ");
    return atLeast === 1
      ? which
      : `mindestens ${atLeast} ${names.length === 0 ? "Kampagnen" : `von ${names.join(", ")}`}`;
  },
  link: (link, campaign) => `Link ${link} von ${campaign}`,
  event({ has, name, properties, atLeast = 1, withinDays }) {
    const where = properties === "" ? "" : `, wo ${properties},`;
    const often = atLeast === 1 ? "" : ` mindestens ${atLeast}-mal`;
    const since = days(withinDays, ["am letzten Tag", "in den letzten", "Tagen"]);
    return `hat ${name}${where}${often}${since} ${has ? "" : "nicht "}getan`;
  },
  property(name, is, value) {
    const texts: Record<PropertyOperator, string> = {
      is: `${value} ist`,
      contains: `${value} enthält`,
      gt: `mehr als ${value} ist`,
      gte: `mindestens ${value} ist`,
      lt: `weniger als ${value} ist`,
      lte: `höchstens ${value} ist`,
      known: "bekannt ist",
    };
    return `${name} ${texts[is]}`;
  },
};
