import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { systemClock } from "../platform/clock.ts";
import { type Databases, openDatabases } from "../platform/db/databases.ts";
import { AppError, because } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import { readKeyRing } from "../platform/secrets.ts";
import { connect, serve } from "../platform/workers/channel.ts";
import { openDesk } from "./desk.ts";
import { isKnownWorkspace } from "./directory.store.ts";
import { Directory } from "./directory.ts";
import { DmarcThread } from "./dmarc/dmarc-thread.ts";
import { type Certificate, type Listener, startListener } from "./listener.ts";
import { type Mailbox, openMailbox } from "./mailbox.ts";
import type { InboundMethods, InboundPorts } from "./protocol.ts";
import { INSTANCE_INBOX, ReceivedBox } from "./received.ts";
import { readInboundSettings } from "./settings.ts";

declare const self: Worker;

type Running = {
  databases: Databases;
  mailbox: Mailbox;
  box: ReceivedBox;
  dmarc: DmarcThread;
  listener: Listener;
};
let running: Running | undefined;

const main = connect<InboundPorts>(self);

const methods: InboundMethods = {
  async start({ dataDir, masterKeyFile, port, host, publicHost }) {
    const databases = openDatabases(dataDir);
    const keyRing = readKeyRing(dataDir, masterKeyFile);
    const mailbox = openMailbox(databases, systemClock);
    const directory = new Directory({ databases, keyRing, clock: systemClock, publicHost });
    const dmarc = new DmarcThread(dataDir);
    const box = new ReceivedBox(databases, systemClock);
    const listener = await startListener({
      port,
      host,
      keyRing,
      mailbox,
      name: readInboundSettings(databases.system).mxHost || publicHost,
      certificate: readCertificate(databases),
      readCertificate: () => readCertificate(databases),
      hasInbox: (id) => id === INSTANCE_INBOX || isKnownWorkspace(databases.system, id),
      desk: openDesk({
        directory,
        box,
        dmarc,
        clock: systemClock,
        recordFact: (fact) => main.call("recordFact", fact),
      }),
    });
    running = { databases, mailbox, box, dmarc, listener };
    return { port: listener.port };
  },
  clear: ({ workspaceId }) => running?.mailbox.clear(workspaceId) ?? 0,
  remove({ workspaceId, box, id }) {
    const from = box === "test" ? running?.mailbox : running?.box;
    return from?.remove(workspaceId, id) ?? false;
  },
  addDmarcReport({ workspaceId, bytes }) {
    if (running === undefined) {
      throw new AppError("unavailable", because("server_starting"));
    }
    return running.dmarc.take(workspaceId, bytes);
  },
  async stop() {
    await running?.listener.close();
    running?.dmarc.close();
    running?.databases.close();
  },
};

/** The configured certificate; undefined, with a log entry, when it cannot be read. */
function readCertificate(databases: Databases): Certificate | undefined {
  const { certFile, keyFile } = readInboundSettings(databases.system);
  if (certFile === "" || keyFile === "") {
    return undefined;
  }
  try {
    const certificate = {
      cert: readFileSync(certFile, "utf8"),
      key: readFileSync(keyFile, "utf8"),
    };
    // During a renewal, certificate and key files may briefly not match.
    createSecureContext(certificate);
    return certificate;
  } catch (error) {
    log.error(
      { certFile, keyFile, err: error },
      "smtp listener: STARTTLS is off, the certificate is unusable",
    );
    return undefined;
  }
}

serve(self, methods, (name, error) =>
  log.error({ method: name, err: error }, "a request to the inbound thread failed"),
);
