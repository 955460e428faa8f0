import { describe, expect, test } from "bun:test";
import { deflateRawSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { claimMailDomain } from "../../../server/inbound/directory.store.ts";
import { DmarcDesk } from "../../../server/inbound/dmarc/dmarc-desk.ts";
import { readDmarcReport } from "../../../server/inbound/dmarc/read-report.ts";
import { UnreadableReport } from "../../../server/inbound/dmarc/unpack-report.ts";
import { INSTANCE_INBOX } from "../../../server/inbound/received.ts";
import { dmarcRecord, dmarcXml, zipped } from "../../fixtures/dmarc-report.ts";
import { newInboundDesk } from "../../support/inbound-desk.ts";

const xml = dmarcXml();
const zip = (text: string | Buffer) =>
  zipped("r.xml", deflateRawSync(Buffer.from(text)), text.length);

describe("an aggregate report", () => {
  test.each<[string, Buffer]>([
    ["as it is", Buffer.from(xml)],
    ["gzipped", gzipSync(xml)],
    ["in a ZIP archive", zip(xml)],
    ["stored in a ZIP archive", zipped("r.xml", Buffer.from(xml), xml.length, 0)],
  ])("is read: %s", (_name, bytes) => {
    expect(readDmarcReport(bytes)).toEqual({
      domain: "acme.example",
      organization: "Receiver & Sons",
      reportId: "r-1",
      beginAt: 1_790_000_000_000,
      endAt: 1_790_086_399_000,
      policy: "quarantine",
      rows: [
        {
          sourceIp: "192.0.2.1",
          messages: 90,
          disposition: "none",
          dkim: 1,
          spf: 1,
          headerFrom: "acme.example",
        },
        {
          sourceIp: "198.51.100.7",
          messages: 10,
          disposition: "quarantine",
          dkim: 0,
          spf: 0,
          headerFrom: "acme.example",
        },
      ],
    });
  });

  test("skips records without an address or a valid count", () => {
    const records = [
      dmarcRecord("not an address", 1, "pass", "pass"),
      dmarcRecord("192.0.2.1", -5, "pass", "pass"),
      dmarcRecord("192.0.2.1", "1e400", "pass", "pass"),
      dmarcRecord("2001:db8::1", 3, "pass", "fail"),
    ].join("");

    expect(readDmarcReport(Buffer.from(dmarcXml({ records }))).rows).toMatchObject([
      { sourceIp: "2001:db8::1", messages: 3 },
    ]);
  });

  test.each<[string, () => Buffer]>([
    ["of nothing", () => Buffer.alloc(0)],
    ["that is a picture", () => Buffer.from("\x89PNG\r\n")],
    ["without a domain", () => Buffer.from(dmarcXml({ domain: "" }))],
    ["whose domain is none", () => Buffer.from(dmarcXml({ domain: "<x/>" }))],
    ["without an id", () => Buffer.from(dmarcXml({ id: "" }))],
    [
      "with a document type",
      () => Buffer.from(dmarcXml({ head: '<!DOCTYPE x [<!ENTITY a "b">]>' })),
    ],
    [
      "that grows by entities",
      () =>
        Buffer.from(
          dmarcXml({ head: '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>', id: "&b;" }),
        ),
    ],
    [
      "that names a file",
      () => Buffer.from(dmarcXml({ head: '<!DOCTYPE x SYSTEM "file:///etc/passwd">' })),
    ],
    ["that ends too early", () => Buffer.from(xml.slice(0, 300))],
    ["whose tags cross", () => Buffer.from("<feedback><a><b></a></b></feedback>")],
    ["nested 10,000 deep", () => Buffer.from("<a>".repeat(10_000))],
    ["with a million tags", () => gzipSync("<a/>".repeat(1_000_001))],
    ["that unpacks to 100 MB", () => gzipSync(Buffer.alloc(100 * 1024 * 1024))],
    ["that unpacks to 100 MB out of a ZIP", () => zip(Buffer.alloc(100 * 1024 * 1024))],
    ["cut short when packed", () => gzipSync(xml).subarray(0, 50)],
    ["whose archive has no directory", () => zip(xml).subarray(0, 60)],
    [
      "whose archive points outside itself",
      () => zipped("r.xml", Buffer.from("x"), 1, 8).fill(0xff, 20, 40),
    ],
    ["packed in another way", () => zipped("r.xml", Buffer.from(xml), xml.length, 9)],
  ])("is refused with a reason: one %s", (_name, make) => {
    expect(() => readDmarcReport(make())).toThrow(UnreadableReport);
  });

  test("of any bytes is read or refused without an exception", () => {
    const pieces = fc.constantFrom(
      "<",
      ">",
      "/",
      "<!--",
      "-->",
      "<![CDATA[",
      "]]>",
      "<?",
      "feedback",
      "&lt;",
      "&#0;",
      "PK\x03\x04",
      "\x1f\x8b",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string())), (parts) => {
        expect(() => readDmarcReport(Buffer.from(parts.join(""), "latin1"))).toThrow(
          UnreadableReport,
        );
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.nat(zip(xml).length - 1), fc.nat(255), (at, byte) => {
        const bytes = zip(xml);
        bytes[at] = byte;
        try {
          readDmarcReport(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableReport);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("by mail to dmarc@", () => {
  const mail = (bytes: Buffer, type = "application/gzip") =>
    `From: noreply@receiver.example\r\nSubject: Report domain: acme.example\r\nContent-Type: ${type}; name="r"\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes.toString("base64").replace(/.{76}/g, "$&\r\n")}`;

  test("is stored once by the workspace that has proved the domain; other mail is stored as mail", async () => {
    const desk = await newInboundDesk();
    try {
      desk.data
        .db(desk.workspaceId)
        .exec(
          "INSERT INTO sending_domain (name, dkim_selector, dkim_private, dkim_public, verified_at, created_at) VALUES ('acme.example', 's', '', '', 1, 0)",
        );
      const claim = { name: "acme.example", workspaceId: desk.workspaceId, now: 0 };
      claimMailDomain(desk.data.databases.system, claim);
      const to = "dmarc@bounce.acme.example";
      const fresh = dmarcXml({ begin: Math.floor(desk.now.value / 1_000) });
      const count = () =>
        desk.data
          .db(desk.workspaceId)
          .prepare(
            "SELECT count(*) AS reports, (SELECT count(*) FROM dmarc_row) AS rows FROM dmarc_report",
          )
          .get();

      expect(await desk.deliver(to, mail(gzipSync(fresh)))).toStartWith("250");
      expect(await desk.deliver(to, mail(zip(fresh), "application/zip"))).toStartWith("250");
      expect(count()).toEqual({ reports: 1, rows: 2 });
      expect(desk.kept()).toEqual([]);

      await desk.deliver(to, mail(gzipSync(dmarcXml({ domain: "else.example" }))));
      await desk.deliver(to, "Subject: hello\r\n\r\nWho are you?");
      expect(count()).toEqual({ reports: 1, rows: 2 });
      expect(desk.kept().map(({ said }) => said)).toEqual([
        "The report is about else.example, which is not a sending domain of this workspace.",
        "The message contains no report.",
      ]);
    } finally {
      await desk.close();
    }
  });

  test("of the instance is stored by the workspaces that have proved the report's domain", async () => {
    const desk = await newInboundDesk();
    try {
      const squatter = desk.data.newWorkspace();
      const { system } = desk.data.databases;
      for (const [id, name, verifiedAt] of [
        [desk.workspaceId, "news.acme.example", 1],
        [squatter, "acme.example", null],
      ] as const) {
        desk.data
          .db(id)
          .prepare(
            "INSERT INTO sending_domain (name, dkim_selector, dkim_private, dkim_public, verified_at, created_at) VALUES (?, 's', '', '', ?, 0)",
          )
          .run(name, verifiedAt);
        claimMailDomain(system, { name, workspaceId: id, now: 0 });
      }
      const reports = (id: string) =>
        desk.data.db(id).prepare("SELECT domain FROM dmarc_report").pluck().all();
      const to = "dmarc@mail.host.example";
      const begin = Math.floor(desk.now.value / 1_000);

      await desk.deliver(to, mail(gzipSync(dmarcXml({ begin, domain: "acme.example" }))));
      expect(reports(desk.workspaceId)).toEqual(["acme.example"]);
      expect(reports(squatter)).toEqual([]);
      expect(desk.kept(INSTANCE_INBOX)).toEqual([]);

      await desk.deliver(to, mail(gzipSync(dmarcXml({ begin, domain: "else.example" }))));
      expect(desk.kept(INSTANCE_INBOX).map(({ said }) => said)).toEqual([
        "The report is about else.example, and no workspace has proved that it owns this domain.",
      ]);
    } finally {
      await desk.close();
    }
  });

  test("reports older than 400 days are removed", async () => {
    const desk = await newInboundDesk();
    try {
      desk.data
        .db(desk.workspaceId)
        .exec(
          "INSERT INTO sending_domain (name, dkim_selector, dkim_private, dkim_public, created_at) VALUES ('news.acme.example', 's', '', '', 0)",
        );
      const dmarc = new DmarcDesk(desk.data.databases, () => desk.now.value);
      const at = (day: number) => Math.floor(desk.now.value / 1_000) + day * 86_400;
      const take = (id: string, day: number) =>
        dmarc.take(desk.workspaceId, Buffer.from(dmarcXml({ id, begin: at(day) })));

      expect(take("old", -399)).toMatchObject({ kind: "kept", messages: 100 });
      desk.now.value += 2 * 86_400_000;
      take("new", 0);

      expect(
        desk.data.db(desk.workspaceId).prepare("SELECT report_id FROM dmarc_report").all(),
      ).toEqual([{ report_id: "new" }]);
    } finally {
      await desk.close();
    }
  });
});
