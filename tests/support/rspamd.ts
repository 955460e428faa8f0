import { createSocket } from "node:dgram";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

/** rspamd's verdict on a message: its symbols with the score each adds. */
export type SpamVerdict = { score: number; symbols: Record<string, { score: number }> };

export type Rspamd = {
  /** @param to Envelope recipient. @param from Envelope sender. */
  check(raw: Uint8Array, envelope: { from: string; to: string }): Promise<SpamVerdict>;
  stop(): Promise<void>;
};

/** Modules that query other services or remember earlier mail. They say nothing about the form of the message. */
const OTHERS = [
  ...["antivirus", "arc", "asn", "bimi", "clickhouse", "dcc", "dkim", "dkim_signing", "dmarc"],
  ...["elastic", "external_relay", "external_services", "fuzzy_check", "greylist", "hfilter"],
  ...[
    "history_redis",
    "mx_check",
    "neural",
    "once_received",
    "p0f",
    "ratelimit",
    "rbl",
    "redis",
    "replies",
  ],
  ...["reputation", "rspamd_update", "spamtrap", "spf", "surbl", "url_redirector"],
];

/**
 * Starts Debian's rspamd with the rules it ships, on a free loopback port, in a folder of its own. It uses our own
 * resolver, for which no name exists, so no query leaves the machine.
 *
 * @throws Error with its output when it does not answer within 15 s.
 */
export async function startRspamd(): Promise<Rspamd> {
  const home = mkdtempSync(join(tmpdir(), "swiftmail-rspamd-"));
  chmodSync(home, 0o777);
  const port = await freePort();
  const dns = await startEmptyDns();
  writeConfiguration(home, port, dns.port);
  const asUser = process.getuid?.() === 0 ? ["-u", "_rspamd", "-g", "_rspamd"] : [];
  const folders = ["LOCAL_CONFDIR", "DBDIR", "RUNDIR", "LOGDIR"].flatMap((name) => [
    "--var",
    `${name}=${home}`,
  ]);
  const daemon = Bun.spawn(
    ["/usr/bin/rspamd", "-f", ...asUser, "-c", join(home, "rspamd.conf"), ...folders],
    { stdin: "ignore", stdout: "ignore", stderr: "pipe", detached: true },
  );
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    // Its workers are in their own process group and would otherwise outlive it.
    process.kill(-daemon.pid, "SIGKILL");
    await daemon.exited;
    dns.close();
    rmSync(home, { recursive: true, force: true });
  };
  await untilAnswering(`${url}/ping`).catch(async (error: unknown) => {
    await stop();
    throw new Error(`rspamd: ${await new Response(daemon.stderr).text()}`, { cause: error });
  });
  return {
    async check(raw, { from, to }) {
      const response = await fetch(`${url}/checkv2`, {
        method: "POST",
        body: raw as Uint8Array<ArrayBuffer>,
        headers: { From: from, Rcpt: to, IP: "192.0.2.10", Helo: "mail.acme.example" },
      });
      if (!response.ok) {
        throw new Error(`rspamd answered ${response.status}: ${await response.text()}`);
      }
      return (await response.json()) as SpamVerdict;
    },
    stop,
  };
}

function writeConfiguration(home: string, port: number, dnsPort: number): void {
  mkdirSync(join(home, "local.d"));
  for (const name of OTHERS) {
    writeFileSync(join(home, "local.d", `${name}.conf`), "enabled = false;\n");
  }
  writeFileSync(
    join(home, "rspamd.conf"),
    `.include "$CONFDIR/common.conf"
options {
  pidfile = "$RUNDIR/rspamd.pid";
  .include "$CONFDIR/options.inc"
  dns { nameserver = ["127.0.0.1:${dnsPort}:1"]; timeout = 1s; retransmits = 1; }
  cache_file = "$DBDIR/symbols.cache";
  disable_hyperscan = true;
  map_watch_interval = 1h;
}
logging { type = "console"; level = "error"; }
worker "normal" { bind_socket = "127.0.0.1:${port}"; count = 1; }
`,
  );
}

async function untilAnswering(url: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await fetch(url);
      return;
    } catch (error) {
      if (attempt === 600) {
        throw error;
      }
      await Bun.sleep(100);
    }
  }
}

/** A resolver for which no name exists. */
function startEmptyDns(): Promise<{ port: number; close(): void }> {
  const socket = createSocket("udp4");
  socket.on("message", (query, peer) => {
    const answer = Buffer.from(query);
    // QR and RA set, RCODE 3 (NXDOMAIN): RFC 1035 §4.1.1.
    answer[2] = (answer[2] ?? 0) | 0x80;
    answer[3] = 0x83;
    socket.send(answer, peer.port, peer.address);
  });
  return new Promise((resolve) => {
    socket.bind(0, "127.0.0.1", () =>
      resolve({ port: socket.address().port, close: () => socket.close() }),
    );
  });
}
