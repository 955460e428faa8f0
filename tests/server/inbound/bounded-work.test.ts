// One message costs the inbound thread, which all workspaces share, a bounded amount of work.
import { afterEach, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { DmarcDesk } from "../../../server/inbound/dmarc/dmarc-desk.ts";
import { readDmarcReport } from "../../../server/inbound/dmarc/read-report.ts";
import { newBudget } from "../../../server/inbound/dmarc/unpack-report.ts";
import { startInbound } from "../../../server/inbound/index.ts";
import { readMailParts } from "../../../server/inbound/report/mail-parts.ts";
import { newTestApp, type TestApp } from "../../support/app.ts";
import { openDialogue } from "../../support/smtp-dialogue.ts";

let fixture: TestApp | undefined;
afterEach(() => {
  fixture?.close();
  fixture = undefined;
});

/** A message with compressed files; each of ours unpacks to 8 MB and a million elements. */
function bombs(files: Buffer[]): string {
  const parts = files.map(
    (file) =>
      `--x\r\nContent-Type: application/gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n${file
        .toString("base64")
        .replace(/.{76}/g, "$&\r\n")}\r\n`,
  );
  return `Subject: Report domain: acme.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n${parts.join("")}--x--\r\n`;
}
const tags = gzipSync(`<feedback>${"<a>b</a>".repeat(1_000_000)}</feedback>`);
const mail = bombs(Array.from({ length: 10 }, () => tags));

describe("a DMARC message with ten archives that grow a hundredfold", () => {
  test("is read within one budget, however many files it has", () => {
    expect(mail.length).toBeLessThan(600_000);
    const budget = newBudget();
    const { marks, xmlBytes } = budget;
    const refusals = Array.from({ length: 10 }, () => {
      try {
        return readDmarcReport(tags, budget);
      } catch (error) {
        return (error as Error).message;
      }
    });

    // 8 MB and 2,000,002 tags each: the first file uses up the budget of tags, and no bytes are left for the third.
    expect(budget.marks).toBe(0);
    expect(budget.xmlBytes).toBeGreaterThanOrEqual(0);
    expect(marks - budget.marks).toBeLessThanOrEqual(2_000_000);
    expect(xmlBytes - budget.xmlBytes).toBeLessThanOrEqual(20 * 1024 * 1024);
    expect(refusals[0]).toContain("more XML elements than allowed");
    expect(refusals[9]).toContain("20 MB");
  });

  test("an archive that unpacks to more is charged what it may have cost", () => {
    const budget = newBudget();
    const zeros = gzipSync(Buffer.alloc(50 * 1024 * 1024));

    expect(() => readDmarcReport(zeros, budget)).toThrow("20 MB");
    expect(budget.xmlBytes).toBe(0);
    expect(() => readDmarcReport(gzipSync("<feedback/>"), budget)).toThrow("20 MB");
  });

  test("lets other mail through meanwhile", async () => {
    fixture = newTestApp();
    const inbound = await startInbound({
      dataDir: fixture.dataDir,
      masterKeyFile: undefined,
      port: 0,
      publicHost: "mail.host.example",
      recordFact: async () => undefined,
    });
    try {
      const [hostile, other] = [await openDialogue(inbound.port), await openDialogue(inbound.port)];
      for (const client of [hostile, other]) {
        await client.say("EHLO mx.example");
      }
      await hostile.say("MAIL FROM:<r@receiver.example>");
      expect(await hostile.say("RCPT TO:<dmarc@mail.host.example>")).toStartWith("250");
      await hostile.say("DATA");
      hostile.write(mail);
      let isAnswered = false;
      const answer = hostile.say("\r\n.").then((reply) => {
        isAnswered = true;
        return reply;
      });

      let meanwhile = 0;
      while (!isAnswered && meanwhile < 1_000) {
        expect(await other.say("NOOP")).toStartWith("250");
        meanwhile += 1;
      }

      expect(await answer).toStartWith("250");
      // A thread that parses the report itself would answer only one or two.
      expect(meanwhile).toBeGreaterThan(20);
      hostile.end();
      other.end();
    } finally {
      await inbound.stop();
    }
  }, 60_000);
});

test("a report for many workspaces is read once", async () => {
  fixture = newTestApp();
  const ids = Array.from({ length: 5 }, () => fixture?.newWorkspace().id ?? "");
  const desk = new DmarcDesk(fixture.databases, Date.now);

  const outcomes = await desk.takeMail(ids, Buffer.from(mail));

  expect(outcomes).toHaveLength(5);
  expect(new Set(outcomes.map((one) => JSON.stringify(one))).size).toBe(1);
});

test("a report with 70,000 parts is read up to the limit of parts", async () => {
  const parts = (count: number) =>
    Buffer.from(
      `Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n\r\nfailed\r\n${"--x\r\n\r\n".repeat(count)}--x\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n`,
    );

  expect((await readMailParts(parts(900))).deliveryStatus).toContain("failed");
  const { text, deliveryStatus } = await readMailParts(parts(50_000));
  expect(text).toContain("failed");
  expect(deliveryStatus).toBeUndefined();
});
