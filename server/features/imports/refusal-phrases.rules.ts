/**
 * Free text that may be a refusal, as in "will keine Mails mehr" or "abgemeldet am 3.4.". It may also mean the
 * opposite, so a person decides about all such texts of a column together.
 */
const PHRASES = new RegExp(
  `(?<!\\p{L})(${[
    "keine?n? (weiteren? |mehr )?(e-?)?(mails?|newsletter|werbung|mailings?|kontakt)",
    "nicht (mehr )?(anschreiben|angeschrieben|kontaktieren|kontaktiert|mailen|anmailen|stören)",
    "abgemeldet|abmelden|abbestellt|ausgetragen|austragen|widersprochen|widerspruch",
    "no (more |further )?(e-?mails?|mails?|newsletters?|mailings?|marketing)",
    "un-?subscribed?|unsubcribed?|unsuscribed?|opt(ed|s)?[ -]?out|asked (to be|for) remov\\p{L}+",
    "object(s|ed|ion)? to [^.]{0,30}(marketing|mail\\p{L}*|contact\\p{L}*|advertis\\p{L}*)",
    "(please |pls )remove( me| him| her| them)?|(remove|take|took|taken|removed) (me |him |her |them )?(off|from) (the |this |our |your )?(mailing |e-?mail )?list",
    "(aus|vom|von) ((dem|der|unserem|unserer) )?(mail)?(verteiler|liste|mailingliste) (nehmen|genommen|streichen|gestrichen|entfernen|entfernt|l[öo]schen|gel[öo]scht)",
    "(prosz[ęe]|prosi) (o )?(wypis|usuni)\\p{L}*|rezygnuj\\p{L}*|nie (chce|[żz]yczy|wysy[łl]a)\\p{L}*|nepos[íi]lat|odhl[áa]s\\p{L}*",
    "bitte (l[öo]schen|entfernen|streichen|austragen)|aus (dem|der|unserem|unserer) (verteiler|liste|mailingliste)",
    "(do not|don['’]?t|never|stop) (want |send |sending )?(any |more )*(e[ -]?mail|mail|contact)\\p{L}*",
    "no longer (wants?|wishes|interested)[^.]{0,40}(mails?|newsletter)",
    "d[ée]sabonn\\p{L}*|d[ée]sinscri\\p{L}*|(pas|plus) (de |d['’])?(mails?|e-?mails?|courriels?|newsletters?)|(pas|plus) (le |la )?contacter",
    "no (contactar|enviar|quiere (m[áa]s )?(correos?|e-?mails?))|da(do|da|r|rse) de baja|sin correos",
    "non contattare|non inviare|disiscritt[oa]|n[ãa]o (contatar|enviar)|descadastrad[oa]",
    "geen (e-?)?mails?|niet (mailen|contacteren)|afgemeld|uitgeschreven",
  ].join("|")})(?!\\p{L})`,
  "iu",
);
const JOINTS = /(?<=\p{L})[-_./](?=\p{L})/gu;
const MAX_PHRASE_CHARS = 2_000;
const EXCERPT_BEFORE = 20;

/** The part of a free text that looks like a refusal, with some context; undefined when there is none. */
export function refusalPhrase(cell: string): string | undefined {
  if (cell.length < 6 || cell.includes("://")) {
    return undefined;
  }
  const text = cell.slice(0, MAX_PHRASE_CHARS).replace(/\s+/g, " ").trim();
  const at = (PHRASES.exec(text) ?? searchApart(text))?.index;
  if (at === undefined) {
    return undefined;
  }
  const from = Math.max(0, at - EXCERPT_BEFORE);
  // People's addresses are never shown.
  return text.slice(from, from + 80).replace(/\S*@\S*/g, "…");
}

/**
 * Searches a text such as `do-not-mail` or `do_not_mail` as separate words. Most cells have no such separator and are
 * not searched again.
 */
function searchApart(text: string): RegExpExecArray | null {
  const apart = /[-_./]/.test(text) ? text.replace(JOINTS, " ") : text;
  return apart === text ? null : PHRASES.exec(apart);
}
