import type { Journal } from "../../platform/journal/writer.ts";
import { log } from "../../platform/log.ts";
import type { Caller } from "../../platform/workers/channel.ts";
import type { OutsideFact } from "../facts.ts";
import type { DeliveryMethods, OptOut, WriterMethods } from "../protocol.ts";

type Parts = {
  writer: Caller<WriterMethods>;
  delivery: Caller<DeliveryMethods>;
  web: Journal;
};

/**
 * Records facts from recipients and their servers. An unsubscribe or complaint is known to delivery before it is
 * acknowledged, and in the database a moment later. Each one has a number, so that undoing an earlier one never undoes
 * a later one that is not in the database yet.
 */
export class OutsideFacts {
  readonly #parts: Parts;
  #said = 0;
  /** All facts up to this number are in the journal, or were rejected. */
  #kept = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** See `Delivery.recordFact`. */
  async record(fact: OutsideFact): Promise<void> {
    const { delivery, web } = this.#parts;
    const text = JSON.stringify(fact);
    const says = optOutOf(fact);
    if (says === undefined) {
      await web.append(text);
      return;
    }
    this.#said += 1;
    const number = this.#said;
    // Wait for the reply: before the fact is acknowledged, the thread that writes the dots must know about it. A
    // one-way message could arrive after that thread has handled a server's reply and started the next message.
    const known = delivery.call("optedOut", { ...says, number });
    const kept = web.append(text).then(() => {
      this.#kept = Math.max(this.#kept, number);
    });
    await Promise.all([kept, known]);
  }

  /**
   * See `Delivery.resubscribed`. If the database cannot catch up, none of the messages in hand are sent to the address.
   */
  async resubscribed(workspaceId: string, address: string): Promise<void> {
    const { writer, delivery } = this.#parts;
    const upTo = this.#kept;
    try {
      if (await writer.call("catchUp", { workspaceId })) {
        await delivery.call("resubscribed", { workspaceId, address, upTo });
      }
    } catch (error) {
      log.warn({ workspaceId, err: error }, "a contact who has resubscribed is not mailed yet");
    }
  }
}

/** The recipient that a fact forbids to mail; undefined for other facts. */
function optOutOf(fact: OutsideFact): Omit<OptOut, "number"> | undefined {
  if (fact.k !== "unsubscribe" && fact.k !== "complaint") {
    return undefined;
  }
  const message = { workspaceId: fact.w, campaignId: fact.c, seq: fact.s };
  return fact.k === "complaint"
    ? { ...message, why: "complaint" }
    : { ...message, why: "unsubscribed", contactId: fact.ct, address: fact.a };
}
