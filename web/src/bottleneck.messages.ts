import { messages } from "./i18n.ts";

export const t = messages({
  journal: {
    en: "Nothing is sent while the journal cannot be written: {reason}",
    de: "Es wird nichts gesendet, solange das Journal nicht geschrieben werden kann: {reason}",
  },
  dns: {
    en: "Waiting since {time} for DNS to return the address of the server {server} (sending method “{route}”).",
    de: "Der Server {server} (Versandweg „{route}“) ist seit {time} im DNS noch nicht gefunden worden.",
  },
  connect: {
    en: "Waiting since {time} for the server {server} (sending method “{route}”) to accept the connection.",
    de: "Der Server {server} (Versandweg „{route}“) hat seit {time} die Verbindung noch nicht angenommen.",
  },
  greeting: {
    en: "The server {server} (sending method “{route}”) accepted the connection. Waiting since {time} for its greeting.",
    de: "Der Server {server} (Versandweg „{route}“) hat die Verbindung angenommen, aber seit {time} noch nicht gegrüßt.",
  },
  ehlo: {
    en: "Waiting since {time} for the server {server} (sending method “{route}”) to answer our greeting (EHLO).",
    de: "Der Server {server} (Versandweg „{route}“) hat seit {time} unsere Begrüßung (EHLO) noch nicht beantwortet.",
  },
  starttls: {
    en: "Waiting since {time} for the server {server} (sending method “{route}”) to answer STARTTLS.",
    de: "Der Server {server} (Versandweg „{route}“) hat seit {time} STARTTLS noch nicht beantwortet.",
  },
  auth: {
    en: "Waiting since {time} for the server {server} (sending method “{route}”) to answer our sign-in.",
    de: "Der Server {server} (Versandweg „{route}“) hat seit {time} unsere Anmeldung noch nicht beantwortet.",
  },
  other: {
    en: "Waiting since {time} for the server {server} (sending method “{route}”) to answer.",
    de: "Der Server {server} (Versandweg „{route}“) hat seit {time} noch nicht geantwortet.",
  },
  oneServer: {
    en: "Waiting since {time} for the server {server} to answer {count, plural, one {the message} other {the # messages}} in progress.",
    de: "Der Server {server} hat seit {time} die {count, plural, one {laufende Nachricht} other {# laufenden Nachrichten}} noch nicht beantwortet.",
  },
  manyServers: {
    en: "Waiting since {time} for {servers} servers to answer {count, plural, one {the message} other {the # messages}} in progress.",
    de: "{servers} Server haben seit {time} die {count, plural, one {laufende Nachricht} other {# laufenden Nachrichten}} noch nicht beantwortet.",
  },
  suspended: {
    en: "Sending is paused for {subject}: {reason}",
    de: "{subject}: Der Versand ist pausiert: {reason}",
  },
  suspendedUntil: {
    en: "Sending is paused for {subject} until {time}: {reason}",
    de: "{subject}: Der Versand ist bis {time} pausiert: {reason}",
  },
  noReason: { en: "no reason was given.", de: "kein Grund angegeben." },
  quota: {
    en: "The quota for {subject} is used up: {amount} {period}.",
    de: "{subject}: Das Kontingent ist aufgebraucht: {amount} {period}.",
  },
  quotaUntil: {
    en: "The quota for {subject} is used up until {time}: {amount} {period}.",
    de: "{subject}: Das Kontingent ist bis {time} aufgebraucht: {amount} {period}.",
  },
  hour: { en: "an hour", de: "pro Stunde" },
  day: { en: "in 24 hours", de: "in 24 Stunden" },
  month: { en: "in 30 days", de: "in 30 Tagen" },
  amount: {
    en: "{count, plural, one {# message} other {# messages}}",
    de: "{count, plural, one {# Nachricht} other {# Nachrichten}}",
  },
  firstConnection: {
    en: "Opening the first connection for {subject}.",
    de: "{subject}: Die erste Verbindung wird aufgebaut.",
  },
  noMore: {
    en: "{subject} has {count, plural, one {# connection} other {# connections}} and cannot open more at the moment.",
    de: "{subject}: {count, plural, one {# Verbindung besteht} other {# Verbindungen bestehen}}, mehr gibt es vorerst nicht.",
  },
  noMoreBecause: {
    en: "{subject} has {count, plural, one {# connection} other {# connections}} and cannot open more at the moment: {reason}",
    de: "{subject}: {count, plural, one {# Verbindung besteht} other {# Verbindungen bestehen}}, mehr gibt es vorerst nicht: {reason}",
  },
  allConnections: {
    en: "All connections for {subject} are in use.",
    de: "{subject}: Alle Verbindungen sind belegt.",
  },
  atOnce: {
    en: "{subject} is limited to {amount} at a time. The limit rises as messages are accepted.",
    de: "{subject}: {amount} gleichzeitig. Das Limit steigt, sobald Nachrichten angenommen werden.",
  },
  atOnceBecause: {
    en: "{subject} is limited to {amount} at a time for now: {reason}",
    de: "{subject}: vorerst {amount} gleichzeitig: {reason}",
  },
  nodeShare: {
    en: "This workspace is sending as many messages at once as it is allowed to. The remaining capacity of this instance is reserved for other workspaces.",
    de: "Dieser Arbeitsbereich sendet so viele Nachrichten gleichzeitig, wie er darf. Der Rest dieser Instanz ist anderen Arbeitsbereichen vorbehalten.",
  },
  nodeOpening: {
    en: "This instance is opening as many connections at once as it can. More will follow.",
    de: "Diese Instanz baut so viele Verbindungen gleichzeitig auf, wie sie kann. Weitere folgen.",
  },
  nodeMemory: {
    en: "This instance is sending as many messages at once as its memory allows.",
    de: "Diese Instanz sendet so viele Nachrichten gleichzeitig, wie ihr Arbeitsspeicher erlaubt.",
  },
  spread: {
    en: "Spread over the period you chose: {rate}.",
    de: "Verteilt auf den Zeitraum, den Sie gewählt haben: {rate}.",
  },
  warmUp: {
    en: "{subject} is being warmed up: {rate}, spread evenly over the day.",
    de: "{subject}: wird aufgewärmt, {rate}, gleichmäßig über den Tag.",
  },
  slowed: {
    en: "{subject} is slowed down to {rate}. It speeds up again as messages are accepted.",
    de: "{subject}: {rate}, und wieder schneller, sobald Nachrichten angenommen werden.",
  },
  slowedBecause: {
    en: "{subject} is slowed down to {rate} for now: {reason}",
    de: "{subject}: vorerst {rate}: {reason}",
  },
  rate: { en: "Limited to {rate} by {subject}.", de: "{subject}: auf {rate} begrenzt." },
  perSecond: {
    en: "{count, plural, one {# message} other {# messages}} a second",
    de: "{count, plural, one {# Nachricht} other {# Nachrichten}} pro Sekunde",
  },
  perMinute: {
    en: "{count, plural, one {# message} other {# messages}} a minute",
    de: "{count, plural, one {# Nachricht} other {# Nachrichten}} pro Minute",
  },
  perHour: {
    en: "{count, plural, one {# message} other {# messages}} an hour",
    de: "{count, plural, one {# Nachricht} other {# Nachrichten}} pro Stunde",
  },
  lookingUp: {
    en: "Looking up the mail servers of the recipients’ domains.",
    de: "Es wird ermittelt, wohin die E-Mails an die Domains der Empfänger gehen.",
  },
  selecting: { en: "Selecting recipients.", de: "Die Empfänger werden ermittelt." },
  paused: { en: "Paused.", de: "Pausiert." },
  pausedBecause: { en: "Paused: {reason}", de: "Pausiert: {reason}" },
  routeRate: {
    en: "The sending method “{route}” is limited to {rate}. Change it in Sending → Sending methods.",
    de: "Der Versandweg „{route}“ ist auf {rate} begrenzt. Ändern Sie das unter Versand → Versandwege.",
  },
  workspaceRate: {
    en: "This workspace is limited to {rate}. An administrator can change it.",
    de: "Dieser Arbeitsbereich ist auf {rate} begrenzt. Ein Administrator kann das ändern.",
  },
  held: {
    en: "{count, plural, one {# message needs} other {# messages need}} your decision: the connection or the record of the outcome was lost, so they may or may not have arrived.",
    de: "{count, plural, one {# Nachricht braucht} other {# Nachrichten brauchen}} Ihre Entscheidung: Die Verbindung brach ab, oder die Aufzeichnung des Ergebnisses ging verloren. Daher ist unklar, ob sie angekommen sind.",
  },
  retries: {
    en: "{count, plural, one {# message is} other {# messages are}} waiting for the next attempt{first}{why}.",
    de: "{count, plural, one {# Nachricht wartet} other {# Nachrichten warten}} auf den nächsten Versuch{first}{why}.",
  },
  firstAt: {
    en: "{count, plural, one {, at {time}} other {, the first at {time}}}",
    de: "{count, plural, one { ({time})} other { (die erste: {time})}}",
  },
  causeConnection: {
    en: ", because connections to the receiving servers failed",
    de: ", weil Verbindungen zu den empfangenden Servern scheiterten",
  },
  causeTls: {
    en: ", because no sufficiently secure connection was possible",
    de: ", weil keine ausreichend sichere Verbindung möglich war",
  },
  causeDns: {
    en: ", because their domains could not be looked up in DNS",
    de: ", weil ihre Domains im DNS nicht abgefragt werden konnten",
  },
  causeFull: {
    en: ", because their mailboxes are full",
    de: ", weil ihre Postfächer voll sind",
  },
  causeLimit: {
    en: ", because a limit applies to their receiving servers",
    de: ", weil für ihre empfangenden Server ein Limit gilt",
  },
  causeLost: {
    en: ", because the connection was lost before the servers replied",
    de: ", weil die Verbindung abbrach, bevor die Server antworteten",
  },
  causeLater: {
    en: ", because the receiving servers asked SwiftMail to try again later",
    de: ", weil die empfangenden Server um einen späteren Versuch baten",
  },
  causeRefused: {
    en: ", because the receiving servers do not accept mail from this server at the moment",
    de: ", weil die empfangenden Server zurzeit keine E-Mails von hier annehmen",
  },
  causeServer: {
    en: ", because the receiving servers have problems",
    de: ", weil die empfangenden Server Probleme haben",
  },
  saving: {
    en: "All messages have been handled. The last results are being saved.",
    de: "Alle Nachrichten sind erledigt. Die letzten Ergebnisse werden gespeichert.",
  },
  fullSpeed: {
    en: "No limit: sending as fast as this instance and the receiving servers allow.",
    de: "Kein Limit: Versand so schnell, wie diese Instanz und die empfangenden Server es erlauben.",
  },
  waitingTurn: {
    en: "Waiting for its turn on this instance.",
    de: "Wartet, bis sie auf dieser Instanz an der Reihe ist.",
  },
  sendingNext: {
    en: "The next messages are being sent.",
    de: "Die nächsten Nachrichten werden gesendet.",
  },
  node: { en: "this instance", de: "Diese Instanz" },
  workspace: { en: "the workspace", de: "Arbeitsbereich" },
  campaign: { en: "the campaign", de: "Kampagne" },
  route: { en: "the sending method “{name}”", de: "Versandweg „{name}“" },
  source: { en: "the IP address {name}", de: "IP-Adresse {name}" },
  sender: { en: "mail from {name}", de: "E-Mails von {name}" },
  senderBy: {
    en: "mail from {name} through the sending method “{route}”",
    de: "E-Mails von {name} über den Versandweg „{route}“",
  },
  toWhom: { en: "{what} to {whom}", de: "{what} an {whom}" },
});
