import { join } from "node:path";
import { createDue } from "../../server/delivery/queue/due.store.ts";
import { type DeliveryData, newDeliveryData } from "./delivery-data.ts";
import { exactCounts, statusOf } from "./delivery-engine.ts";
import { startTcpSink, type TcpSink } from "./tcp-sink.ts";

export type KillSize = {
  recipients: number;
  workspaces: number;
  kills: number;
  /** Connections of each workspace's route: at most this many messages are past their dot and unanswered. */
  connections: number;
  /** Milliseconds between kills at random times; undefined: kills at random shares of the work. */
  everyMs?: { from: number; to: number };
  onAmbiguous: "resend" | "hold";
  seed: number;
};

export type KillOutcome = {
  /** Recipients whose message never arrived and is not held. */
  lost: string[];
  /** Recipients who got more than one copy. */
  twice: string[];
  /** Recipients in `twice` that no `ambiguous` attempt names. */
  unlisted: string[];
  /** Recipients in `twice` whose copies had different Message-IDs. */
  unlike: string[];
  /** Recipients that an `ambiguous` attempt names. */
  listed: number;
  held: number;
  /** The maximum number of messages past their dot and unanswered at all kills together. */
  unanswered: number;
  /** Disagreements between rows, attempts and counters; empty when there are none. */
  disagreements: string[];
};

type Campaign = { workspaceId: string; id: number; recipients: number };

/** The same in every run, so that a failure can be reproduced. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Sends one campaign in each of several workspaces from a process that is killed (SIGKILL) again and again, then lets
 * it finish. The states of every campaign must add up at every check.
 *
 * @throws Error when they do not.
 */
export async function killScenario(size: KillSize): Promise<KillOutcome> {
  const data = newDeliveryData();
  // Slow enough that some messages are always past their dot and unanswered.
  const sink = startTcpSink({ delayMs: 2 });
  let engine: ReturnType<typeof startEngine> | undefined;
  try {
    const campaigns = launch(data, sink, size);
    const next = random(size.seed);
    for (let kill = 0; kill < size.kills; kill++) {
      engine = startEngine(data);
      await untilKill({ data, sink, campaigns }, size, kill, next);
      engine.kill("SIGKILL");
      await engine.exited;
      look(data, campaigns);
    }
    engine = startEngine(data);
    while (!isOver(data, campaigns)) {
      look(data, campaigns);
      await Bun.sleep(size.recipients > 50_000 ? 250 : 25);
    }
    await Bun.sleep(200);
    return judge(data, sink, campaigns, size);
  } finally {
    engine?.kill("SIGKILL");
    await engine?.exited;
    sink.close();
    data.close();
  }
}

function launch(data: DeliveryData, sink: TcpSink, size: KillSize): Campaign[] {
  const recipients = Math.ceil(size.recipients / size.workspaces);
  const domains = ["gmail.com", "yahoo.com", "acme.example", "web.de"];
  return Array.from({ length: size.workspaces }, (_, i) => {
    const workspaceId = data.newWorkspace();
    data.addContacts(workspaceId, recipients, domains, `w${i}-`);
    const id = data.addCampaign(workspaceId, {
      port: sink.port,
      maxConnections: size.connections,
    });
    data
      .db(workspaceId)
      .prepare("INSERT INTO campaign_sending (campaign_id, on_ambiguous) VALUES (?, ?)")
      .run(id, size.onAmbiguous);
    createDue(data.databases.system, () => data.db(workspaceId), Date.now).lower(
      workspaceId,
      Date.now(),
    );
    return { workspaceId, id, recipients };
  });
}

function startEngine(data: DeliveryData) {
  const script = join(import.meta.dir, "../crash/engine-process.ts");
  return Bun.spawn([process.execPath, script, data.dataDir], {
    stdout: "ignore",
    stderr: "inherit",
    env: { ...process.env, LOG_LEVEL: "error" },
  });
}

async function untilKill(
  { data, sink, campaigns }: { data: DeliveryData; sink: TcpSink; campaigns: Campaign[] },
  size: KillSize,
  kill: number,
  next: () => number,
): Promise<void> {
  if (size.everyMs !== undefined) {
    const { from, to } = size.everyMs;
    await Bun.sleep(from + next() * (to - from));
    return;
  }
  // The first kill happens in or right after the freeze, the others anywhere.
  const share = size.recipients / size.kills;
  const goal = kill === 0 ? 0 : sink.arrived.length + Math.floor(next() * share);
  const first = campaigns[0] as Campaign;
  while (
    !isOver(data, campaigns) &&
    (sink.arrived.length < goal || exactCounts(data, first.workspaceId, first.id).total === 0)
  ) {
    await Bun.sleep(2);
  }
  await Bun.sleep(next() * 40);
}

function look(data: DeliveryData, campaigns: Campaign[]): void {
  for (const { workspaceId, id } of campaigns) {
    exactCounts(data, workspaceId, id);
  }
}

/** True when every campaign is completed, or only waits for a decision about held messages. */
function isOver(data: DeliveryData, campaigns: Campaign[]): boolean {
  return campaigns.every(({ workspaceId, id, recipients }) => {
    if (statusOf(data, workspaceId, id).status === "completed") {
      return true;
    }
    const { held, sent, total } = exactCounts(data, workspaceId, id);
    return held > 0 && total === recipients && held + sent === total;
  });
}

function judge(
  data: DeliveryData,
  sink: TcpSink,
  campaigns: Campaign[],
  size: KillSize,
): KillOutcome {
  const copies = Map.groupBy(sink.arrived, ({ address }) => address);
  const outcome: KillOutcome = {
    lost: [],
    twice: [],
    unlisted: [],
    unlike: [],
    listed: 0,
    held: 0,
    unanswered: size.connections * size.workspaces * size.kills,
    disagreements: [],
  };
  for (const campaign of campaigns) {
    judgeCampaign(data, campaign, copies, outcome);
  }
  // A kill leaves no damage: a half-written record was never acknowledged.
  outcome.disagreements.push(
    ...data.databases.system
      .prepare<[], { path: string; bytes: number }>("SELECT path, bytes FROM damage_notice")
      .all()
      .map(({ path, bytes }) => `${bytes} bytes of the journal were taken for damaged: ${path}`),
  );
  return outcome;
}

function judgeCampaign(
  data: DeliveryData,
  { workspaceId, id, recipients }: Campaign,
  copies: Map<string, TcpSink["arrived"]>,
  outcome: KillOutcome,
): void {
  const db = data.db(workspaceId);
  const listed = new Set(
    db
      .prepare<[], { address: string }>(
        "SELECT address FROM attempt JOIN message USING (campaign_id, seq) WHERE outcome = 'ambiguous'",
      )
      .all()
      .map(({ address }) => address),
  );
  const rows = db.prepare<[], { address: string; state: number }>(
    "SELECT address, state FROM message",
  );
  for (const { address, state } of rows.all()) {
    const arrivals = copies.get(address) ?? [];
    if (arrivals.length === 0 && state !== 2) {
      outcome.lost.push(address);
    }
    if (arrivals.length > 1) {
      outcome.twice.push(address);
      if (!listed.has(address)) {
        outcome.unlisted.push(address);
      }
      if (new Set(arrivals.map(({ messageId }) => messageId)).size > 1) {
        outcome.unlike.push(address);
      }
    }
  }
  outcome.listed += listed.size;
  const { sent, held } = exactCounts(data, workspaceId, id, recipients);
  outcome.held += held;
  outcome.disagreements.push(...disagreements(data, workspaceId, sent));
  const again = db.prepare("SELECT count(*) FROM message WHERE attempts > 1").pluck().get();
  if (held === 0 && again !== listed.size) {
    outcome.disagreements.push(`${again} messages were tried again, and ${listed.size} are listed`);
  }
}

/** Every fact was applied once: rows, attempts and counters, stored separately, agree. */
function disagreements(data: DeliveryData, workspaceId: string, sent: number): string[] {
  const one = (sql: string) => Number(data.db(workspaceId).prepare(sql).pluck().get());
  const sums = {
    "messages in state sent": one("SELECT count(*) FROM message WHERE state = 3"),
    "accepted attempts": one("SELECT count(*) FROM attempt WHERE outcome = 'accepted'"),
    "messages with an accepted attempt": one(
      "SELECT count(DISTINCT seq) FROM attempt WHERE outcome = 'accepted'",
    ),
    "counter of the campaign": one(
      "SELECT n FROM campaign_count WHERE metric = 'sent' AND bucket = 0",
    ),
    "counters by the minute": one(
      "SELECT sum(n) FROM campaign_count WHERE metric = 'sent' AND bucket > 0",
    ),
  };
  return Object.entries(sums)
    .filter(([, n]) => n !== sent)
    .map(([name, n]) => `${name}: ${n}, not ${sent}`);
}
