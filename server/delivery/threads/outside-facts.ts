import type { Journal } from "../../platform/journal/writer.ts";
import { log } from "../../platform/log.ts";
import type { Caller } from "../../platform/workers/channel.ts";
import type { OutsideFact } from "../facts.ts";
import type { DeliveryMethods, TurnedAway, WriterMethods } from "../protocol.ts";

type Parts = {
  writer: Caller<WriterMethods>;
  delivery: Caller<DeliveryMethods>;
  web: Journal;
};

/**
 * Takes what recipients and their servers say. That somebody wants no more mail is known to delivery before it is
 * acknowledged, and to the database a moment later. Each no has a number, so that taking an earlier one back never
 * takes back one that is on its way.
 */
export class OutsideFacts {
  readonly #parts: Parts;
  #said = 0;
  /** All up to this one are in the journal, or were refused. */
  #kept = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** As `Delivery.recordFact`. */
  async record(fact: OutsideFact): Promise<void> {
    const { delivery, web } = this.#parts;
    const text = JSON.stringify(fact);
    const says = noMoreMail(fact);
    if (says === undefined) {
      await web.append(text);
      return;
    }
    this.#said += 1;
    const number = this.#said;
    // Not only told but answered: what is acknowledged must be known to the thread that writes the dots, and a
    // message to it can be overtaken by a server's reply.
    const known = delivery.call("turnedAway", { ...says, number });
    const kept = web.append(text).then(() => {
      this.#kept = Math.max(this.#kept, number);
    });
    await Promise.all([kept, known]);
  }

  /** As `Delivery.resubscribed`. Where the database cannot catch up, the address gets nothing from what is in hand. */
  async resubscribed(workspaceId: string, address: string): Promise<void> {
    const { writer, delivery } = this.#parts;
    const upTo = this.#kept;
    try {
      if (await writer.call("catchUp", { workspaceId })) {
        await delivery.call("resubscribed", { workspaceId, address, upTo });
      }
    } catch (error) {
      log.warn({ workspaceId, err: error }, "somebody who came back is not mailed yet");
    }
  }
}

/** Whom a fact forbids to mail, when it does. */
function noMoreMail(fact: OutsideFact): Omit<TurnedAway, "number"> | undefined {
  if (fact.k !== "unsubscribe" && fact.k !== "complaint") {
    return undefined;
  }
  const message = { workspaceId: fact.w, campaignId: fact.c, seq: fact.s };
  return fact.k === "complaint"
    ? { ...message, why: "complaint" }
    : { ...message, why: "unsubscribed", contactId: fact.ct, address: fact.a };
}
