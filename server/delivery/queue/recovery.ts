import { openJournal } from "../../platform/journal/writer.ts";
import type { DotFact, ResultFact } from "../facts.ts";

const EXPLANATION =
  "The process ended after the final dot, or its journal was lost, before the server's reply was recorded. The message may have arrived.";

/**
 * Records each of these messages as ambiguous, with one durable result each. Those in `dots` are sent again with the
 * same Message-ID, or held if their campaign's setting says so. Those in `unknown` are held.
 *
 * Call it only while no other writer uses the stream. A crash midway leaves some dots without a result; the next start
 * records those.
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

/** The result of a message that may have been sent: it is held for a person to decide. */
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
    // The lease ended with its process; the ingester finds the message's chunk by its seq.
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
