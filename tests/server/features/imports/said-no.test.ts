// Files of offices, shops and event tools, each with a person who refused in the column's language. With the guessed
// mapping and the statement that everybody agreed, that person must not become mailable: the value is understood, or
// the import asks before it starts.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { ImportFixture } from "./import-fixture.ts";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

/** `asked`, or the status of the person with the value. */
async function outcome(column: string, values: readonly string[]): Promise<string[]> {
  const rows = values.map((value, n) => `p${n}@x.example,"${value}",Person ${n}`);
  const { body } = await fixture.upload(`email,"${column}",name\n${rows.join("\n")}\n`);
  const started = await fixture.start(body.id, body.guesses, { agreed: true });
  if (started.status === 422) {
    return values.map(() => "asked");
  }
  await fixture.run(body.id);
  return values.map((_, n) => {
    const held = fixture.db
      .prepare("SELECT reason FROM suppression WHERE address = ?")
      .pluck()
      .get(`p${n}@x.example`);
    return held === undefined ? "mailable" : String(held);
  });
}

test.each<[column: string, no: string, yes: string]>([
  ["Status subskrypcji", "wypisany", "zapisany"],
  ["Status subskrypcji", "nieaktywny", "aktywny"],
  ["Zgoda na e-mail", "wycofana", "udzielona"],
  ["Zgoda marketingowa", "NIE", "TAK"],
  ["Consenso marketing", "Negato", "Concesso"],
  ["Consenso marketing", "revocato", "Concesso"],
  ["Odběr novinek", "odhlášen", "přihlášen"],
  ["Souhlas", "odvolán", "ano"],
  ["İleti izni", "RED", "ONAY"],
  ["メルマガ", "拒否", "希望"],
  ["メルマガ配信", "×", "○"],
  ["DM可否", "不可", "可"],
  ["Feliratkozás állapota", "leiratkozott", "feliratkozott"],
  ["Статус подписки", "отписан", "подписан"],
  ["Nyhetsbrev", "avregistrerad", "anmäld"],
  ["I would like to receive news from the organizer", "No thanks", "Yes please"],
  ["Would you like to hear about future events?", "No thanks", "Yes please"],
  ["Do you want to get our updates by mail?", "No, please don't", "Yes, sure"],
  ["Gemeindebrief", "nicht gewünscht", "per Mail"],
  ["Remarks", "Objected to marketing (GDPR art. 21)", "met at the fair"],
  ["Remarks", "took off list 4/22", "met at the fair"],
  ["Bemerkung", "bitte aus Verteiler nehmen", "Stammkunde"],
  ["Mitgliedsstatus", "ausgetreten", "aktiv"],
  ["Preferred contact method", "Post only", "Email"],
  ["Preferred contact method", "None", "Email"],
  ["Verteiler", "gestrichen", "A"],
])("%s: %s is not mailed", async (column, no, yes) => {
  const [said] = await outcome(column, [no, yes]);

  expect(said).not.toBe("mailable");
});

test("one more value does not make a question go away", async () => {
  expect(await outcome("Comms", ["None", "Email"])).toEqual(["asked", "asked"]);
  expect(await outcome("Comms", ["None", "Email", "Post"])).toEqual(["asked", "asked", "asked"]);
});

test.each([
  ["Zgoda marketingowa", "TAK"],
  ["Consenso marketing", "Concesso"],
  ["Consenso marketing", "Sì"],
  ["Статус подписки", "Подписан"],
  ["Subscription status", "accepted"],
  ["Statut abonnement", "accepté"],
  ["Status subskrypcji", "Aktywny"],
  ["İleti izni", "ONAY"],
])("%s: %s is a yes", async (column, yes) => {
  expect(await outcome(column, [yes])).toEqual(["mailable"]);
});

test("a refusal of another channel is not one of mail: it is unclear until somebody decides", async () => {
  expect(await outcome("SMS channel", ["opted_out", "opted_in"])).toEqual(["unclear", "mailable"]);
});

test.each([
  ["Company", ["Nordwind GmbH", "No Limits Ltd", "Ja-Bau AG"]],
  ["Address", ["No. 5 Main Street", "12 High Street", "Nr. 7"]],
  ["Department", ["Medizin", "Marketing", "IT"]],
  ["Interests", ["Wine", "Cheese", "No preference"]],
  ["T-shirt size", ["S", "M", "L"]],
  ["Dietary needs", ["None", "Vegetarian", "Vegan"]],
  ["Booth", ["A1", "B2", "C3"]],
  ["Salutation", ["Ms", "Mr", "None"]],
  ["Language level", ["A1", "B2", "native"]],
  ["Remarks", ["met at the fair", "likes tea", "VIP"]],
  ["会社名", ["山田商事", "鈴木工業", "佐藤"]],
  ["Kundenklasse", ["A", "B", "C"]],
])("%s needs no question", async (column, values) => {
  expect(await outcome(column, values)).toEqual(values.map(() => "mailable"));
});
