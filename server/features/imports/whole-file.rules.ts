import { recognisePreset } from "./presets.rules.ts";
import {
  foldWord,
  type Meaning,
  meaningOfReason,
  REFUSALS,
  stricter,
} from "./status-words.rules.ts";

/**
 * What the name of a file says of everybody in it: Mailchimp writes one file each for those who unsubscribed, whose
 * address was cleaned and who never subscribed; people call theirs `blacklist.csv`. Undefined when it says nothing.
 */
export function refusalOfFileName(fileName: string): Meaning | undefined {
  const folded = foldWord(fileName.replace(/\.\w{1,4}$/, ""));
  return (
    REFUSALS.find(([, pattern]) => pattern.test(folded))?.[0] ??
    (SHORT.test(folded) || UNCONFIRMED.test(folded) ? "unsubscribed" : undefined)
  );
}

/** Who never confirmed has never agreed, like those of Mailchimp's `nonsubscribed_…` file. Sendy: `news-unconfirmed.csv`. */
const UNCONFIRMED =
  /unconfirm|notconfirm|unbestatigt|nichtbestatigt|nonconfirm|noconfirm|sinconfirm|naoconfirm|daconferm|onbevestigd|nietbevestigd/;
const SHORT = /^(bajas?|dnc)(\d|$)/;

/** The columns that only a file of people who left has. */
export const refusingColumns = (header: readonly string[]): string[] =>
  recognisePreset(header)?.wholeFile === undefined
    ? []
    : header.filter((name) => /^(unsub|clean)/.test(foldWord(name)));

/**
 * What the file as a whole says, by its name and by the columns that only such a file has.
 *
 * @param isDecided The whole file was looked through, and its columns answer for every row. One word in a name does
 *   not outweigh them then: `disabled.csv` may list everybody with a true or false for each.
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
