/**
 * What a file says about a person's consent to mail, from mildest to strictest. Of several columns the strictest
 * counts.
 */
export const meanings = [
  "subscribed",
  "unconfirmed",
  "unsubscribed",
  "suppressed",
  "bounced",
  "complained",
] as const;
export type Meaning = (typeof meanings)[number];

/** The stricter of two meanings. */
export function stricter(a: Meaning, b: Meaning): Meaning {
  return meanings.indexOf(a) >= meanings.indexOf(b) ? a : b;
}

/** Why somebody is suppressed, with the values of the suppression list. */
export type Reason = "unsubscribed" | "hard_bounce" | "complaint" | "manual";

const REASONS: Record<Meaning, Reason | undefined> = {
  subscribed: undefined,
  unconfirmed: undefined,
  unsubscribed: "unsubscribed",
  suppressed: "manual",
  bounced: "hard_bounce",
  complained: "complaint",
};

/** The suppression reason of a meaning; undefined for meanings that suppress nobody. */
export const reasonOf = (meaning: Meaning): Reason | undefined => REASONS[meaning];

/** The meaning of a suppression reason. */
export function meaningOfReason(reason: Reason): Meaning {
  return meanings.find((meaning) => REASONS[meaning] === reason) ?? "suppressed";
}

/** Folds a text for comparison: letters and digits only, without accents and case. */
export function foldWord(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/ß/g, "ss")
    .replace(/ı/g, "i")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/**
 * Whole cells, folded, with an unambiguous meaning: words of the products in tests/fixtures/imports/README.md, of our
 * own exports, and common words in English, German, French, Spanish, Italian, Portuguese and Dutch. Words for being on
 * or off a list are included in fifteen more languages. Someone who never agreed ("never subscribed") is treated like
 * someone who unsubscribed: both can sign up themselves.
 */
const STATUS: Record<Meaning, string> = {
  subscribed: `subscribed subscribe subscriber active enabled optin optedin optedinexplicitly singleoptin doubleoptin
    doubleoptedin singleoptedin confirmed confirmedoptin mailable allowed allow marketingcontact
    aktiv aktiviert angemeldet abonniert abonnent bestatigt eingetragen
    actif active abonne abonnee inscrit inscrite confirme confirmee
    activo activa suscrito suscrita inscrito inscrita confirmado confirmada alta
    attivo attiva iscritto iscritta confermato confermata ativo ativa subscrito subscrita
    actief aangemeld ingeschreven geabonneerd bevestigd accepted agreed accepte acceptee aceptado accettato akzeptiert
    zugestimmt eingewilligt zapisany zapisana zapisani aktywny aktywna subskrybent prihlasen prihlasena prihlaseny
    odebira feliratkozott feliratkozva abonat abonata activ aktif kayitli abone
    подписан подписана подписчик активен активна підписаний підписана активнии
    tilmeldt pameldt anmald prenumererar tilaaja 購読中 登録済 配信中 已订阅 已訂閱 订阅中 구독 구독중 수신`,
  unconfirmed: `unconfirmed notconfirmed pending waiting unverified notverified awaitingconfirmation optinpending
    doubleoptinpending pendingconfirmation confirmationpending optinrequested needsconfirmation
    unbestatigt nichtbestatigt ausstehend wartend wartet
    nonconfirme nonconfirmee enattente enattentedeconfirmation
    sinconfirmar noconfirmado noconfirmada pendiente
    nonconfermato nonconfermata inattesa daconfermare
    naoconfirmado naoconfirmada pendente
    onbevestigd nietbevestigd inafwachting wachtend`,
  unsubscribed: `unsubscribed unsubscribe unsubscribes unsub optout optedout optsout cancelled canceled disabled inactive
    blocked blocklisted blacklisted declined refused withdrawn revoked optinwithdrawn
    donotcontact donotemail donotmail donotallow dontemail dontcontact dnc dne dnm noemail nomail noconsent notconsented
    denied nothanks nothankyou u
    neversubscribed nonsubscribed notsubscribed nosubscription neveroptedin notoptedin nonsubscriber unlisted
    leftalllists paused transactional nonmarketable notmailable unmailable listunsubscribe globalunsubscribe globallyunsubscribed left
    abgemeldet abgemeldete abmeldung ausgetragen gekundigt widerrufen nichtangemeldet nieangemeldet inaktiv
    nichtkontaktieren nichtanschreiben keinemail keinemails keinewerbung keineeinwilligung abbestellt storniert
    desabonne desabonnee desabonnes desinscrit desinscrite desinscrits nonabonne nonabonnee nonabonnes noninscrit
    resilie resiliee annule annulee inactif inactive nepascontacter nepluscontacter nepasenvoyer neplusenvoyer refuse refusee
    baja debaja dadodebaja dadadebaja desuscrito desuscrita nosuscrito nosuscrita cancelado cancelada anulado
    inactivo inactiva nocontactar noenviar
    disiscritto disiscritta cancellato cancellata annullato nonattivo inattivo nonscritto noniscritto noniscritta
    noncontattare noninviare
    descadastrado descadastrada desinscrito desinscrita naoinscrito naoinscrita inativo inativa naocontatar naoenviar
    afgemeld uitgeschreven opgezegd geannuleerd nietaangemeld nietingeschreven inactief nietcontacteren nietmailen
    objected ausgetreten ausgeschieden gestrichen nichtgewunscht unerwunscht abgelehnt verweigert abgewahlt
    negato negata revocato revocata rifiutato rifiutata ritirato ritirata
    wypisany wypisana wypisani nieaktywny nieaktywna zrezygnowal zrezygnowala rezygnacja wycofana wycofany odmowa brakzgody
    odhlasen odhlasena odhlaseny odhlasene neaktivni neaktivny neprihlasen nesouhlas nesouhlasim nesuhlas odvolan odvolano
    odmietnute zamietnute leiratkozott leiratkozva lemondta inaktiv dezabonat dezabonata retras inactiv
    red reddedildi reddetti iptal iptaledildi pasif abonelikiptal ayrildi
    отписан отписана отписался отписалась отказ отказался отказалась неактивен неактивна
    відписании відписана відписався відписалась відмова
    afmeldt frameldt avmeldt avregistrert avregistrerad avanmald avslutad peruttu eronnut peruutettu
    拒否 不可 不要 停止 解除 退会 配信停止 配信拒否 受信拒否 希望しない 已退订 已退訂 拒绝 拒絕 取消 不接收
    거부 수신거부 해지 탈퇴`,
  suppressed: `suppressed suppress suppression usersuppressed manual deleted removed archived excluded banned quarantined
    deactivated forgotten erased closed trash unwanted robinson
    gesperrt geloscht deaktiviert ausgeschlossen archiviert entfernt blockiert
    supprime supprimee bloque bloquee desactive desactivee archive archivee exclu exclue
    eliminado eliminada bloqueado bloqueada borrado borrada suprimido suprimida desactivado desactivada excluido
    eliminato eliminata bloccato bloccata soppresso soppressa disattivato disattivata
    excluida removido removida suprimida desativado desativada
    verwijderd geblokkeerd gedeactiveerd gearchiveerd`,
  bounced: `bounced bounce bounces hardbounce hardbounced bouncehard bouncedhard hard cleaned invalid invalidemail
    invalidaddress unreachable undeliverable undelivered nonexistent notfound mailboxnotfound userunknown baddomain
    unzustellbar nichtzustellbar ungultig unerreichbar nichterreichbar
    rebond rebonds rebondi rejete rejetee invalide nondelivrable injoignable inexistant
    rebotado rebotada rebote devuelto devuelta invalido invalida noentregable
    rimbalzato rimbalzata nonvalido nonvalida nonrecapitabile
    devolvido devolvida rejeitado rejeitada naoentregavel
    gebounced bounced ongeldig onbestelbaar onbereikbaar`,
  complained: `complained complaint complaints complainer complainant spam spamcomplaint spamcomplaints spamcomplained
    spamreport spamreported spamreports spamtrap reportedspam reportedasspam markedasspam markedspam abuse abusereport
    abusecomplaint junk junkmail fbl feedbackloop
    beschwerde beschwert spamgemeldet alsspamgemeldet alsspammarkiert
    plainte signalecommespam indesirable pourriel
    queja denuncia marcadocomospam correonodeseado
    reclamo segnalatocomespam indesiderato
    reclamacao denunciado naosolicitado
    klacht alsspamgemarkeerd ongewenst`,
};

const BY_WORD = new Map<string, Meaning>();
for (const meaning of meanings) {
  for (const word of STATUS[meaning].split(/\s+/)) {
    // A word that has different meanings in two languages gets the stricter one.
    const known = BY_WORD.get(word);
    BY_WORD.set(word, known === undefined ? meaning : stricter(known, meaning));
  }
}

/** Parts of a longer, folded text that refuse mail in any context, strictest first. */
export const REFUSALS: readonly (readonly [Meaning, RegExp])[] = [
  [
    "complained",
    /complain|spam|abuse|junk|beschwerd|plainte|indesirable|queja|denunc|segnalat|reclamac|klacht/,
  ],
  [
    "bounced",
    /bounce|undeliver|unreachable|cleaned|cleantime|cleancampaign|invalid|unzustellbar|nichtzustellbar|ungultig|rebond|rebota|rebote|rimbalz|devolvid|devuelt|onbestelbaar|ongeldig/,
  ],
  [
    "unsubscribed",
    /unsub|unsuscrib|退订|退訂|取消订阅|取消訂閱|配信停止|購読解除|登録解除|отпис|الغاءالاشتراك|optout|optedout|optingout|nonsubscri|notsubscri|neversubscri|abmeld|abgemeld|abbestell|austrag|ausgetrag|widerruf|widerspr|gekundigt|desabonn|desinscri|resili|desuscri|fechabaja|fechadebaja|dadodebaja|disiscri|descadastr|afmeld|afgemeld|uitschrij|uitgeschrev|opgezegd|^donot|^dont|^noemail|^nomail|^nonewsletter|^nepas|^neplus|nocontactar|noenviar|noncontattare|noninviare|naocontatar|naoenviar|nietcontacteren|nietmailen|nichtkontaktieren|nichtanschreiben|^keinemail|^keinewerbung|^keinnewsletter|noconsent|withdrawn|revoked|blacklist|blocklist|blocked|disabled|deactivat|deaktiv|desactiv|disattiv|desativ|inactive|inaktiv|listenoire|listanegra|listanera|zwartelijst/,
  ],
  [
    "suppressed",
    /suppress|banned|gesperrt|sperrliste|sperrvermerk|blockiert|bloque|bloccat|bloquead|geblokkeerd|robinson|quarantin|deleted|geloscht|supprime|eliminad|eliminat|verwijderd|archived|excluded|ausgeschlossen/,
  ],
];

/** Words that reverse what follows, or make it milder than it looks. */
const REVERSED =
  /^(not?|non?|never|kein|keine|nicht|nie|pas|jamais|nunca|mai|nao|geen|niet|nooit|un|soft)(?=\p{L})/u;
const SOFT = /soft|temporar|deferred|transient/;

/** True for a temporary failure. */
export const isSoft = (folded: string): boolean => SOFT.test(folded);

/** The meaning of a folded word as a status; undefined when unknown. */
export function meaningOfWord(folded: string): Meaning | undefined {
  return BY_WORD.get(folded);
}

/**
 * The refusal in a longer text, such as `Unsubscribed (2026-01-02)`; undefined when there is none or it is reversed.
 */
export function refusalIn(folded: string): Meaning | undefined {
  const found = REFUSALS.find(([, pattern]) => pattern.test(folded));
  if (found === undefined || isSoft(folded)) {
    return undefined;
  }
  const rest = folded.replace(REVERSED, "");
  return rest !== folded && found[1].test(rest) ? undefined : found[0];
}

const YES = new Set(
  "yes y true t 1 on x ok checked ja j wahr oui vrai v si s verdadero vero sim verdadeiro waar tak 是 はい 예 네 да так نعم כן ναι evet ano igen"
    .split(" ")
    .map(foldWord),
);
const NO = new Set(
  "no n false f 0 off nein falsch non faux falso nao onwaar nee nie never null none nil undefined na keine keiner aucun aucune ninguno nessuno nenhum geen 否 いいえ 아니요 нет ні لا לא όχι hayır"
    .split(" ")
    .map(foldWord),
);

const NO_SIGN = /[×✗✘✖❌🚫⛔👎]/u;
const YES_SIGN = /[✓✔☑✅○◯⭕👍]/u;

/** True for a cell without letters that is an answer, such as a tick. */
export const isSign = (cell: string): boolean => NO_SIGN.test(cell) || YES_SIGN.test(cell);

/** "No thanks", "Nein, bitte nicht": the words after a no do not change it. */
const BEGINS_WITH_NO =
  /^(no|nope|nein|non|nee|nie|ne(?=\s*[,;:!])|não|nej|nei|ei|hayır|нет|ні|いいえ)[\s,;:!–-]+(?!\.|\d|idea|limit|preference|pref)\p{L}/iu;
/** Only words that cannot limit a yes. "Yes, but only by post" is not a yes to email. */
const PLAIN_YES =
  /^(yes|ja|oui|sí|sì|si|sim|tak|ano|áno|da|evet|igen|да|так)[\s,;:!–-]+(please|sure|of course|absolutely|i agree|bitte|gerne?|natürlich|volontiers|bien sûr|s'il vous plaît|por favor|per favore|certo|graag|proszę|prosím)[\s.!]*$/iu;

/** The 0 or 1 in `0.0` and `1,00`, as databases and spreadsheets write them; undefined for anything else. */
export const switchIn = (cell: string): "0" | "1" | undefined =>
  /^[01][.,]0+$/.test(cell) ? (cell[0] as "0" | "1") : undefined;

/** A cell's answer to the question in its column name. */
export function answerOf(cell: string, folded: string): "yes" | "no" | undefined {
  if (folded === "") {
    // A tick, or empty brackets and dashes.
    return YES_SIGN.test(cell) ? "yes" : "no";
  }
  const word = switchIn(cell) ?? folded;
  return YES.has(word) ? "yes" : NO.has(word) ? "no" : undefined;
}

/** Longer cells are texts. */
const MAX_SPOKEN_CHARS = 60;

/** The answer of a cell that is a sentence rather than a word: "No thanks", "Yes please". */
export function spokenAnswer(cell: string): "yes" | "no" | undefined {
  if (cell.length > MAX_SPOKEN_CHARS) {
    return undefined;
  }
  const text = cell.trim();
  return BEGINS_WITH_NO.test(text) ? "no" : PLAIN_YES.test(text) ? "yes" : undefined;
}

const MONTHS =
  "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mai|okt|dez|janv|fevr|juin|juil|ene|ago|dic|gen|mag|giu|lug|set|ott|out|mrt|mei";
const DATES = [
  /^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?$/,
  /^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}([T, ].*)?$/,
  // Unix time in seconds or milliseconds, in this century.
  /^(9[5-9]\d{7}|[1-4]\d{9})(\d{3}|\.\d+)?$/,
  /^\d{8}T\d{4,6}Z?$/,
  new RegExp(
    `^(\\p{L}+,? )?((${MONTHS})\\p{L}*\\.? \\d{1,2}(st|nd|rd|th)?,?|\\d{1,2}\\.? (de )?(${MONTHS})\\p{L}*\\.?,?)( de)? \\d{4}\\b.*$`,
    "iu",
  ),
];
const NO_DATE =
  /^(0000|1970[-/.]0?1[-/.]0?1(?!\d)|1969-12-31|0001-01-01|1900[-/.]0?1[-/.]0?[01](?!\d)|1899-12|00[-/.]00[-/.]0000|0?1[-/.]0?1[-/.](1970|1900|0001))/;

/** `none` for the placeholders that databases write when there is no date. */
export function dateIn(cell: string): "date" | "none" | undefined {
  if (NO_DATE.test(cell)) {
    return "none";
  }
  return cell.length < 60 && DATES.some((pattern) => pattern.test(cell)) ? "date" : undefined;
}
