import { recognisePreset } from "./presets.rules.ts";
import {
  foldWord,
  type Meaning,
  meaningOfReason,
  REFUSALS,
  stricter,
} from "./status-words.rules.ts";

/**
 * What the file name says about everybody in it: Mailchimp writes separate files for unsubscribed, cleaned and never
 * subscribed contacts, and people name theirs `blacklist.csv`. Undefined when it says nothing.
 */
export function refusalOfFileName(fileName: string): Meaning | undefined {
  const folded = foldWord(fileName.replace(/\.\w{1,4}$/, ""));
  return (
    REFUSALS.find(([, pattern]) => pattern.test(folded))?.[0] ??
    (SHORT.test(folded) || UNCONFIRMED.test(folded) ? "unsubscribed" : undefined)
  );
}

/**
 * Someone who never confirmed has never agreed, like those in Mailchimp's `nonsubscribed_…` file. Sendy:
 * `news-unconfirmed.csv`.
 */
const UNCONFIRMED =
  /unconfirm|notconfirm|unbestatigt|nichtbestatigt|nonconfirm|noconfirm|sinconfirm|naoconfirm|daconferm|onbevestigd|nietbevestigd/;
const SHORT = /^(bajas?|dnc)(\d|$)/;

/** Columns that only a file of unsubscribed people has. */
export const refusingColumns = (header: readonly string[]): string[] =>
  recognisePreset(header)?.wholeFile === undefined
    ? []
    : header.filter((name) => /^(unsub|clean)/.test(foldWord(name)));

/**
 * What the file as a whole says, by its name and by columns that only a file of refusals has.
 *
 * @param isDecided The whole file was checked and its columns answer for every row. A word in the name does not
 * outweigh them: `disabled.csv` may list everybody with true or false.
 */
export function refusalOfFile(
  fileName: string,
  header: readonly string[],
  isDecided: boolean,
): Meaning | undefined {
  const byName = isDecided ? undefined : refusalOfFileName(fileName);
  const reason = recognisePreset(header)?.wholeFile;
  const byColumns = reason === undefined ? undefined : meaningOfReason(reason);
  return byName === undefined || byColumns === undefined
    ? (byName ?? byColumns)
    : stricter(byName, byColumns);
}
