// Opens inboxes as fast as it can, at the same time as other threads.
import { openDatabases } from "../../server/platform/db/databases.ts";

declare const self: Worker;

type Order = { dataDir: string; ids: string[]; barrier: SharedArrayBuffer; threads: number };

self.onmessage = ({ data }: MessageEvent<Order>) => {
  const { dataDir, ids, barrier, threads } = data;
  const arrived = new Int32Array(barrier);
  const databases = openDatabases(dataDir);
  ids.forEach((id, round) => {
    Atomics.add(arrived, 0, 1);
    while (Atomics.load(arrived, 0) < threads * (round + 1)) {
      // All threads must open this inbox now.
    }
    databases
      .inbox(id)
      .prepare(
        `INSERT INTO test_message (received_at, envelope_from, envelope_to, message_id, subject, size_bytes, raw)
         VALUES (0, '', '', '', '', 0, x'')`,
      )
      .run();
  });
  self.postMessage("done");
  databases.close();
};
