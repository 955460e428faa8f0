import { foldWord, type Meaning, REFUSALS } from "./status-words.rules.ts";

/**
 * What the name of a column asks about each person:
 * - `state`: cells are words for a status (`Status`).
 * - `agreement`: yes means that they agreed (`Accepts Email Marketing`).
 * - `confirmation`: yes means that they confirmed, no that they never did (`confirmed`).
 * - `refusal`: yes, a date or a reason means that they refused (`Unsubscribed`, `EMAIL_BLACKLISTED`,
 *   `doNotEmail`).
 * - `deliverability`: no means that mail does not arrive (`valid`); yes says nothing about consent.
 * - `unclear`: it could mean either, so a person must decide about every answer (`Cancelled`, `mail_flag`).
 * - `other`: it is not about consent; only values that refuse by themselves count.
 */
export type ConsentColumn =
  | { kind: "state" | "agreement" | "confirmation" | "deliverability" | "unclear" | "other" }
  | {
      kind: "refusal";
      meaning: Meaning;
      /** Any text counts as an answer: a date, a reason, the name of a list. */
      isDetail: boolean;
    };

const OTHER: ConsentColumn = { kind: "other" };

// Compared with the single words of a column name.
const OTHER_CHANNELS =
  /^(sms|mms|phone|call|calls|telephone|telefon|mobile|handy|push|whatsapp|postal|post|fax|web|app|browser|print|telefono|telefone|telefoon|viber|messenger)$/;
const MAIL = /e?-?mail|newsletter|courriel|correo/;
const TECHNICAL = /^(link|url|uri|token|hash|key|guid|uuid|id|ids|ip|href|code)$/;
const COUNTED =
  /^(count|counts|counter|number|num|anzahl|zahl|rate|ratio|quote|score|rating|total|sum|percent|prozent|nombre|numero|aantal|avg|average|times)$/;
const DETAIL =
  /^(date|datum|fecha|data|time|timestamp|zeit|zeitpunkt|at|since|seit|reason|reasons|grund|motif|motivo|reden|campaign|kampagne|campagne|campana|title|comment|comments|kommentar|source|quelle|method|type|subtype|details|detail|note|notes|text|wording|statement)$/;
const NEGATED =
  /^(no|not|non|never|without|kein|keine|keinen|nicht|ohne|nie|sans|pas|sin|senza|sem|nao|geen|niet|zonder)$/;

// Compared with the words of a column name, separated by spaces.
const DO_NOT =
  /(^| )(do(es)? ?n[o\u2019']?t (want )?(bulk )?(e ?)?(mail|contact|market|send|solicit)|dont ?(email|mail|contact)|no ?(email|mail|newsletter|mailing|marketing)s?( |$)|kein(e|en)? ?(email|mail|newsletter|werbung|werbemail)|ne pas (contacter|envoyer)|no (contactar|enviar)|non (contattare|inviare)|nao (contatar|enviar)|niet (mailen|contacteren)|nicht (kontaktieren|anschreiben|mailen))/;

/** HubSpot's export of unsubscribes has a column per type of mail, with TRUE for those who unsubscribed from it. */
const LEFT_TYPES = new Set(["marketinginformation"]);

/** Objections to data processing, which are not about mail. */
const OF_DATA = /^(donot|dont)(sell|track|share|process|delete|call)/;

// Compared with the whole column name, folded.
const TOPICS =
  /lastemail|order|lead|payment|invoice|marital|famil|member(ship)?status|account|customer|kunden|deal|lifecycle|job|employ|tax|sync|ticket|shipping|deliverystatus|subscriptiontype|plan|trial|bestell|zahlung|vat|stripe|billing|project/;
const STATE_NAMES = new Set(
  `status statut situacao situacion statusname stav estat tila durum allapot stare
  статус статусподписки статусподписчика состояние статуспідписки κατασταση
  ステータス 状態 状态 狀態 订阅状态 구독상태 상태 الحالة סטטוס`
    .split(/\s+/)
    .map(foldWord),
);
/** Names that mean a status in one file and a part of a country in another. Their cells decide. */
const STATE_OR_PLACE = new Set(["state", "estado", "stato", "zustand", "etat"]);
const STATUS_OF =
  /^sub(status|state)$|feliratkoz\p{L}*(allapot|statusz)|(status|stav|durum)\p{L}*(subskry|odber|abonel)|(email|mail|subscri|abonn|abo|newsletter|contact|kontakt|recipient|empfanger|optin|consent|marketing|list|destinatario|ontvanger|suscrip|iscri|inscri|user)\p{L}*(status|statut|situacao|situacion)|^(status|statut|estado|stato|etat)(de|des|di|do|da|del|van|of|der|du|d)?(l|la|el)?(email|mail|subscri|abonn|newsletter|contact|kontakt|courriel|correo|suscrip|iscri|inscri)/u;
const STATE_OF =
  /(email(?!address)|subscri|abonn|newsletter|optin|consent|emailmarketing)\p{L}*(state|zustand|estado|stato|etat)$/u;
const CONFIRMATION =
  /^(is)?(email)?(activated|aktiviert|confirmed|bestatigt|confirme|confirmado|confermato|bevestigd|emailconfirmed|emailverified|optinconfirmed|doubleoptin|doi|doicompleted|doubleoptinstatus|doubleoptinconfirmed)$/;
const AGREEMENT =
  /accept|acepta|accetta|aceita|consent|toestaan|recevoir\p{L}*(news|email|courriel|offre|public)|recib\p{L}*(correo|email|news|boletin|public)|ricev\p{L}*(email|news|public)|receb\p{L}*(email|news|public)|ontvang\p{L}*(email|nieuws)|erhalt\p{L}*(email|news|werb)|erwunscht|darf\p{L}*(mail|kontakt|angeschr)|optin|optedin|permission|agree|einwillig|zustimm|einverstand|erlaub|werbeeinw|angemeldet|abonniert|subscribed|issubscri|abonne$|suscrito|iscritto|inscrit|ingeschreven|aangemeld|toestemming|akkoord|mailable|emailable|contactable|gdpr|dsgvo|rgpd|avgok|canreceive|receiveemail|receivesemail|receivemarketing|wantsemail|wantsnewsletter|emailallowed|emailenabled|emailactive|emailok|okto(e?mail|contact)|erhaltnewsletter|newsletterja|permesso|autoriza|autorizza|autoris|consens[ou]|zgoda|zgody|souhlas|suhlas|hozzajarul|consimta|acorddemarketing|iletiizn|izni$|rizasi|соглас|згод|samtykke|samtycke|suostum|同意|許可|许可|許可|동의/u;
const AGREEMENT_NAMES =
  /^(opt|optinout|inout|newsletter|newsletters|nieuwsbrief|boletin|infolettre|bollettino|newsletterabo|newsletterempfanger|abo|mailing|mailings|emailmarketing|marketingemail|marketingemails|emailsubscription|emailnewsletter|marketing|active|aktiv|actif|activo|attivo|ativo|actief|enabled|subscribe|subscriber|abonnent|abonado|abonnee|werbung|infomail)$/;
const EXPIRY =
  /expir|validuntil|validtill|ablauf|lauftab|gultigbis|gueltigbis|caduc|scaden|verloopt|geldigtot|vence/;
/** The date of an unsubscribe, from a list or from everything. */
const LEFT =
  /austritt|ausgetreten|ausgeschieden|^left(at|on|date)|^dateleft|^leav(ing|e)(at|on|date)|^exit(date|at|on)$|resign|membershipend|endofmembership|^depart(le|date)?$|^sorti(le)?$|^uitgetreden|^uittred/;
const CANCELLED =
  /cancel|storn|kundig|kuendig|annul|cancelad|cancellat|geannuleerd|^left$|^declined|^refus|^rejected|^removed|^closed/;

/**
 * Bans and objections. They are not part of `REFUSALS`, because that also reads file names and cells, where
 * `duplicates_removed.csv` says nothing about the people in it.
 */
const BANNED: readonly (readonly [Meaning, RegExp])[] = [
  [
    "unsubscribed",
    /verbot|verboten|widerspruch|widersprochen|opposition|opposizione|oposicion|oposicao|opposed|objection|objected|bezwaar|interdi(t|ction|zione)|prohib|vietato|proibi|verbod|donotdisturb|dontdisturb|neplus(contact|envoy|recev)/,
  ],
  [
    "suppressed",
    /sperre(n|d)?($|mail|news|werb|marketing)|sperrung|^(is|was)?removed(from(list|mailing))?$|^(ist)?entfernt$/,
  ],
];
/** Other things a person can be banned from: deliveries, credit, telephone calls. */
const BAN_OF_OTHER =
  /liefer|mahn|kredit|konto|zahl|passwort|login|rauch|buchung|telefon|phone|anruf|sms|fax|postwerb|briefpost/;

const DELIVERABILITY =
  /^(is)?((e?mail)(address)?)?(is)?(valid|deliverable|reachable|zustellbar|gultig|erreichbar|valide|valido|valida|delivrable|joignable|entregable|recapitabile|consegnabile|entregavel|geldig|bezorgbaar)((e?mail)(address)?)?$/;

// Names that contain both parts as words: `mail_ok`, `can_email`, `Kontakt erlaubt`, `email preference`.
const REACHED =
  /^(e?mails?|emailing|mailing|newsletters?|contact|contacts|contacted|kontakt|marketing|werbung|courriels?|correos?|contacto|contatto|contato|contacter|contactar|contattare|contatar|nieuwsbrief|contacteren|infolettre|boletin)$/;
const ALLOWED =
  /^(preferred|bevorzugte?r?s?|prefere|preferee|preferido|preferito|ok|okay|can|may|allow|allows|allowed|permit|permits|permitted|preference|preferences|pref|prefs|wanted|wants|darf|erlaubt|kann|moglich|gewunscht|praferenz|peut|peuvent|permis|preference|souhaite|souhaites|puede|permitido|preferencia|preferencias|puo|permesso|preferenza|preferenze|pode|permitido|mag|toegestaan|voorkeur|gewenst)$/;
/** `contact by email`, `Kontakt per E-Mail`. */
const BY_MAIL =
  /^(contact|reach|kontakt|contacter|contacto|contatto|contato)(me|us)?(by|via|per|par|por|door|with)?(e?mail|newsletter|courriel|correo)$/;

/** `Preferred contact method`: a person who chose another channel may not want email. */
const WAY_TO_REACH =
  /preferredcontact|contactpreference|contactmethod|preferredchannel|bevorzugt\p{L}*kontakt|kontaktweg|kommunikationsweg|modedecontact/u;

/**
 * The words of a name joined into one. The "in" of `opt_in_valid` and `sign in active` stays separate from the next
 * word, because together they would read "invalid" and "inactive" and would turn a yes into a no and a no into a yes.
 */
function joined(words: readonly string[]): string {
  const isSplit = (word: string, next = "") => /in$/.test(word) && MAY_BE_NEGATED.test(next);
  return words.map((word, n) => (isSplit(word, words[n + 1]) ? `${word}·` : word)).join("");
}
const MAY_BE_NEGATED = /^(valid|activ|aktiv|actif|attiv|ativ|correct|deliver|compl)/;

/** Determines from a column's name what the column asks. */
export function consentColumn(name: string): ConsentColumn {
  const words = wordsOf(name);
  const folded = joined(words);
  if (folded === "" || isOfOthers(folded, words)) {
    return OTHER;
  }
  const isDetail = words.some((word) => DETAIL.test(word)) || /time$|date$|datum$/.test(folded);
  const refusal = refusing(folded, words, isDetail);
  if (refusal !== undefined) {
    return refusal;
  }
  if (WAY_TO_REACH.test(folded)) {
    return { kind: "unclear" };
  }
  // A date after which a consent no longer counts. The name does not tell whether that date has passed.
  if (EXPIRY.test(folded) && AGREEMENT.test(folded)) {
    return { kind: "unclear" };
  }
  if (LEFT.test(folded)) {
    return { kind: "refusal", meaning: "unsubscribed", isDetail: true };
  }
  const isCancelled = CANCELLED.test(folded) && !TOPICS.test(folded);
  // In files from Substack and shops, "Cancel date" is the end of a paid plan.
  if (isDetail && !(isCancelled && /cancell?ed|k(ue|u)ndig/.test(folded))) {
    return OTHER;
  }
  return isCancelled ? { kind: "unclear" } : affirmative(folded, words);
}

/** True for a name about another channel than mail, such as `SMS opt-in`. */
export const isOtherChannel = (name: string): boolean => {
  const words = wordsOf(name);
  return namesOtherChannel(words.join(""), words);
};

const namesOtherChannel = (folded: string, words: readonly string[]) =>
  !MAIL.test(folded) && words.some((word) => OTHER_CHANNELS.test(word));

/** True for a column about another channel than email, a database key, or a count. */
function isOfOthers(folded: string, words: readonly string[]): boolean {
  return (
    namesOtherChannel(folded, words) ||
    words.some((word) => TECHNICAL.test(word) || COUNTED.test(word)) ||
    /emails(bounced|unsubscribed)/.test(folded)
  );
}

function refusing(
  folded: string,
  words: readonly string[],
  isDetail: boolean,
): ConsentColumn | undefined {
  const isShort = /^(baja|bajas|dnc|dne|dnm)/.test(words[0] ?? "") && words.length < 4;
  if (isShort || DO_NOT.test(words.join(" ")) || LEFT_TYPES.has(folded)) {
    return { kind: "refusal", meaning: "unsubscribed", isDetail };
  }
  const refusal =
    REFUSALS.find(([, pattern]) => pattern.test(folded)) ??
    (BAN_OF_OTHER.test(folded) && !MAIL.test(folded)
      ? undefined
      : BANNED.find(([, pattern]) => pattern.test(folded)));
  if (refusal === undefined || OF_DATA.test(folded)) {
    return undefined;
  }
  const [meaning] = refusal;
  // In many products, a column named after bounces contains the reason.
  const isText = meaning === "bounced" || /suppressions?$|list$|liste$|listas?$/.test(folded);
  return { kind: "refusal", meaning, isDetail: isDetail || isText };
}

function affirmative(folded: string, words: readonly string[]): ConsentColumn {
  if (
    STATE_NAMES.has(folded) ||
    ((STATUS_OF.test(folded) || STATE_OF.test(folded)) && !TOPICS.test(folded))
  ) {
    return { kind: "state" };
  }
  if (CONFIRMATION.test(folded)) {
    return { kind: "confirmation" };
  }
  if (DELIVERABILITY.test(folded)) {
    return { kind: "deliverability" };
  }
  if (isAgreement(folded, words)) {
    return words.some((word) => NEGATED.test(word))
      ? { kind: "refusal", meaning: "unsubscribed", isDetail: false }
      : { kind: "agreement" };
  }
  // `mail_flag` is a switch for mail, but its name does not say which value means yes to mail.
  const isSwitch = words.some((word) => FLAG.test(word)) && isHint(folded, words);
  return isSwitch ? { kind: "unclear" } : OTHER;
}

function isAgreement(folded: string, words: readonly string[]): boolean {
  const isAllowance =
    BY_MAIL.test(folded) ||
    (words.some((word) => REACHED.test(word)) && words.some((word) => ALLOWED.test(word)));
  return (
    AGREEMENT_NAMES.test(folded) ||
    ((AGREEMENT.test(folded) || isAllowance) && !TOPICS.test(folded))
  );
}

/** True for a database key or a count, whose 0 and 1 are numbers. */
export const isCountOrKey = (name: string): boolean =>
  wordsOf(name).some((word) => TECHNICAL.test(word) || COUNTED.test(word));

/** True for a name that asks whether somebody is active, such as `is_active`: its answers may well be about mail. */
export const isSwitch = (name: string): boolean =>
  /^(is|ist|user|contact|kunde)*(active|aktiv|actif|activo|activa|attivo|ativo|actief|enabled|disabled)$/.test(
    wordsOf(name).join(""),
  );

/** True for a name that contains a negation, such as `Bitte nicht stören`. */
export const isNegated = (name: string): boolean => {
  const words = wordsOf(name);
  return words.length > 1 && words.some((word) => NEGATED.test(word));
};

/** True for a name such as `state` whose cells decide whether it is a status or a place. */
export const mayBePlace = (name: string): boolean => STATE_OR_PLACE.has(foldWord(name));

/** True when the column is about consent and must not be ignored silently. */
export const speaksOfConsent = (name: string): boolean => consentColumn(name).kind !== "other";

/** Words that indicate a switch or a code. */
const FLAG =
  /^(flag|flags|yn|jn|kz|kennz|kennzeichen|merker|schalter|switch|bool|boolean|indicator|indikator|indicateur|indicador|indicatore)$/;

const HINT =
  /mail|newsletter|courriel|correo|contact|kontakt|marketing|werb|reclame|publici|pubblici|subscri|abonn|suscri|iscri|inscri|nieuwsbrief|rundbrief|gemeindebrief|infobrief|verteiler|^comms$|communicationpref|subskry|biuletyn|newslettera|odber|zpravodaj|hirlevel|feliratkoz|nyhetsbrev|nyhedsbrev|uutiskirje|eposta|bulten|рассыл|подпис|розсил|підпис|メルマカ|メルマガ|メール|配信|購読|受信|可否|邮件|郵件|订阅|訂閱|메일|구독|수신/;

/**
 * True for a name that is related to mail or consent without saying how, such as `mail_group`. What yes or no means
 * there cannot be guessed, so the people in these rows are not mailed until somebody has decided.
 */
export function hintsAtConsent(name: string): boolean {
  const words = wordsOf(name);
  return isHint(words.join(""), words);
}

function isHint(folded: string, words: readonly string[]): boolean {
  return (
    HINT.test(folded) &&
    // Columns about messages sent and read, and about paid subscriptions at Substack and in shops.
    !/opened|opens|click|sent$|sentto|delivered|received|gesendet|geoffnet|geklickt|^(active|paid)subscription$/.test(
      folded,
    ) &&
    !TOPICS.test(folded) &&
    !isOfOthers(folded, words) &&
    !words.some((word) => DETAIL.test(word))
  );
}

/** Longer names are texts, and searching them would take long. */
const MAX_NAME_CHARS = 200;

/** Splits `doNotEmail`, `EMAIL_BLACKLISTED` and `Opted out of e-mail` into folded words. */
function wordsOf(name: string): string[] {
  return name
    .slice(0, MAX_NAME_CHARS)
    .replace(/e-mail/gi, "email")
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .map(foldWord)
    .filter((word) => word !== "");
}
