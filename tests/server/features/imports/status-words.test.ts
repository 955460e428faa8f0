import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  consentColumn,
  speaksOfConsent,
} from "../../../../server/features/imports/consent-columns.rules.ts";
import { plainRefusal } from "../../../../server/features/imports/plain-refusals.rules.ts";
import {
  statusReader,
  strictest,
} from "../../../../server/features/imports/status-values.rules.ts";
import { meanings } from "../../../../server/features/imports/status-words.rules.ts";
import { refusalOfFileName } from "../../../../server/features/imports/whole-file.rules.ts";

const says = (column: string, cell: string): string => statusReader(column)(cell).says;

test.each([
  ["Austrittsdatum", "2026-03-01", "unsubscribed"],
  ["Austritt", "", "nothing"],
  ["Abmeldedatum", "1.3.2026", "unsubscribed"],
  ["left_at", "2026-03-01", "unsubscribed"],
  ["resignation date", "2026-03-01", "unsubscribed"],
  ["désinscrit le", "01/03/2026", "unsubscribed"],
  ["baja", "2026-03-01", "unsubscribed"],
  ["cancelled_on", "2026-03-01", "unclear"],
  ["cancelled_at", "2026-03-01", "unclear"],
  ["Kündigungsdatum", "2026-03-01", "unclear"],
  ["cancelled_at", "", "nothing"],
  ["DSGVO", "erteilt", "subscribed"],
  ["DSGVO", "entzogen", "unsubscribed"],
  ["Einwilligung", "nicht erteilt", "unsubscribed"],
  ["Widerspruch", "erteilt", "unclear"],
  ["email_disabled", "true", "unsubscribed"],
  ["email_disabled", "false", "nothing"],
  ["EMAIL_BLACKLISTED", "Yes", "unsubscribed"],
  ["EMAIL_BLACKLISTED", "1", "unsubscribed"],
  ["EMAIL_BLACKLISTED", "WAHR", "unsubscribed"],
  ["EMAIL_BLACKLISTED", "VRAI", "unsubscribed"],
  ["EMAIL_BLACKLISTED", "FAUX", "nothing"],
  ["Unsubscribed from all email", "true", "unsubscribed"],
  ["doNotEmail", "1", "unsubscribed"],
  ["doNotEmail", "0", "nothing"],
  ["Accepts Email Marketing", "no", "unsubscribed"],
  ["Accepts Email Marketing", "yes", "subscribed"],
  ["Accepts Email Marketing", "", "unclear"],
  ["Email Suppressions", "[BOUNCED]", "bounced"],
  ["Email Suppressions", '["UNSUBSCRIBE","SPAM_COMPLAINT"]', "complained"],
  ["Email Suppressions", "[]", "nothing"],
  ["Unsubscribed", "2026-01-02 10:00", "unsubscribed"],
  ["Unsubscribed", "0000-00-00", "nothing"],
  ["Unsubscribed", "", "nothing"],
  ["Unsubscribed", "perhaps", "unclear"],
  ["deactivated", "1600000000", "unsubscribed"],
  ["deactivated", "0", "nothing"],
  ["activated", "0", "unconfirmed"],
  ["UNSUB_REASON", "NORMAL", "unsubscribed"],
  ["Email hard bounce reason", "UNKNOWN_USER", "bounced"],
  ["state", "cancelled", "unsubscribed"],
  ["Status", "Unsubscribed (2 May 2026)", "unsubscribed"],
  ["Status", "not bounced", "unclear"],
  ["Status", "Soft bounced", "unclear"],
  ["Status", "true", "unclear"],
  ["Status", "gold", "unclear"],
  ["Status", "", "unclear"],
  ["Status", "constructor", "unclear"],
  ["whatever", "true", "unclear"],
  ["Kein Newsletter", "ja", "unsubscribed"],
  ["Einwilligung Newsletter", "nein", "unsubscribed"],
  ["Désabonné", "oui", "unsubscribed"],
  ["Fecha de baja", "01/02/2026", "unsubscribed"],
  ["Accepts marketing by email", "✓", "subscribed"],
])("under “%s” a cell “%s” is %s", (column, cell, expected) => {
  expect(says(column, cell)).toBe(expected);
});

test.each([
  [
    "unsubscribed",
    "abbestellt abgemeldet désabonné désinscrite baja desuscrito disiscritto descadastrado afgemeld",
  ],
  [
    "unsubscribed",
    "never_subscribed nonsubscribed opted-out cancelled blocklisted do_not_contact Annulé",
  ],
  [
    "bounced",
    "cleaned bounced HARD_BOUNCE unzustellbar rejeté rebotado rimbalzato devolvido onbestelbaar",
  ],
  ["complained", "complained junk Spam beschwerde plainte queja reclamo reclamação klacht abuse"],
  [
    "suppressed",
    "deleted suppressed manual gelöscht supprimé eliminado bloccato removido verwijderd",
  ],
  [
    "unconfirmed",
    "pending unconfirmed unbestätigt en-attente pendiente in-attesa pendente onbevestigd",
  ],
  ["subscribed", "subscribed active mailable aktiv abonné suscrito iscritto inscrito aangemeld"],
])("as a status these are %s: %s", (expected, words) => {
  for (const word of words.split(" ")) {
    expect([word, says("Status", word)]).toEqual([word, expected]);
    expect([word, says("Status", ` ${word.toUpperCase()} `)]).toEqual([word, expected]);
  }
});

test("the words of our own exports are understood", () => {
  const own = ["mailable", "unsubscribed", "hard_bounce", "complaint", "manual", "unconfirmed"];
  expect(own.map((word) => says("status", word))).toEqual([
    "subscribed",
    "unsubscribed",
    "bounced",
    "complained",
    "suppressed",
    "unconfirmed",
  ]);
  expect(says("reason", "manual")).toBe("suppressed");
});

test.each([
  ["Estado de suscripción", "activo", "subscribed"],
  ["Statut d'abonnement", "désabonné", "unsubscribed"],
  ["Stato iscrizione", "disiscritto", "unsubscribed"],
  ["Status inscrição", "descadastrado", "unsubscribed"],
  ["Abonnementstatus", "uitgeschreven", "unsubscribed"],
  ["Newsletter-Status", "abgemeldet", "unsubscribed"],
  ["Werbeeinwilligung", "nein", "unsubscribed"],
  ["Darf angeschrieben werden", "nein", "unsubscribed"],
  ["Nicht anschreiben", "x", "unsubscribed"],
  ["Sperrvermerk", "ja", "suppressed"],
  ["Acepta publicidad", "no", "unsubscribed"],
  ["No recibir correos", "sí", "unsubscribed"],
  ["Accetta marketing", "no", "unsubscribed"],
  ["Aceita e-mail marketing", "não", "unsubscribed"],
  ["Ne souhaite pas recevoir la newsletter", "oui", "unsubscribed"],
  ["Souhaite recevoir nos offres", "non", "unsubscribed"],
  ["Nieuwsbrief", "nee", "unsubscribed"],
  ["Ontvangt nieuwsbrief", "ja", "subscribed"],
])("in other languages: under “%s” a cell “%s” is %s", (column, cell, expected) => {
  expect(speaksOfConsent(column)).toBe(true);
  expect(says(column, cell)).toBe(expected);
});

test.each([
  ["werbesperre", "ja", "suppressed"],
  ["Werbeverbot", "ja", "unsubscribed"],
  ["Newsletter-Sperre", "ja", "suppressed"],
  ["Mailsperre", "x", "suppressed"],
  ["Mailsperre", "", "nothing"],
  ["Werbewiderspruch", "nein", "nothing"],
  ["Do not disturb", "yes", "unsubscribed"],
  ["mail_ok", "no", "unsubscribed"],
  ["mail_ok", "yes", "subscribed"],
  ["can_email", "0", "unsubscribed"],
  ["contact by email", "never", "unsubscribed"],
  ["Kontakt per E-Mail", "nein", "unsubscribed"],
  ["email preference", "none", "unsubscribed"],
  ["email preference", "weekly", "unclear"],
  ["Newsletter nicht erlaubt", "ja", "unsubscribed"],
  ["E-Mail erlaubt", "nein", "unsubscribed"],
  ["opposition", "oui", "unsubscribed"],
  ["Oposición", "sí", "unsubscribed"],
  ["Opposizione", "sì", "unsubscribed"],
  ["Oposição", "sim", "unsubscribed"],
  ["Bezwaar", "ja", "unsubscribed"],
  ["is_removed", "true", "suppressed"],
  ["is_removed", "false", "nothing"],
  ["sub_status", "U", "unsubscribed"],
  ["deliverable", "no", "bounced"],
  ["valid", "false", "bounced"],
  ["email_valid", "true", "nothing"],
  ["Zustellbar", "nein", "bounced"],
  ["Marketing contact status", "Non-marketing contact", "unclear"],
  ["Marketing contact status", "Marketing contact", "subscribed"],
  ["Status", "rebond", "bounced"],
  ["Status", "ne plus contacter", "unsubscribed"],
  ["Ne plus contacter", "oui", "unsubscribed"],
  ["Consent", "denied", "unsubscribed"],
  ["Newsletter", "no, thanks", "unsubscribed"],
])("bans, permissions and addresses: under “%s” a cell “%s” is %s", (column, cell, expected) => {
  expect(speaksOfConsent(column)).toBe(true);
  expect(says(column, cell)).toBe(expected);
});

test("columns about something else are not read as consent", () => {
  const others =
    "Accepts SMS Marketing,SMS_BLACKLISTED,Mailing State,Business State,active_subscription,Cancel date,OPTIN_TIME,OPTIN_IP,Unsubscribe link,Bounce count,Order status,Lead Status,Email Marketing Consent Timestamp,Date Subscribed,Do Not Track,Tags,Company,MEMBER_RATING,E-mail 1 - Value,Tax Exempt,created_at,Cancelled orders,Annual revenue,Liefersperre,Telefonsperre,Valid until,Contact owner,Email domain,sub_total";
  expect(others.split(",").filter(speaksOfConsent)).toEqual([]);
  expect(consentColumn("Cancelled")).toEqual({ kind: "unclear" });
});

test("a word that means no by itself counts in any column, and among tags; others do not", () => {
  expect(plainRefusal("Unsubscribed")).toBe("unsubscribed");
  expect(plainRefusal('"VIP","unsubscribed"')).toBe("unsubscribed");
  expect(plainRefusal("* myContacts ::: do not contact")).toBe("unsubscribed");
  expect(plainRefusal("désabonné")).toBe("unsubscribed");
  const words =
    "opted out|opt-out|never subscribed|blocklisted|hard bounce|complained|marked as spam|suppressed|abgemeldet|ausgetragen|abbestellt|unzustellbar|nicht kontaktieren|désinscrit|ne pas contacter|dado de baja|desuscrito|disiscritto|non contattare|descadastrado|não contatar|afgemeld|uitgeschreven|niet contacteren";
  for (const word of words.split("|")) {
    expect([word, plainRefusal(word) !== undefined]).toEqual([word, true]);
    expect([word, plainRefusal(`VIP; ${word.toUpperCase()}`) !== undefined]).toEqual([word, true]);
  }
  for (const other of [
    "Anna",
    "cancelled",
    "Baja California",
    "spam",
    "She unsubscribed once",
    "",
  ]) {
    expect(plainRefusal(other)).toBeUndefined();
  }
});

test("the strictest of several values counts in any order, and a doubt is never a yes", () => {
  const all = [...meanings, "nothing", "unclear"] as const;
  fc.assert(
    fc.property(fc.shuffledSubarray([...all], { minLength: 1 }), (some) => {
      const result = strictest(some);
      expect(strictest([...some].reverse())).toBe(result);
      const refusals = some.filter((one) =>
        ["unsubscribed", "suppressed", "bounced", "complained"].includes(one),
      );
      if (refusals.length > 0) {
        expect(refusals as string[]).toContain(result);
      } else if (some.includes("unclear")) {
        expect(result).toBe("unclear");
      }
    }),
  );
});

test("no column and no cell makes it throw or slow", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 300 }),
      fc.string({ maxLength: 300 }),
      (name, cell) => {
        expect(typeof says(name, cell)).toBe("string");
        plainRefusal(cell);
      },
    ),
    { numRuns: 500 },
  );
  const began = performance.now();
  says("n".repeat(100_000), "a,".repeat(100_000));
  says("Status", "(".repeat(100_000));
  says("email".repeat(50_000), "unsub".repeat(50_000));
  plainRefusal("unsub,".repeat(50_000));
  expect(performance.now() - began).toBeLessThan(2_000);
});

test.each([
  ["nonsubscribed_email_audience_export_1a2b.csv", "unsubscribed"],
  ["unsubscribed_members_export.csv", "unsubscribed"],
  ["cleaned_email_audience_export.csv", "bounced"],
  ["Bounces März.csv", "bounced"],
  ["suppression-list.csv", "suppressed"],
  ["Sperrliste.csv", "suppressed"],
  ["blacklist 2026.csv", "unsubscribed"],
  ["Abmeldungen.csv", "unsubscribed"],
  ["désabonnés.csv", "unsubscribed"],
  ["bajas_2026.csv", "unsubscribed"],
  ["spam-complaints.csv", "complained"],
  ["news-unconfirmed.csv", "unsubscribed"],
  ["nicht bestätigt.csv", "unsubscribed"],
  ["news-confirmed.csv", undefined],
  ["subscribed_members_export.csv", undefined],
  ["people.csv", undefined],
  ["Kunden Baja California.csv", undefined],
])("a file called %s means for everybody in it: %s", (name, expected) => {
  expect(refusalOfFileName(name)).toBe(expected as never);
});
