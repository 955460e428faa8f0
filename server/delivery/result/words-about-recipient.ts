import { aboutRecipient, type TextRule } from "./reply-rule.ts";

/** Only with a 5xx code. */
const forGood = { on: 5, at: aboutRecipient } as const;

/** The recipient, or the mailbox's administrator, does not accept mail from us or from unknown senders. */
export const preferenceWords: TextRule[] = [
  {
    category: "filtered",
    text: /\b(?:not accepting (?:mail|messages|e-?mail) from|refused by (?:the )?(?:user|recipient)|(?:recipient|user) (?:has (?:blocked|refused|rejected)|refuses)\b|blocked by (?:the )?(?:user|recipient)|(?:recipient|user)(?:'s)? (?:preferences|rules|settings)|user reject|batv|does(?: not|n't) (?:wish|want) to receive|restricted (?:address|group)|only (?:accepts|accepting) (?:mail|messages|e-?mail) from|members?[- ]only|non-?member|not (?:a )?(?:member|subscribed|subscriber|allowed to (?:post|send))\b.{0,40}\b(?:group|list)|(?:permission|allowed|authori[sz]ed) to (?:post|send|write)\b.{0,60}\b(?:group|list|recipient|address)|recipient'?s list of senders|allowed[- ]senders? list)\b/i,
    at: aboutRecipient,
  },
];

/** Sentences that list several possible reasons, or give none. */
export const unclearWords: TextRule[] = [
  {
    category: "unclear_550",
    text: /\bmay not exist, (?:they )?(?:or )?may be\b|\bmailbox unavailable or access denied\b/i,
    on: 5,
    at: ["rcpt"],
  },
];

/** Words for a recipient. The look-arounds exclude similar words for our own address, an IP address or a message. */
const thing =
  "(?<!\\b(?:ip|ipv[46]|client|host|source|sender|sending|from|helo|reply-to|return|reverse|your|dns|server|link|web) )" +
  "(?:(?:user|mailbox|mail box|recipient|account|person|local[- ]?part|alias|customer|subscriber|addressee|inbox|username)s?" +
  "|(?:e-?mail )?address(?:es)?|e-?mail (?:id|user|name|box))\\b" +
  "(?! (?:content|headers?|format|message|signature|sender|subject|body|client|server|record|reputation|credentials))";

/** The mailbox exists but is disabled. */
export const disabledMailboxWords: TextRule[] = [
  {
    category: "inactive_mailbox",
    text: /\b(?:mailbox|account|user|recipient|(?:mail ?)?address)\b(?: @)? (?:is |has been |was )?(?:currently |\w+ly )?(?:disabled|suspended|deactivated|inactive|closed|terminated|frozen|locked)\b(?! by\b)/i,
    at: aboutRecipient,
  },
];

/** The mailbox does not exist; the text is certain, whatever the enhanced code says. */
export const unknownWords: TextRule[] = [
  {
    category: "invalid_mailbox",
    text: new RegExp(
      `\\b(?:no such|unknown|invalid|non-?existing|non-?existent|unrout(?:e)?able|undeliverable|bad destination|bad|not a (?:valid|known)|no (?:valid|known)) (?:(?!(?:ip|from|sender|source|client|helo|reply-to|return|your|dkim|spf)\\b)\\S{1,20} ){0,2}?${thing}`,
      "i",
    ),
    ...forGood,
  },
  {
    category: "invalid_mailbox",
    text: new RegExp(
      `\\b${thing}(?: \\S{1,40})? (?:is |was |are |were |seems )?(?:currently )?(?:unknown|unavailable or unknown|invalid|not (?:known|recogni[sz]ed|local(?!;)|valid|ok|present|registered|listed|here|defined)\\b)`,
      "i",
    ),
    ...forGood,
  },
  {
    category: "invalid_mailbox",
    text: new RegExp(
      `\\b${thing}(?:(?!domain|host).){0,60}\\b(?:does(?: not|n't) (?:exist|appear)|do not exist|not (?:be )?found|not exist|no longer (?:exists?|available|valid|here|with us|in use|active|accepts?)|(?:wasn't|was not|couldn't be|could not be|cannot be|can't be) (?:found|located|resolved))\\b`,
      "i",
    ),
    ...forGood,
  },
  {
    category: "invalid_mailbox",
    text: /\b(?:no mailbox|no mail box|does(?: not|n't) have an? \S+ account|user doesn't have|there is no one at|no one by that name|no account by that name|no longer (?:exists|accepts mail)|not listed in (?:the )?(?:\w+ )?(?:domino|public|name|directory|address book)|not (?:found )?in (?:the |our )?(?:name |domino |company )?(?:directory|address book)|(?:validrcptto|badrcptto|badrecipientto)|missing home directory|not our customer|not a (?:local|registered) (?:user|address|mailbox)|destination addresses were unknown|(?:does|did) not exist at (?:the|this) (?:organi[sz]ation|domain|server|host))\b/i,
    ...forGood,
  },
  {
    category: "invalid_mailbox",
    text: /utilisateur (?:inconnu|invalide)|destinataire (?:inconnu|invalide|inexistant)|adresse\b.{0,40}(?:inconnue|n'existe pas|introuvable)|adresse (?:invalide|d.?au moins un destinataire invalide)|(?:empf(?:ä|ae)nger|benutzer|postfach|adresse|mailadresse|nutzer)\b.{0,40}(?:unbekannt|existiert nicht|existieren nicht|nicht (?:gefunden|vorhanden|bekannt)|ung(?:ü|ue)ltig)|(?:usuario|usu(?:á|a)rio|destinatario|destinat(?:á|a)rio|direcci(?:ó|o)n|endereço|cuenta|conta|indirizzo|utente|casella|buz(?:ó|o)n)\b.{0,40}(?:desconocid|desconhecid|no existe|não existe|inexistente|sconosciut|inesistente|non esiste|non (?:è stato )?trovat|no (?:se )?(?:ha )?encontrad|não (?:foi )?encontrad|inv(?:á|a)lid)|no existe (?:el |ese |dicha )?(?:usuario|persona|buz)|(?:gebruiker|ontvanger|adres|mailbox)\b.{0,30}(?:onbekend|bestaat niet|niet gevonden)/i,
    ...forGood,
  },
  {
    // `\b` recognises ASCII letters only, so it is not used here.
    category: "invalid_mailbox",
    text: /nieznany (?:u|odbiorca)|(?:u(?:ż|z)ytkownik|odbiorca|adres|skrzynka)[^.]{0,30}(?:nie istnieje|nieznan)|(?:пользовател|адресат|получател|ящик|адрес)[^.]{0,40}(?:не найден|не существует|неизвест|не зарегистрирован)|нет такого (?:пользователя|ящика|адреса)|(?:u(?:ž|z)ivatel|schr(?:á|a)nka|adresa|p(?:ř|r)(?:í|i)jemce)[^.]{0,30}(?:neexistuje|nezn(?:á|a)m)|(?:anv(?:ä|a)ndaren|mottagaren|adressen|brukeren|modtageren)[^.]{0,30}(?:finns inte|ok(?:ä|a)nd|finnes ikke|findes ikke|ukendt|ukjent)|(?:kullan(?:ı|i)c(?:ı|i)|al(?:ı|i)c(?:ı|i))[^.]{0,30}(?:bulunamad|bilinm|yok)|(?:ユーザ|宛先|メールアドレス|受信者)[^。]{0,30}(?:存在しません|見つかりません|不明|無効)|(?:用户|用戶|收件人|邮箱|郵箱|地址|帐号)[^。]{0,20}(?:不存在|未找到|无效|無效|找不到)|존재하지 않는|없는 (?:사용자|주소)/i,
    ...forGood,
  },
];

/** The mailbox exists but is full or disabled, the domain is unknown or accepts no mail, or the recipient has moved. */
export const mailboxWords: TextRule[] = [
  {
    category: "mailbox_full",
    text: /\b(?:over ?quota|quota (?:is |has been |was )?(?:exceeded|full|exhausted|violation|reached)|exceed(?:s|ed|ing)?\b.{0,40}\bquota|(?:over|out of|above|reached|hit|used up)\b.{0,20}\b(?:disk )?quota|(?:mailbox|inbox|mail box|mail ?folder|maildir|storage|account|user)\b.{0,40}\b(?:full\b|exceed(?:s|ed)|out of (?:storage|space)|over (?:its |the )?(?:size|limit|quota|allowed)|size limit)|full mailbox|out of storage space|not enough (?:storage |disk )?space|too many messages (?:in|on)|space has been used up|not able to receive any more|cannot receive (?:any )?(?:more|new) (?:mail|messages))/i,
  },
  {
    category: "mailbox_full",
    text: /(?:postfach|speicher(?:platz)?|mailbox)\b.{0,30}(?:ist )?(?:voll|überschritten|erschöpft)|bo(?:î|i)te\b.{0,30}pleine|quota\b.{0,20}(?:dépassé|superat|excedid|überschritten)|buz(?:ó|o)n\b.{0,20}lleno|casella\b.{0,20}piena|caixa (?:de correio|postal)\b.{0,20}cheia|skrzynka\b.{0,20}(?:pełna|przepełniona)|ящик[^.]{0,20}переполнен|(?:邮箱|空间)[^。]{0,10}(?:已满|不足)|容量(?:超過|オーバー)/i,
  },
  {
    category: "inactive_mailbox",
    text: /\binactive (?:e-?mail )?address\b|\barchived recipient\b|\b(?:mailbox|account|user|recipient|address|e-?mail)\b.{0,50}\b(?:disabled|suspended|inactive|deactivated|locked|closed|expired|discontinued|terminated|cancell?ed|frozen|on hold|not active)\b|\b(?:disabled|suspended|inactive|deactivated|closed|terminated|expired) (?:mailbox|account|user|recipient)\b|OverQuotaPerm|\bmail receiving disabled\b|(?:konto|postfach)\b.{0,30}(?:deaktiviert|gesperrt|geschlossen|stillgelegt)|compte\b.{0,30}(?:d(?:é|e)sactiv|suspendu|ferm|inactif)|destinataire\b.{0,20}(?:inactif|archiv)|cuenta\b.{0,30}(?:desactivad|suspendid|inactiv|bloquead)|conta\b.{0,30}(?:desativad|suspens|inativ)|account\b.{0,20}disabilitat|аккаунт[^.]{0,20}заблокирован/i,
    at: aboutRecipient,
  },
  {
    category: "null_mx",
    text: /\b(?:domain|host)\b.{0,60}\bdoes(?: not|n't) accept (?:e-?)?mail\b|\bnull ?mx\b/i,
    ...forGood,
  },
  {
    category: "bad_domain",
    text: /\bdomain\b(?: \S{1,60})? (?:is |name )?(?:not found|does(?: not|n't) exist|unknown|invalid|has no (?:valid )?mx|not valid|is a dead)|\b(?:unknown|invalid|unrout(?:e)?able|non-?existent|no such|bad) (?:recipient |mail |destination )?domain\b|\bhost (?:or domain name |name )?(?:not found|unknown|does(?: not|n't) exist)\b(?!,? ?(?:try|temporar|\(try))|(?<!\b(?:client|sender|helo) )\b(?:unknown|no such|bad) host\b|\bname or service not known\b|\bno mx (?:record )?(?:found )?for\b|\bnxdomain\b|\bcouldn't find any host\b|\bNonExistentDomain\b|\bdomain\b.{0,40}\bunbekannt|\bno (?:valid |route for )?(?:mail )?hosts? (?:found )?for (?:this |the )?domain/i,
    ...forGood,
  },
  {
    category: "moved",
    text: /\b(?:user|mailbox|recipient|account|address)\b.{0,30}\bhas (?:been )?(?:moved|changed|replaced)\b|please (?:try|use) the (?:new|following) address|\bhas been replaced by\b/i,
    ...forGood,
  },
  {
    category: "unclear_550",
    text: /\bmailbox (?:is )?unavail?able\b|\baccount (?:is )?unavailable\b/i,
    on: 5,
    at: ["rcpt"],
  },
];
