import {
  type ConsentColumn,
  consentColumn,
  hintsAtConsent,
  isOtherChannel,
} from "./consent-columns.rules.ts";
import { type JsonLeaf, jsonLeaves } from "./json-cells.rules.ts";
import { partsOf, plainRefusal, standsAlone } from "./plain-refusals.rules.ts";
import { refusalPhrase } from "./refusal-phrases.rules.ts";
import {
  answerOf,
  dateIn,
  foldWord,
  isSign,
  isSoft,
  type Meaning,
  meaningOfWord,
  refusalIn,
  spokenAnswer,
  stricter,
  switchIn,
} from "./status-words.rules.ts";

/**
 * What one cell says about its person.
 * - a meaning: it is understood.
 * - `nothing`: neither for nor against, such as `No` under "Unsubscribed" or an empty cell under "Bounced".
 * - `unclear`: a person must decide; until then nobody with this value is mailed.
 */
export type Says = Meaning | "nothing" | "unclear";

export type Reading = {
  says: Says;
  /** The label under which its rows are counted: the cell's own text, or the name of its kind. */
  as: "value" | "empty" | "date" | "text" | "phrase";
};

/** Longer cells are texts, not words for a status. */
const MAX_VALUE_CHARS = 120;

/** Normalizes the spelling of a status, for counting and for decisions. */
export function statusKey(cell: string): string {
  const switched = switchIn(cell.trim());
  if (switched !== undefined) {
    return switched;
  }
  return foldWord(cell.slice(0, MAX_VALUE_CHARS)) || cell.trim().slice(0, MAX_VALUE_CHARS);
}

/** Creates the function that reads the cells of a column that counts as a status. */
export function statusReader(name: string): (cell: string) => Reading {
  const named = consentColumn(name);
  const column: ConsentColumn = named.kind === "other" ? { kind: "state" } : named;
  return memoised((cell) => readStatus(column, cell));
}

const MEMO = 500;

/** Most columns have few distinct values, and reading one costs more than looking it up. */
function memoised(read: (cell: string) => Reading): (cell: string) => Reading {
  const known = new Map<string, Reading>();
  return (cell) => {
    const found = known.get(cell);
    if (found !== undefined) {
      return found;
    }
    const reading = read(cell);
    if (known.size < MEMO && cell.length < MAX_VALUE_CHARS) {
      known.set(cell, reading);
    }
    return reading;
  };
}

/** What a cell says in a column that counts as a status. */
export function readStatus(column: ConsentColumn, cell: string): Reading {
  const text = cell.trim();
  if (/^[^\p{L}\p{N}]*$/u.test(text) && !isSign(text)) {
    return { says: ofEmpty(column), as: "empty" };
  }
  const json = inJson(text);
  if (json !== undefined) {
    return ofJson(column, json);
  }
  const date = dateIn(text);
  if (date !== undefined) {
    return date === "none"
      ? { says: ofEmpty(column), as: "empty" }
      : { says: ofDate(column), as: "date" };
  }
  const parts = partsOf(text);
  if (parts.length > 1) {
    const readings = parts.map((part) => ofText(column, part).says);
    return { says: strictest(readings), as: "value" };
  }
  return ofText(column, parts[0] ?? text);
}

/** A refusal inside JSON counts. Everything else in it is unclear, except for the details of a refusal. */
function ofJson(column: ConsentColumn, { says, speaks }: SaidInJson): Reading {
  if (column.kind === "refusal" && column.isDetail && !speaks) {
    return { says: isNo(says) ? says : column.meaning, as: "text" };
  }
  return { says: isNo(says) ? says : "unclear", as: "value" };
}

const isNo = (says: Says) => says !== "nothing" && says !== "unclear" && says !== "subscribed";

type SaidInJson = {
  says: Says;
  /** True when one of its keys is about consent. */
  speaks: boolean;
  /** True when another key has a yes or no value. */
  answers: boolean;
};

/** What a JSON cell says; its keys are read like column names. Undefined for other cells. */
function inJson(cell: string): SaidInJson | undefined {
  const leaves = jsonLeaves(cell);
  if (leaves === undefined || leaves === "too many") {
    return leaves && { says: "unclear", speaks: true, answers: false };
  }
  const readings = leaves.map((leaf) => ({ ...keyOf(leaf.path), value: leaf.value.trim() }));
  return {
    says: strictest(readings.map(({ read, value }) => (value === "" ? "nothing" : read(value)))),
    speaks: readings.some(({ speaks }) => speaks),
    answers: readings.some(({ speaks, value }) => !speaks && plainAnswer(value) !== undefined),
  };
}

type JsonKey = { speaks: boolean; read: (value: string) => Says };
const knownKeys = new Map<string, JsonKey>();

/** A column has few distinct keys, and reading a name costs more than looking it up. */
function keyOf(path: JsonLeaf["path"]): JsonKey {
  const name = path.join(" ");
  const known = knownKeys.get(name);
  if (known !== undefined) {
    return known;
  }
  const key = jsonKey(name, path.at(-1) ?? "");
  if (knownKeys.size < MEMO && name.length < MAX_VALUE_CHARS) {
    knownKeys.set(name, key);
  }
  return key;
}

function jsonKey(name: string, last: string): JsonKey {
  const column = consentColumn(name);
  if (column.kind !== "other") {
    return { speaks: true, read: (value) => readStatus(column, value).says };
  }
  // `sms.consent` is not about mail, and `lists.7.state` may not be: only the importing person can know.
  if (consentColumn(last).kind !== "other") {
    return { speaks: true, read: () => "unclear" };
  }
  const isHint = hintsAtConsent(name) || hintsAtConsent(last);
  return {
    speaks: isHint,
    read: (value) =>
      plainRefusal(value) ?? (isHint && plainAnswer(value) !== undefined ? "unclear" : "nothing"),
  };
}

/**
 * Creates the function that reads the cells of a column of JSON objects: refusals count, and keys that leave the
 * answer open are unclear.
 *
 * @param isHint True when the column's name hints at consent, so that any yes or no in it is unclear.
 */
export function jsonReader(isHint: boolean): (cell: string) => Reading {
  return (cell) => {
    const { says, answers } = inJson(cell) ?? { says: "nothing", answers: false };
    const isOpen = says === "nothing" && isHint && answers;
    return {
      says: isOpen ? "unclear" : says === "subscribed" ? "nothing" : says,
      as: cell.trim() === "" ? "empty" : "value",
    };
  };
}

/** The strictest of several statements. A refusal that is understood counts more than an open question. */
export function strictest(said: readonly Says[]): Says {
  let best: Says = "nothing";
  for (const says of said) {
    best = stricterSays(best, says);
  }
  return best;
}

function stricterSays(a: Says, b: Says): Says {
  if (a === "nothing" || a === b) {
    return b;
  }
  if (b === "nothing") {
    return a;
  }
  if (a === "unclear" || b === "unclear") {
    const other = a === "unclear" ? b : a;
    return other === "unclear" || other === "subscribed" || other === "unconfirmed"
      ? "unclear"
      : other;
  }
  return stricter(a, b);
}

function ofEmpty(column: ConsentColumn): Says {
  return column.kind === "state" || column.kind === "agreement" || column.kind === "confirmation"
    ? "unclear"
    : "nothing";
}

function ofDate(column: ConsentColumn): Says {
  if (column.kind === "refusal") {
    return column.meaning;
  }
  return column.kind === "agreement" || column.kind === "confirmation" ? "subscribed" : "unclear";
}

function ofText(column: ConsentColumn, text: string): Reading {
  const folded = foldWord(text.slice(0, MAX_VALUE_CHARS));
  const answer = answerOf(text, folded) ?? consentAnswer(column, folded);
  if (column.kind === "deliverability" && WORKS.has(folded)) {
    return { says: "nothing", as: "value" };
  }
  const says = answer === undefined ? ofSentence(column, text, folded) : ofAnswer(column, answer);
  if (column.kind === "refusal" && !isSoft(folded)) {
    return inRefusal(column, says, answer !== undefined);
  }
  // "!subscribed" and "❌ active": without the sign, the word would be a yes.
  const isDoubted = says === "subscribed" && NEGATING_SIGN.test(text);
  return { says: isDoubted ? "unclear" : (says ?? "unclear"), as: "value" };
}

function ofSentence(column: ConsentColumn, text: string, folded: string): Says | undefined {
  const word = meaningOfWord(folded) ?? refusalIn(folded);
  const answer = word === undefined ? spokenAnswer(text) : undefined;
  return answer === undefined ? word : ofAnswer(column, answer);
}

const NEGATING_SIGN = /^[^\p{L}\p{N}]*[!~¬≠\-\u2010-\u2015\u2212×✗✘✖❌🚫⛔👎]|[~✗✘✖❌🚫⛔👎?]\s*$/u;

// Applies to consents only: an objection that was "given" is a refusal.
const GIVEN = new Set(
  "in erteilt gegeben vorliegend liegtvor given granted accorde accordee donne otorgado concedido dado concesso concessa verleend udzielona udzielono wyrazona udelen udeleno onay onayli verildi kabul onaylandi megadva acordat дано 希望 可 同意 許可 同意する 동의".split(
    " ",
  ),
);
const NOT_GIVEN = new Set(
  "out entzogen verweigert versagt abgelehnt nichterteilt zuruckgezogen fehlt notgiven notgranted retire retiree denegado revocado retirado revocato negato recusado ingetrokken wycofana wycofano cofnieta odmowiona odvolan odvolano zamitnut neudelen red reddedildi verilmedi visszavonva retras отозвано 拒否 不可 不同意 同意しない 미동의".split(
    " ",
  ),
);

function consentAnswer({ kind }: ConsentColumn, folded: string): "yes" | "no" | undefined {
  if (kind !== "agreement") {
    return undefined;
  }
  return GIVEN.has(folded) ? "yes" : NOT_GIVEN.has(folded) ? "no" : undefined;
}

/** Words by which address verification tools mark a working address. */
const WORKS = new Set(
  "valid deliverable reachable zustellbar gultig erreichbar valide valido valida delivrable entregable geldig".split(
    " ",
  ),
);

/** Under the name of a refusal any text is one, if the column contains texts. */
function inRefusal(
  column: Extract<ConsentColumn, { kind: "refusal" }>,
  says: Says | undefined,
  isAnswer: boolean,
): Reading {
  if (isAnswer || (says !== undefined && says !== "subscribed")) {
    return { says: says ?? "unclear", as: "value" };
  }
  return column.isDetail
    ? { says: column.meaning, as: "text" }
    : { says: says ?? "unclear", as: "value" };
}

function ofAnswer(column: ConsentColumn, answer: "yes" | "no"): Says {
  const isYes = answer === "yes";
  switch (column.kind) {
    case "refusal":
      return isYes ? column.meaning : "nothing";
    case "agreement":
      return isYes ? "subscribed" : "unsubscribed";
    case "confirmation":
      return isYes ? "subscribed" : "unconfirmed";
    case "deliverability":
      return isYes ? "nothing" : "bounced";
    default:
      return "unclear";
  }
}

/** Longer cells are not an answer, unless they begin with a no. */
const MAX_ANSWER_CHARS = 12;
/** A cheap test for a long cell: its first word is short and starts like a yes or no in a supported language. */
const MAY_BE_SPOKEN = /^[aehinyjotdsáпндтい][^\s,;]{0,8}[\s,;:!]/iu;

/** The yes or no of a cell in a column that is not about consent; undefined for all other cells. */
export function plainAnswer(cell: string): "yes" | "no" | undefined {
  const text = cell.trim();
  if (text === "" || text.length > MAX_ANSWER_CHARS) {
    return MAY_BE_SPOKEN.test(text) ? spokenAnswer(text) : undefined;
  }
  // Most cells are plain words, and folding one costs more than looking it up.
  const folded = /^[a-z0-9]+$/i.test(text) ? text.toLowerCase() : foldWord(text);
  return folded === "" && !isSign(text)
    ? undefined
    : (answerOf(text, folded) ?? spokenAnswer(text));
}

/** Answers that are neither yes nor no, folded, in seven languages. */
const UNDECIDED = new Set(
  `maybe perhaps unsure undecided unclear unknown tobeclarified tbd
  vielleicht eventuell evtl unklar unbekannt unentschieden offen zuklaren
  peutetre inconnu indecis quizas quiza talvez desconocido forse sconosciuto desconhecido
  misschien onbekend`.split(/\s+/),
);

const isAnswerOrDoubt = (cell: string): boolean =>
  plainAnswer(cell) !== undefined || (cell.length <= 40 && UNDECIDED.has(foldWord(cell)));

/**
 * Creates the function that reads the cells of a column whose name is not about consent: a plain refusal counts
 * anywhere, and under a name that hints at consent a yes or no is unclear.
 */
export function wordsReader(name: string): (cell: string) => Reading {
  const isHint = hintsAtConsent(name);
  const isOpen = openAnswer(isHint, standsAlone(name));
  const readJson = jsonReader(isHint);
  const readRefusal = refusalReader(name);
  return memoised((cell) => {
    const refusal = readRefusal(cell);
    if (refusal !== undefined) {
      return { says: refusal, as: "value" };
    }
    if (STARTS_JSON.test(cell)) {
      const reading = readJson(cell);
      if (reading.says !== "nothing") {
        return reading;
      }
    }
    const word = isHint ? refusingWord(cell) : undefined;
    if (word !== undefined) {
      return { says: word, as: "value" };
    }
    return isOpen(cell) ? { says: "unclear", as: "value" } : readPhrase(cell);
  });
}

/** A plain refusal. If it is about text messages, the person may still want email, so the importing person decides. */
function refusalReader(name: string): (cell: string) => Says | undefined {
  return isOtherChannel(name)
    ? (cell) => (plainRefusal(cell) === undefined ? undefined : "unclear")
    : plainRefusal;
}

/** Under a name that hints at email, such as `Email notifications`, any status word that means no counts. */
function refusingWord(cell: string): Meaning | undefined {
  const meaning = cell.length > 40 ? undefined : meaningOfWord(foldWord(cell));
  return meaning === "subscribed" ? undefined : meaning;
}

/** Creates the function that reads names or places: a plain refusal counts, and a phrase that may be one is unclear. */
export function textReader(): (cell: string) => Reading {
  return memoised((cell) => {
    const refusal = plainRefusal(cell);
    return refusal === undefined ? readPhrase(cell) : { says: refusal, as: "value" };
  });
}

function readPhrase(cell: string): Reading {
  return refusalPhrase(cell) !== undefined
    ? { says: "unclear", as: "phrase" }
    : { says: "nothing", as: cell.trim() === "" ? "empty" : "value" };
}

const openAnswer = (isHint: boolean, isAlone: (cell: string) => boolean) => (cell: string) =>
  (isHint && isAnswerOrDoubt(cell)) || isAlone(cell);

const STARTS_JSON = /^\s*[[{]/;

/** What cells beyond the last column say: a refusal counts, and anything else leaves the row unclear. */
export function readExtra(cell: string): Reading {
  if (cell.trim() === "") {
    return { says: "nothing", as: "empty" };
  }
  return { says: strictest(["unclear", readStatus({ kind: "state" }, cell).says]), as: "value" };
}

/** True for a column named "state" whose cells are words for a status. */
export function isStateOfPeople(cells: readonly string[]): boolean {
  return cells.some((cell) => meaningOfWord(foldWord(cell)) !== undefined);
}
