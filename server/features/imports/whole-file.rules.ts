import { isEmailName } from "./column-guess.rules.ts";
import { recognisePreset } from "./presets.rules.ts";
import {
  foldWord,
  type Meaning,
  meaningOfReason,
  REFUSALS,
  stricter,
} from "./status-words.rules.ts";

/**
 * What the file name says about everyone in the file: Mailchimp writes separate files for unsubscribed, cleaned and
 * never subscribed contacts, and people name theirs `blacklist.csv`. Undefined when it says nothing.
 */
export function refusalOfFileName(fileName: string): Meaning | undefined {
  return refusalOfText(fileName.replace(/\.\w{1,4}$/, ""));
}

function refusalOfText(text: string): Meaning | undefined {
  const folded = foldWord(text);
  return (
    REFUSALS.find(([, pattern]) => pattern.test(folded))?.[0] ??
    (SHORT.test(folded) || UNCONFIRMED.test(folded) || GONE.test(folded)
      ? "unsubscribed"
      : undefined)
  );
}

/**
 * Someone who never confirmed has never agreed, like those in Mailchimp's `nonsubscribed_…` file. Sendy:
 * `news-unconfirmed.csv`.
 */
const UNCONFIRMED =
  /unconfirm|notconfirm|unbestatigt|nichtbestatigt|nonconfirm|noconfirm|sinconfirm|naoconfirm|daconferm|onbevestigd|nietbevestigd/;
const SHORT = /^(bajas?|dnc|removed|leavers?)(list\p{L}*)?(\d|$)/u;

/**
 * People who left or must be forgotten. Only names of files and headings are read this way: a column `Kündigung` may be
 * the end of a contract.
 */
const GONE =
  /stoplist|nevermail|nevercontact|nevere?mail|deadaddress|deademail|wypisan|odhlasen|avregistrer|avmeldt|afmeldt|^cancell?ad[oa]s|^annulat[ie]|kundigung|kuendigung|austritt|ausgetreten|erasure|righttobeforgotten|loschantr|loschanfr|loeschantr|loeschanfr|(^|gdpr|dsgvo|rgpd)(deletion|delete|forget)(request|d)|^(removed|deleted|former|ex|lapsed|geloschte?|ehemalige?)(user|contact|subscriber|member|people|person|email|address|recipient|customer|kontakt|abonnent|empfanger|mitglied|kunde|adresse)/;

/** Columns that only a file of unsubscribed people has. */
export const refusingColumns = (header: readonly string[]): string[] =>
  recognisePreset(header)?.wholeFile === undefined
    ? []
    : header.filter((name) => /^(unsub|clean)/.test(foldWord(name)));

/** A text above the addresses that says no. */
export type Heading = {
  /** The column with this text as its name; null for a title line, which is about the whole file. */
  column: number | null;
  text: string;
};

/** Titles stand at the top. */
const MAX_HEAD_ROWS = 10;
const MAX_HEADING_CHARS = 200;

/**
 * The texts before the first address that say no, in the same way as a file name: title lines such as `Liste der
 * Abgemeldeten;;`, and names of columns. The name of the address column applies to everyone in the file.
 */
export function refusingHeadings(
  rows: readonly (readonly string[])[],
  isEmail: (cell: string) => boolean,
): Heading[] {
  const top = rows.slice(0, MAX_HEAD_ROWS);
  const first = top.findIndex((row) => row.some(isEmail));
  const width = rows[first]?.length ?? 0;
  const above = top.slice(0, first === -1 ? top.length : first);
  return above.flatMap((row, at) => {
    const isTitle = isTitleLine(row, at === above.length - 1, width);
    return row.flatMap((cell, column) => {
      const text = cell.trim().slice(0, MAX_HEADING_CHARS);
      return refusalOfText(text) === undefined ? [] : { column: isTitle ? null : column, text };
    });
  });
}

/**
 * The heading of a section among the rows that says no, such as `Abgemeldet:` above further addresses; undefined for
 * any other row.
 */
export function refusingSection(cells: readonly string[]): string | undefined {
  const filled = cells.filter((cell) => cell.trim() !== "");
  const [text = ""] = filled;
  const isAlone = filled.length === 1 && text.length <= MAX_HEADING_CHARS && !text.includes("@");
  return isAlone && refusalOfText(text) !== undefined ? text.trim() : undefined;
}

/**
 * True for a row with a single text, in its first cell. Also true for a row that does not name the address column, if
 * it is not the last row before the addresses or has fewer cells than they do.
 */
function isTitleLine(row: readonly string[], isLast: boolean, width: number): boolean {
  const filled = row.filter((cell) => cell.trim() !== "");
  const isAlone = filled.length === 1 && row[0]?.trim() !== "";
  return isAlone || ((!isLast || row.length < width) && !filled.some(isEmailName));
}

/** The headings that apply to everyone in the file. */
export const headingsOfAll = (
  { headings = [] }: { headings?: readonly Heading[] | undefined },
  mapping: readonly { column: number; target: string }[],
): string[] => {
  const address = mapping.find(({ target }) => target === "email")?.column;
  return headings.flatMap(({ column, text }) =>
    column === null || column === address ? [text] : [],
  );
};

/** What the file's name and the headings above its addresses say; of both, the strictest. */
export function refusalOfNames(fileName: string, headings: readonly string[]): Meaning | undefined {
  return [refusalOfFileName(fileName), ...headings.map(refusalOfText)].reduce((one, other) =>
    one === undefined || other === undefined ? (one ?? other) : stricter(one, other),
  );
}

/**
 * What the file as a whole says, by its name, by the headings above its addresses and by columns that only a file of
 * refusals has.
 *
 * @param isDecided The whole file was checked and its columns decide about every row. Then a word in the file's name
 * counts less: `disabled.csv` may list everybody with true or false.
 */
export function refusalOfFile(
  fileName: string,
  headings: readonly string[],
  header: readonly string[],
  isDecided: boolean,
): Meaning | undefined {
  const byName = isDecided ? undefined : refusalOfNames(fileName, headings);
  const reason = recognisePreset(header)?.wholeFile;
  const byColumns = reason === undefined ? undefined : meaningOfReason(reason);
  return byName === undefined || byColumns === undefined
    ? (byName ?? byColumns)
    : stricter(byName, byColumns);
}
