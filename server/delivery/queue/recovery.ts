import { openJournal } from "../../platform/journal/writer.ts";
import type { DotFact, ResultFact } from "../facts.ts";

const EXPLANATION =
  "The process ended after the final dot, or its journal was lost, before the server's answer was known: the message may have arrived.";

/**
 * Says of each of these messages that it is ambiguous: one durable result each. Those of `dots` go out again with the
 * same Message-ID, or are held where their campaign wants a person to decide. Those of `unknown` are held.
 *
 * To be called while nobody else writes the stream. A crash in the middle leaves some dots without a
 * result, and the next start says it of those.
 */
export async function recordAmbiguous(
  stream: { dir: string; above: number },
  dots: readonly DotFact[],
  unknown: readonly DotFact[],
): Promise<void> {
  const results = [...dots.map(askedResult), ...unknown.map(heldResult)];
  if (results.length === 0) {
    return;
  }
  const journal = openJournal(stream);
  try {
    await Promise.all(results.map((result) => journal.append(JSON.stringify(result))));
  } finally {
    await journal.close();
  }
}

/** The result of a message of which nobody knows whether it was sent: it waits for a person. */
export function heldResult(dot: DotFact): ResultFact {
  return { ...ambiguous(dot), st: "held" };
}

function askedResult(dot: DotFact): ResultFact {
  return { ...ambiguous(dot), st: "deferred", due: dot.at, ask: 1 };
}

function ambiguous(dot: DotFact): Omit<ResultFact, "st"> {
  return {
    k: "result",
    w: dot.w,
    c: dot.c,
    s: dot.s,
    // The lease died with its process; the message's own chunk is found by its seq.
    ch: 0,
    ep: 0,
    at: dot.at,
    oc: "ambiguous",
    cat: "ambiguous",
    n: 1,
    stage: "dot",
    text: EXPLANATION,
  };
}
