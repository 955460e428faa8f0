import {
  foldWord,
  type Meaning,
  meaningOfWord,
  refusalIn,
  stricter,
} from "./status-words.rules.ts";

/** Splits `[BOUNCED]`, `["UNSUBSCRIBED", "SPAM"]` and `unsubscribed; bounced` into parts. */
export function partsOf(text: string): string[] {
  return text
    .replace(/^[[({]+|[\])}]+$/g, "")
    .split(/[,;|]|:::/)
    .map((part) => part.trim().replace(/^["']+|["']+$/g, ""))
    .filter((part) => part !== "");
}

// Compared without separators, so that one lookup finds each spelling.
const PLAIN_REFUSALS = new Map<string, Meaning>(
  [
    "unsubscribed,unsubscribe,opted out,opt out,do not contact,do not email,do not e-mail,do not mail,don't mail",
    "dont email,don't email,don't contact,dont contact,no mail,no mails,no email,no e-mail,no emails,no e-mails",
    "no newsletter,no mailing,no mailings,never subscribed,nonsubscribed,not subscribed,blacklist,block list",
    "blocklisted,blacklisted,hard bounced,hard bounce,bounced,complained,spam complaint",
    "marked as spam,suppressed,suppression list,abgemeldet,ausgetragen,abbestellt,unzustellbar,sperrliste",
    "nicht kontaktieren,nicht anschreiben,nicht mailen,keine mail,keine mails,keine e-mail,keine e-mails",
    "keine werbung,kein newsletter,keine newsletter,désabonné,désabonnée,désinscrit,désinscrite,liste noire",
    "ne pas contacter,ne plus contacter,ne pas envoyer,ne plus envoyer,lista negra,lista nera,zwarte lijst",
    "dado de baja,dada de baja,desuscrito,desuscrita,no contactar,no enviar,disiscritto,disiscritta,non contattare",
    "non inviare,descadastrado,descadastrada,desinscrito,desinscrita,não contatar,não enviar",
    "afgemeld,uitgeschreven,niet contacteren,niet mailen",
    "unsubscribes,unsubscribers,opt outs,opt-out list,global unsubscribe,group unsubscribe,bounce,bounces",
    "spam report,spam reports,reported spam,spam trap,undeliverable,undelivered,invalid email,mailbox not found",
    "unsubcribed,unsuscribed,unsubscibed,unsubscriped,user unknown,abmeldung,abmeldungen,abmelder",
  ]
    .join(",")
    .split(",")
    .flatMap((word) => {
      const folded = foldWord(word);
      const meaning = meaningOfWord(folded) ?? refusalIn(folded) ?? "unsubscribed";
      return [folded, joined(word)].map((spelling) => [spelling, meaning] as const);
    }),
);

/** A word without the separators of its parts: `Do-not_mail` is `donotmail`. */
function joined(text: string): string {
  return text.toLowerCase().replace(/[\s\p{Pd}_./\\'’]+/gu, "");
}

/**
 * The refusal of a cell in a column that is not about consent; undefined when there is none. Only unambiguous words
 * count, as the whole cell or as one of its tags.
 */
export function plainRefusal(cell: string): Meaning | undefined {
  if (cell.length < 6 || cell.length > 200) {
    return undefined;
  }
  if (!SEVERAL.test(cell)) {
    return cell.length > LONGEST + 8 ? undefined : refusalWord(cell);
  }
  if (!MAY_REFUSE.test(cell)) {
    return undefined;
  }
  let found: Meaning | undefined;
  for (const part of partsOf(cell.toLowerCase())) {
    const one = refusalWord(part);
    found = one === undefined ? found : found === undefined ? one : stricter(found, one);
  }
  return found;
}

const refusalWord = (text: string) => PLAIN_REFUSALS.get(joined(text));

const SEVERAL = /[,;|:["]/;
/**
 * Every refusal contains one of these letter groups. Splitting the texts of a million rows needlessly would take a
 * tenth of an import.
 */
const MAY_REFUSE =
  /unsub|opt|do.?n|no.?(e.?)?(mail|newsl)|subscri|list|bounce|compla|spam|suppr|abgem|ausge|abbest|unzust|nicht|kein|contac|contat|contatt|envoy|envia|invia|abonn|inscrit|baja|suscrit|iscritt|descad|afgem|uitge|niet|lij|unsus|unsubc|undel|invalid|mailbox|unknown|abmeld/i;
const LONGEST = Math.max(...[...PLAIN_REFUSALS.keys()].map((word) => word.length));

const OF_NOTES =
  /^(notes?|notiz(en)?|comments?|kommentare?|bemerkung(en)?|anmerkung(en)?|hinweise?|remarks?|memo|commentaires?|remarques?|notas?|observaciones|comentarios?|commento|commenti|osservazioni|observacoes|opmerking(en)?|infos?|tags?|labels?|etiketten|schlagworte?r?|stichworte?r?)$/;
const ALONE = new Set(
  "stop stopp stoppen nein raus no non nee nao halt ende aufhoren basta arret arreter retirer remove removed rausnehmen streichen loschen entfernen".split(
    " ",
  ),
);

/** Names of columns whose words may be about mail: a status of something, or whether mail arrives. */
const LIKE_STATUS =
  /status|statut|zustell|empfang|deliver|reachab|erreichb|engagement|lifecycle|quality|qualitat|verif|hygiene/;

/**
 * Makes the test for a single word that stands for a refusal among notes and tags, such as `STOP`, or in a status of
 * something, such as `inactive`. It may also mean something else, so the importing person decides.
 */
export function standsAlone(name: string): (cell: string) => boolean {
  const words = name.split(/[^\p{L}\p{M}]+/u).map(foldWord);
  const isOfNotes = words.some((word) => OF_NOTES.test(word));
  if (!isOfNotes && !LIKE_STATUS.test(foldWord(name))) {
    return () => false;
  }
  const isNo = (word: string) => ALONE.has(word) || isRefusingWord(word);
  return (cell) =>
    cell.length > 1 && cell.length <= 200 && partsOf(cell).some((part) => isNo(foldWord(part)));
}

function isRefusingWord(word: string): boolean {
  const meaning = meaningOfWord(word);
  return meaning !== undefined && meaning !== "subscribed" && meaning !== "unconfirmed";
}
