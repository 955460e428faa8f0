import type { Recipient, Rendered } from "../types.ts";
import type { CompiledCampaign } from "./compile.ts";
import { prepareSigned, type SigningKey } from "./dkim.ts";
import type { MessageOptions } from "./message.ts";
import type { FromSigner, ToSigner } from "./signer-messages.ts";

const DIGEST_BYTES = 32;
// A compromise: small, so that the last digest of a batch waits only a few ms; large, so that messaging costs little
// compared with signing.
const MAX_BATCH = 16;
// One batch being signed and one waiting keep a thread busy.
const MAX_BATCHES_PER_THREAD = 2;
const RESTART_AFTER_MS = 1_000;

type Waiting = {
  key: SigningKey;
  digest: Uint8Array;
  resolve(signature: Uint8Array): void;
  reject(reason: Error): void;
};
type Thread = {
  worker: Worker;
  keys: Set<string>;
  batches: Map<number, Waiting[]>;
  /**
   * False until the first answer. A thread that dies before that might fail again at once, so it is restarted later.
   */
  hasAnswered: boolean;
};

/** Threads that compute RSA signatures, so that signing does not delay the sockets. */
export type Signer = {
  /**
   * Signs a digest of `prepareSigned`. Rejects when the key cannot sign, a thread died or the pool was closed; the
   * message must then not be sent.
   */
  sign(key: SigningKey, digest: Uint8Array): Promise<Uint8Array>;
  /** Ends the threads and rejects pending requests. */
  close(): void;
};

/**
 * Starts the pool. This is the only place that starts `signer.worker.ts`.
 *
 * @param threads Number of threads; one per core is best.
 * @param openWorker Opens one thread; tests pass one that dies.
 */
export function createSigner(threads: number, openWorker: () => Worker = openSigner): Signer {
  const pool: Thread[] = [];
  const queue: Waiting[] = [];
  let nextBatch = 1;
  let isScheduled = false;
  let isClosed = false;

  const schedule = () => {
    if (!isScheduled) {
      isScheduled = true;
      // Digests of the same tick are sent as one batch.
      queueMicrotask(() => {
        isScheduled = false;
        dispatch();
      });
    }
  };
  const dispatch = () => {
    while (queue.length > 0) {
      const thread = idlest(pool);
      if (thread === undefined || thread.batches.size >= MAX_BATCHES_PER_THREAD) {
        return;
      }
      sendBatch(thread, takeBatch(queue), nextBatch++);
    }
  };
  const start = () => {
    if (!isClosed) {
      pool.push(watch(openWorker(), dispatch, bury));
      schedule();
    }
  };
  const bury = (thread: Thread, reason: string) => {
    const index = pool.indexOf(thread);
    if (index < 0) {
      return;
    }
    pool.splice(index, 1);
    rejectAll([...thread.batches.values()].flat(), reason);
    if (pool.length === 0) {
      rejectAll(queue.splice(0), reason);
    }
    setTimeout(start, thread.hasAnswered ? 0 : RESTART_AFTER_MS);
  };
  for (let i = 0; i < Math.max(1, threads); i++) {
    start();
  }
  return {
    sign(key, digest) {
      if (pool.length === 0) {
        return Promise.reject(
          new Error(isClosed ? "the signer is closed" : "the signer has no thread now"),
        );
      }
      return new Promise((resolve, reject) => {
        queue.push({ key, digest, resolve, reject });
        schedule();
      });
    },
    close() {
      isClosed = true;
      for (const { worker, batches } of pool.splice(0)) {
        worker.terminate();
        rejectAll([...batches.values()].flat(), "the signer is closed");
      }
      rejectAll(queue.splice(0), "the signer is closed");
    },
  };
}

function openSigner(): Worker {
  return new Worker(new URL("./signer.worker.ts", import.meta.url).href);
}

function watch(
  worker: Worker,
  onRoom: () => void,
  onDeath: (thread: Thread, reason: string) => void,
): Thread {
  const thread: Thread = { worker, keys: new Set(), batches: new Map(), hasAnswered: false };
  worker.onmessage = ({ data }: MessageEvent<FromSigner>) => {
    thread.hasAnswered = true;
    settle(thread, data);
    onRoom();
  };
  worker.onerror = (event) => {
    worker.terminate();
    onDeath(thread, `a signer thread failed: ${event.message}`);
  };
  return thread;
}

function idlest(pool: Thread[]): Thread | undefined {
  let best = pool[0];
  for (const thread of pool) {
    if (best === undefined || thread.batches.size < best.batches.size) {
      best = thread;
    }
  }
  return best;
}

// The first digest in the queue and the digests directly after it that have the same key.
function takeBatch(queue: Waiting[]): Waiting[] {
  const keyId = queue[0]?.key.id;
  let count = 0;
  while (count < MAX_BATCH && queue[count]?.key.id === keyId && count < queue.length) {
    count++;
  }
  return queue.splice(0, count);
}

function sendBatch(thread: Thread, batch: Waiting[], number: number): void {
  const key = batch[0]?.key;
  if (key === undefined) {
    return;
  }
  const post = (message: ToSigner) => thread.worker.postMessage(message);
  if (!thread.keys.has(key.id)) {
    thread.keys.add(key.id);
    post({ kind: "key", keyId: key.id, privateKeyPem: key.privateKeyPem });
  }
  const digests = new Uint8Array(batch.length * DIGEST_BYTES);
  batch.forEach((waiting, index) => {
    digests.set(waiting.digest, index * DIGEST_BYTES);
  });
  thread.batches.set(number, batch);
  post({ kind: "sign", batch: number, keyId: key.id, digests });
}

function settle(thread: Thread, answer: FromSigner): void {
  const batch = thread.batches.get(answer.batch) ?? [];
  thread.batches.delete(answer.batch);
  if (answer.kind === "failed") {
    rejectAll(batch, answer.error);
    return;
  }
  const size = batch[0]?.key.signatureBytes ?? 0;
  if (answer.signatures.length !== size * batch.length) {
    rejectAll(batch, "a signer thread sent signatures of the wrong length");
    return;
  }
  batch.forEach((waiting, index) => {
    waiting.resolve(answer.signatures.subarray(index * size, (index + 1) * size));
  });
}

function rejectAll(waiting: Waiting[], reason: string): void {
  for (const { reject } of waiting) {
    reject(new Error(reason));
  }
}

/**
 * Renders and signs a message. Fails closed: it never returns an unsigned message.
 *
 * @throws the errors of `draftMessage` and `Signer.sign`.
 */
export async function renderSigned(
  campaign: CompiledCampaign,
  recipient: Recipient,
  options: MessageOptions,
  signing: { key: SigningKey; signer: Signer },
): Promise<Rendered> {
  const message = prepareSigned(campaign, recipient, options, signing.key);
  return message.finish(await signing.signer.sign(signing.key, message.digest));
}
