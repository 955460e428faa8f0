import { createSocket, type RemoteInfo } from "node:dgram";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type Answer, decode, encode, type Packet } from "dns-packet";

/** The server's answers for one name. Types that are not given get "no data". */
export type ZoneName = {
  A?: string[];
  AAAA?: string[];
  /** `10 mx1.example.org`; `0 .` is the null MX. */
  MX?: string[];
  TXT?: string[];
  CNAME?: string;
  ttl?: number;
  /** The response code to answer with instead, e.g. 2 for SERVFAIL. */
  rcode?: number;
  /** Do not answer at all. */
  silent?: boolean;
  /** Answer over UDP only that the response does not fit. */
  truncated?: boolean;
};

/** Names in lower case. A name that is missing here does not exist. */
export type Zone = Record<string, ZoneName>;

export type DnsQuery = {
  name: string;
  type: string;
  via: "udp" | "tcp";
  edns: boolean;
  port: number;
};

export type TestDns = {
  /** `127.0.0.1:port`, for `DnsClient`. */
  server: string;
  zone: Zone;
  queries: DnsQuery[];
  /** Packets sent over UDP before the real answer. */
  inject: (query: Packet) => Uint8Array[];
  close: () => Promise<void>;
};

const SOA = {
  mname: "ns.test",
  rname: "hostmaster.test",
  serial: 1,
  refresh: 1,
  retry: 1,
  expire: 1,
};

/** A real DNS server on one free loopback port, UDP and TCP; answers from `zone`, which the test may change. */
export async function startDns(
  zone: Zone,
  options: { negativeTtl?: number; knowsEdns?: boolean } = {},
): Promise<TestDns> {
  const udp = createSocket("udp4");
  const sockets = new Set<Socket>();
  const negativeTtl = options.negativeTtl ?? 300;
  const dns: TestDns = {
    server: "",
    zone,
    queries: [],
    inject: () => [],
    close: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      udp.close();
      await new Promise<void>((resolve) => tcp.close(() => resolve()));
    },
  };
  const answer = (bytes: Buffer, via: "udp" | "tcp", port: number): Uint8Array | undefined => {
    const query = decode(bytes);
    const { name, type } = query.questions?.[0] ?? { name: "", type: "A" };
    const edns = (query.additionals ?? []).some((record) => record.type === "OPT");
    dns.queries.push({ name, type, via, edns, port });
    if (edns && options.knowsEdns === false) {
      return respond(query, { rcode: 1 });
    }
    return zoneAnswer(dns.zone, query, via, negativeTtl);
  };
  udp.on("message", (bytes: Buffer, from: RemoteInfo) => {
    for (const packet of dns.inject(decode(bytes))) {
      udp.send(packet, from.port, from.address);
    }
    const reply = answer(bytes, "udp", from.port);
    if (reply !== undefined) {
      udp.send(reply, from.port, from.address);
    }
  });
  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      const reply = answer(chunk.subarray(2), "tcp", socket.remotePort ?? 0);
      if (reply !== undefined) {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(reply.length);
        socket.write(Buffer.concat([length, reply]));
      }
    });
  });
  const port = await listenOnBoth(udp, tcp);
  dns.server = `127.0.0.1:${port}`;
  return dns;
}

async function listenOnBoth(
  udp: ReturnType<typeof createSocket>,
  tcp: ReturnType<typeof createServer>,
): Promise<number> {
  await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
  const { port } = tcp.address() as AddressInfo;
  await new Promise<void>((resolve, reject) => {
    udp.once("error", reject);
    udp.bind(port, "127.0.0.1", resolve);
  });
  return port;
}

function zoneAnswer(
  zone: Zone,
  query: Packet,
  via: "udp" | "tcp",
  negativeTtl: number,
): Uint8Array | undefined {
  const { name, type } = query.questions?.[0] ?? { name: "", type: "A" as const };
  const own = zone[name.toLowerCase()];
  if (own?.silent === true) {
    return undefined;
  }
  if (own?.rcode !== undefined) {
    return respond(query, { rcode: own.rcode });
  }
  if (own?.truncated === true && via === "udp") {
    return respond(query, { truncated: true });
  }
  const { answers, exists } = recordsOf(zone, name, type);
  const soa: Answer = {
    type: "SOA",
    name: "test",
    ttl: negativeTtl,
    data: { ...SOA, minimum: negativeTtl },
  };
  const authorities = answers.some((record) => record.type === type) ? [] : [soa];
  return respond(query, { rcode: exists ? 0 : 3, answers, authorities });
}

/** The records of a name; an alias is followed, as a recursive server does. */
function recordsOf(zone: Zone, name: string, type: string): { answers: Answer[]; exists: boolean } {
  const own = zone[name.toLowerCase()];
  if (own === undefined) {
    return { answers: [], exists: false };
  }
  const ttl = own.ttl ?? 300;
  if (own.CNAME !== undefined) {
    const alias: Answer = { type: "CNAME", name, ttl, data: own.CNAME };
    const target = recordsOf(zone, own.CNAME, type);
    return { answers: [alias, ...target.answers], exists: target.exists };
  }
  const answers = ((own[type as "A"] ?? []) as string[]).map(
    (data) => ({ type, name, ttl, data: dataOf(type, data) }) as Answer,
  );
  return { answers, exists: true };
}

function dataOf(type: string, text: string): unknown {
  if (type === "MX") {
    const [preference = "0", exchange = "."] = text.split(" ");
    return { preference: Number(preference), exchange };
  }
  if (type === "TXT") {
    return text.match(/.{1,255}/gs) ?? [""];
  }
  return text;
}

/** A packet that answers `query`. */
export function respond(
  query: Packet,
  with_: {
    rcode?: number;
    truncated?: boolean;
    answers?: Answer[];
    authorities?: Answer[];
    id?: number;
  },
): Uint8Array {
  return encode({
    type: "response",
    id: with_.id ?? query.id ?? 0,
    flags: (with_.rcode ?? 0) | (with_.truncated === true ? 0x0200 : 0) | 0x0180,
    questions: query.questions ?? [],
    answers: with_.answers ?? [],
    authorities: with_.authorities ?? [],
  });
}
