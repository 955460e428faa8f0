import { openJournal } from "../../platform/journal/writer.ts";
import type { DotFact, ResultFact } from "../facts.ts";

const EXPLANATION =
  "The process ended after the final dot, or its journal was lost, before the server's answer was known: the message may have arrived.";

/**
 * Says of each dot without a result that its message is ambiguous: one durable result each, which
 * defers the message to now, so that it goes out again with the same Message-ID, or holds it where its
 * campaign wants a person to decide.
 *
 * To be called while nobody else writes the stream. A crash in the middle leaves some dots without a
 * result, and the next start says it of those.
 */
export async function recordAmbiguous(
  stream: { dir: string; above: number },
  dots: readonly DotFact[],
  holds: (dot: DotFact) => boolean,
): Promise<void> {
  if (dots.length === 0) {
    return;
  }
  const journal = openJournal(stream);
  try {
    await Promise.all(
      dots.map((dot) => journal.append(JSON.stringify(ambiguous(dot, holds(dot))))),
    );
  } finally {
    await journal.close();
  }
}

function ambiguous(dot: DotFact, isHeld: boolean): ResultFact {
  return {
    k: "result",
    w: dot.w,
    c: dot.c,
    s: dot.s,
    // The lease died with its process; the message's own chunk is found by its seq.
    ch: 0,
    ep: 0,
    at: dot.at,
    st: isHeld ? "held" : "deferred",
    oc: "ambiguous",
    cat: "ambiguous",
    ...(isHeld ? {} : { due: dot.at }),
    n: 1,
    stage: "dot",
    text: EXPLANATION,
  };
}
