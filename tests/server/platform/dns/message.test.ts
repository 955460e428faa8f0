import { expect, test } from "bun:test";
import { decode } from "dns-packet";
import fc from "fast-check";
import { encodeQuery, hostName, readResponse } from "../../../../server/platform/dns/message.ts";
import { systemServers } from "../../../../server/platform/dns/system-servers.ts";
import { parseServer } from "../../../../server/platform/dns/transport.ts";
import { respond } from "../../../support/dns-server.ts";

const question = { name: "a.example", type: "MX" } as const;
const query = decode(Buffer.from(encodeQuery(7, question, true)));
const records = [
  { type: "MX" as const, name: "a.example", ttl: 300, data: { preference: 5, exchange: "m.a" } },
  { type: "CNAME" as const, name: "b.example", ttl: 300, data: "a.example" },
];

test("noise is not an answer and never throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      const read = readResponse(bytes, 7, question);
      // Only the id may match by chance; noise never yields a record.
      expect(read === undefined || read.kind !== "found").toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("a real answer with changed or missing bytes is read, refused or ignored, without an exception", () => {
  const whole = respond(query, { answers: records });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }),
      fc.nat(whole.length),
      (changes, length) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, value] of changes) {
          bytes[at] = value;
        }
        const read = readResponse(bytes.subarray(0, length), 7, question);
        if (read?.kind === "found") {
          expect(read.ttlSeconds).toBeWithin(0, 2 ** 31);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

test("a compression pointer to itself ends", () => {
  const bytes = Buffer.from(respond(query, { answers: records }));
  // The first answer's name becomes a pointer to its own position.
  bytes.writeUInt16BE(0xc000 + 12 + 15, 12 + 15);

  expect(readResponse(bytes, 7, question)?.kind).not.toBe("found");
});

test("circular aliases end", () => {
  const loop = (name: string, data: string) => ({ type: "CNAME" as const, name, ttl: 60, data });
  const bytes = respond(query, {
    answers: [loop("a.example", "b.example"), loop("b.example", "a.example")],
  });

  expect(readResponse(bytes, 7, question)?.kind).toBe("no_data");
});

test("a TTL with its first bit set counts as zero", () => {
  const bytes = respond(query, {
    answers: [{ ...records[0], ttl: 0xffffffff } as (typeof records)[0]],
  });

  expect(readResponse(bytes, 7, question)).toMatchObject({ kind: "found", ttlSeconds: 0 });
});

test("a query announces larger packets, except to an old server", () => {
  expect(query.additionals?.[0]?.type).toBe("OPT");
  expect(decode(Buffer.from(encodeQuery(7, question, false))).additionals).toEqual([]);
});

test("host names are queried as A-labels, and invalid ones are not queried", () => {
  expect(hostName("MX1.Example.ORG.")).toBe("mx1.example.org");
  expect(hostName("bücher.example")).toBe("xn--bcher-kva.example");
  for (const wrong of [
    "",
    ".",
    "a..b",
    "192.0.2.1",
    "-a.example",
    "a b.example",
    `${"a".repeat(64)}.b`,
    "a\u0000.b",
  ]) {
    expect(hostName(wrong)).toBeUndefined();
  }
});

test("servers are parsed with and without a port, IPv4 and IPv6, and nothing else", () => {
  expect(parseServer("192.0.2.1")).toEqual({ address: "192.0.2.1", port: 53 });
  expect(parseServer("127.0.0.1:5353")).toEqual({ address: "127.0.0.1", port: 5353 });
  expect(parseServer("::1")).toEqual({ address: "::1", port: 53 });
  expect(parseServer("[2001:db8::1]:54")).toEqual({ address: "2001:db8::1", port: 54 });
  for (const wrong of ["", "dns.example", "1.2.3", "1.2.3.4:99999", "[::1"]) {
    expect(() => parseServer(wrong)).toThrow("is not the address of a name server");
  }
});

test("the system's servers are read from resolv.conf; without it this machine is asked", async () => {
  const file = `${import.meta.dir}/resolv-${crypto.randomUUID()}.conf`;
  await Bun.write(
    file,
    "# search x\nnameserver 192.0.2.53\n nameserver ::1\nnameserver nonsense\n",
  );
  try {
    expect(systemServers(file)).toEqual([
      { address: "192.0.2.53", port: 53 },
      { address: "::1", port: 53 },
    ]);
  } finally {
    await Bun.file(file).delete();
  }
  expect(systemServers(file)).toEqual([{ address: "127.0.0.1", port: 53 }]);
});
