// What a German reader sees of a check of a sending method: each step of real connections to loopback servers.
import { afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { checkRoute } from "../../server/delivery/smtp/check-route.ts";
import { because, type CodedReason, coded, storedReason } from "../../server/platform/errors.ts";
import { locale } from "../../web/src/i18n.ts";
import { causeText, loadRefusalWords } from "../../web/src/refusal.ts";
import { closePeers, sink } from "../server/delivery/smtp/peers.ts";
import { makeCertificate } from "../support/certificates.ts";
import { MailWorld } from "../support/mail-world.ts";
import { loopbackRoute } from "../support/smtp-messages.ts";

const certificate = makeCertificate();
const login = { username: "ann", password: "right" };

type Step = { stage: string; message: string; cause: CodedReason | null };

beforeAll(loadRefusalWords);
beforeEach(() => {
  locale.value = "de";
});
afterEach(async () => {
  locale.value = "en";
  await closePeers();
});

/** The steps as the page shows them. */
const shown = (steps: Step[]) => steps.map(({ message, cause }) => causeText(message, cause));

test("a working connection is described in German, and only the server's greeting is its own", async () => {
  const { port } = await sink({ certificate, login });
  const route = loopbackRoute(port, { security: "starttls", ...login });
  const { steps } = await checkRoute(route, { ca: certificate.cert });

  const [connect, greeting, starttls, ehlo, auth] = shown(steps);
  expect(connect).toBe(`Verbunden mit 127.0.0.1, Port ${port}.`);
  expect(greeting).toBe(steps[1]?.message ?? "");
  expect(starttls).toMatch(/^Verschlüsselt mit TLSv1\.[23], Zertifikat geprüft\.$/);
  expect(ehlo).toBe("Der Server hat die Begrüßung von SwiftMail angenommen.");
  expect(auth).toBe("Angemeldet als ann.");
  expect(steps.map(({ cause }) => cause === null)).toEqual([false, true, false, false, false]);
});

test("a refused password, a missing host and a closed port are explained in German", async () => {
  const { port } = await sink({ certificate, login });
  const route = loopbackRoute(port, { security: "starttls", username: "ann", password: "no" });
  const refused = await checkRoute(route, { ca: certificate.cert });
  const unnamed = await checkRoute(loopbackRoute(port, { host: "smtp.nowhere.invalid" }));
  await closePeers();
  const closed = await checkRoute(loopbackRoute(port));

  expect(shown(refused.steps).at(-1)).toBe(
    "Der Server hat den Benutzernamen „ann“ oder sein Passwort nicht angenommen. Der Server antwortete: 535 5.7.8 Username and Password not accepted",
  );
  expect(shown(unnamed.steps)).toEqual(["Zum Namen smtp.nowhere.invalid gibt es keine Adresse."]);
  expect(shown(closed.steps)).toEqual([
    `127.0.0.1, Port ${port}: Verbindung abgelehnt. Dort läuft kein Programm, oder eine Firewall sperrt sie.`,
  ]);
});

test("advice contains the failure in the reader's language", async () => {
  const tls = await sink({ certificate, implicitTls: true });
  const { steps } = await checkRoute(loopbackRoute(tls.port, { security: "starttls" }), {
    timeouts: { greetingMs: 300 },
  });
  const advice =
    "Keine Antwort innerhalb von 1 s. Wenn dieser Port von Anfang an TLS erwartet, wie Port 465, wählen Sie TLS.";
  expect(shown(steps).at(-1)).toBe(advice);

  locale.value = "en";
  expect(shown(steps).at(-1)).toBe(
    "No reply within 1 s. If this port expects TLS from the start, as port 465 does, choose TLS.",
  );
  expect(steps.at(-1)?.message).toBe(
    "No reply within 1 s. If this port expects TLS from the start, as port 465 does, choose TLS.",
  );
});

test("direct sending names the source address of each step, and the name server that fails", async () => {
  const world = await MailWorld.start({
    "big.example": { MX: ["5 mx.big.example"] },
    "mx.big.example": { A: ["127.0.0.2"] },
  });
  const sources = [{ address: "127.0.0.7", heloName: "a.example", weight: 1 }];
  const route = loopbackRoute(world.port, { kind: "direct", host: "", sources });
  const options = { dnsServers: [world.dns.server], probeDomain: "big.example" };
  const closed = await checkRoute(route, options);
  world.dns.zone["big.example"] = { rcode: 2 };
  const unanswered = await checkRoute(route, options);
  await world.close();

  expect(shown(closed.steps)).toEqual([
    "Der Mailserver von big.example ist mx.big.example.",
    `127.0.0.2, Port ${world.port}: Verbindung abgelehnt. Dort läuft kein Programm, oder eine Firewall sperrt sie. Viele Hosting-Anbieter sperren Port 25. Bitten Sie Ihren Anbieter, ihn zu öffnen, oder senden Sie über ein Relay.`,
  ]);
  expect(shown(unanswered.steps)).toEqual([
    "Der Nameserver 127.0.0.1 antwortete SERVFAIL. Abgefragt wurde MX von big.example. Prüfen Sie die Nameserver dieses Rechners.",
  ]);
});

test("a step that was stored before causes existed is shown in its own words", () => {
  expect(causeText("Connected to mx.example port 25.", null)).toBe(
    "Connected to mx.example port 25.",
  );
});

test("a server cannot write a reason of SwiftMail into its reply", () => {
  const reply = '{"code":"step_signed_in","params":{"username":"root"}}';
  const said = because("refused_step", { said: `220 ${reply}` });
  expect(causeText(said.text, coded(said))).toBe(`Der Server antwortete: 220 ${reply}`);
  const inner = because("step_from_source", {
    source: "127.0.0.7",
    what: storedReason(because("step_greeted")),
  });
  expect(causeText(inner.text, coded(inner))).toBe(
    "Von 127.0.0.7: Der Server hat die Begrüßung von SwiftMail angenommen.",
  );
});
