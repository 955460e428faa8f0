import { addressToken, messageIdOf } from "../../server/delivery/tokens.ts";
import { type Desk, type InboundFact, openDesk } from "../../server/inbound/desk.ts";
import { Directory } from "../../server/inbound/directory.ts";
import { DmarcDesk } from "../../server/inbound/dmarc/dmarc-desk.ts";
import { type Listener, startListener } from "../../server/inbound/listener.ts";
import { openMailbox } from "../../server/inbound/mailbox.ts";
import { ReceivedBox } from "../../server/inbound/received.ts";
import { type KeyRing, loadKeyRing } from "../../server/platform/secrets.ts";
import { type DeliveryData, newDeliveryData } from "./delivery-data.ts";
import { openDialogue, type SmtpDialogue } from "./smtp-dialogue.ts";

export const BOUNCE_DOMAIN = "bounce.acme.example";
const DAY_MS = 86_400_000;

/** A listener with a desk on real files: one workspace, and a campaign with messages 1 and 2 sent yesterday. */
export type InboundDesk = {
  data: DeliveryData;
  keyRing: KeyRing;
  directory: Directory;
  desk: Desk;
  listener: Listener;
  workspaceId: string;
  campaignId: number;
  /** Facts that became durable, in order. */
  facts: InboundFact[];
  /** Set to make the journal fail. */
  journal: { fails: boolean };
  now: { value: number };
  /** `b-…@bounce.acme.example` of message `seq`. */
  bounceAddress(seq?: number): string;
  unsubscribeAddress(seq?: number): string;
  messageId(seq?: number): string;
  connect(): Promise<SmtpDialogue>;
  /** Delivers a message; returns the reply to its final dot, or the first refusal. */
  deliver(to: string | string[], raw: string | Uint8Array, from?: string): Promise<string>;
  /** Mail stored for people, oldest first. */
  kept(workspaceId?: string): KeptRow[];
  close(): Promise<void>;
};

export type KeptRow = {
  kind: string;
  campaign_id: number | null;
  seq: number | null;
  said: string;
  subject: string;
  header_from: string;
  raw: Uint8Array;
};

export async function newInboundDesk(): Promise<InboundDesk> {
  const data = newDeliveryData();
  const keyRing = loadKeyRing(data.dataDir);
  const now = { value: Date.now() };
  const journal = { fails: false };
  const facts: InboundFact[] = [];
  const workspaceId = data.newWorkspace();
  const campaignId = data.addCampaign(workspaceId, {
    status: "completed",
    content: { bounceDomain: BOUNCE_DOMAIN },
  });
  const insert = data.db(workspaceId).prepare(
    `INSERT INTO message (campaign_id, seq, contact_id, address, state, changed_at)
       VALUES (?, ?, ?, ?, 3, ?)`,
  );
  for (const seq of [1, 2]) {
    insert.run(campaignId, seq, seq, `r${seq}@reader.example`, now.value - DAY_MS);
  }
  const directory = new Directory({
    databases: data.databases,
    keyRing,
    clock: () => now.value,
    publicHost: "mail.host.example",
  });
  const desk = openDesk({
    directory,
    dmarc: new DmarcDesk(data.databases, () => now.value),
    box: new ReceivedBox(data.databases, () => now.value),
    clock: () => now.value,
    async recordFact(fact) {
      if (journal.fails) {
        throw new Error("the journal is full");
      }
      facts.push(fact);
    },
  });
  const listener = await startListener({
    port: 0,
    host: "127.0.0.1",
    keyRing,
    mailbox: openMailbox(data.databases, Date.now),
    hasInbox: () => true,
    desk,
  });
  const ref = (seq: number) => ({
    workspaceNumber: numberOf(data, workspaceId),
    campaignId,
    seq,
  });
  const dialogues: SmtpDialogue[] = [];
  const connect = async () => {
    const dialogue = await openDialogue(listener.port);
    dialogues.push(dialogue);
    await dialogue.say("EHLO mx.example");
    return dialogue;
  };
  return {
    data,
    keyRing,
    directory,
    desk,
    listener,
    workspaceId,
    campaignId,
    facts,
    journal,
    now,
    bounceAddress: (seq = 1) =>
      `${addressToken(directory.keys, "bounce", ref(seq))}@${BOUNCE_DOMAIN}`,
    unsubscribeAddress: (seq = 1) =>
      `${addressToken(directory.keys, "unsubscribeMail", ref(seq))}@${BOUNCE_DOMAIN}`,
    messageId: (seq = 1) => messageIdOf(directory.keys, ref(seq), "acme.example"),
    connect,
    async deliver(to, raw, from = "") {
      const client = await connect();
      await client.say(`MAIL FROM:<${from}>`);
      for (const recipient of [to].flat()) {
        const reply = await client.say(`RCPT TO:<${recipient}>`);
        if (!reply.startsWith("250")) {
          return reply;
        }
      }
      await client.say("DATA");
      client.write(raw);
      const reply = await client.say("\r\n.");
      client.end();
      return reply;
    },
    kept: (id = workspaceId) =>
      data.databases
        .inbox(id)
        .prepare<[], KeptRow>("SELECT * FROM received_mail ORDER BY id")
        .all(),
    async close() {
      for (const dialogue of dialogues) {
        dialogue.end();
      }
      await listener.close();
      data.close();
    },
  };
}

function numberOf(data: DeliveryData, workspaceId: string): number {
  const row = data.databases.system
    .prepare<[string], { number: number }>("SELECT number FROM workspace WHERE id = ?")
    .get(workspaceId);
  return row?.number ?? 0;
}
