import type { Fact, MessageRef } from "../delivery/index.ts";
import type { Clock } from "../platform/clock.ts";
import { log } from "../platform/log.ts";
import { type Destination, type Directory, isRefused } from "./directory.ts";
import type { DmarcIntake } from "./dmarc/dmarc-desk.ts";
import type { IncomingMail } from "./mailbox.ts";
import { findNamedMessage } from "./named-message.ts";
import { INSTANCE_INBOX, type ReceivedBox, type Understood } from "./received.ts";
import { isReport, isVacationNote } from "./report/auto-reply.ts";
import { classifyMail, type MailClass } from "./report/classify-mail.ts";
import { type MailParts, readMailParts } from "./report/mail-parts.ts";
import { saysUnsubscribe } from "./report/unsubscribe-mail.ts";

/** The facts that incoming mail can produce. */
export type InboundFact = Extract<Fact, { k: "bounce" | "complaint" | "unsubscribe" }>;

/** Decides what happens to mail from outside. */
export type Desk = {
  /** The reason to refuse mail to this address; undefined when it is accepted. */
  refusal(recipient: string): string | undefined;
  /**
   * Processes the message. Resolves when the result is durable.
   *
   * @throws when it cannot be stored; the sending server then tries again.
   */
  take(mail: IncomingMail): Promise<void>;
};

export type DeskOptions = {
  directory: Directory;
  box: ReceivedBox;
  dmarc: DmarcIntake;
  clock: Clock;
  /** Resolves when the fact is durable, rejects when it cannot be stored. */
  recordFact: (fact: InboundFact) => Promise<void>;
};

/**
 * Creates the desk. A bounce or complaint is first recorded as a durable fact, then stored as a copy for people to
 * read.
 */
export function openDesk(options: DeskOptions): Desk {
  const { directory } = options;
  // Parses a message to several recipients only once; the result is freed with the message.
  const partsOf = new WeakMap<Buffer, Promise<MailParts>>();
  const read = (raw: Buffer): Promise<MailParts> => {
    const parts = partsOf.get(raw) ?? readMailParts(raw);
    partsOf.set(raw, parts);
    return parts;
  };
  return {
    refusal(recipient) {
      const found = directory.find(recipient);
      return isRefused(found) ? found.refused : undefined;
    },
    async take(mail) {
      const destination = directory.find(mail.envelopeTo);
      if (isRefused(destination)) {
        return;
      }
      if (destination.kind === "role" && destination.role === "dmarc") {
        await takeDmarc(options, destination.workspaceIds, mail);
        return;
      }
      const parts = await read(mail.raw);
      if (destination.kind === "unsubscribe") {
        await takeUnsubscribe(options, destination.message, mail, parts);
      } else {
        await takeMail(options, destination, mail, parts);
      }
    },
  };
}

/**
 * Stores a DMARC report. A message that contains none, or none of this workspace's, is stored as mail with the reason.
 */
async function takeDmarc(
  options: DeskOptions,
  workspaceIds: readonly string[],
  mail: IncomingMail,
): Promise<void> {
  const isForInstance = workspaceIds.length === 0;
  const boxes = isForInstance ? [INSTANCE_INBOX] : workspaceIds;
  const outcomes = isForInstance
    ? [await options.dmarc.takeInstanceMail(mail.raw)]
    : await options.dmarc.takeMail(workspaceIds, mail.raw);
  for (const [index, workspaceId] of boxes.entries()) {
    const outcome = outcomes[index];
    if (outcome?.kind === "refused") {
      options.box.add(workspaceId, mail, { kind: "role", said: outcome.why.text });
    }
  }
}

type Found = Exclude<Destination, { kind: "unsubscribe" }>;

async function takeMail(
  options: DeskOptions,
  destination: Found,
  mail: IncomingMail,
  parts: MailParts,
): Promise<void> {
  const own = destination.kind === "bounce" ? destination.message : undefined;
  const expected = own === undefined ? "" : options.directory.addressOf(own);
  const what = asComplaint(
    options.directory,
    destination,
    parts,
    classifyMail(parts, mail.envelopeFrom, expected),
  );
  const isAboutMessage = what.kind === "bounce" || what.kind === "complaint";
  // The token in the recipient address is authenticated. The report's own contents are used only when there is no
  // token.
  const named =
    own ?? (isAboutMessage ? findNamedMessage(options.directory, parts, what) : undefined);
  const message = named !== undefined && options.directory.isRecent(named) ? named : undefined;
  const fact = message && factOf(message, what, options.clock());
  if (fact !== undefined) {
    await options.recordFact(fact);
  }
  const understood: Understood = {
    kind: destination.kind === "role" && what.kind === "reply" ? "role" : what.kind,
    message,
    said: wordsOf(what, isAboutMessage && message === undefined),
  };
  for (const workspaceId of boxesOf(destination, message)) {
    keepCopy(options, workspaceId, mail, understood, fact !== undefined);
  }
}

/**
 * Mail to abuse@ or a feedback address that encloses one of our messages is a complaint about it, in whatever format;
 * the tokens in the enclosed message prove that it is ours.
 */
function asComplaint(
  directory: Directory,
  destination: Found,
  parts: MailParts,
  what: MailClass,
): MailClass {
  const isForComplaints =
    destination.kind === "role" &&
    (destination.role === "abuse" || destination.role === "feedback");
  if (!isForComplaints || what.kind === "bounce" || what.kind === "complaint") {
    return what;
  }
  const complaint: MailClass = {
    kind: "complaint",
    complaint: { kind: "abuse", address: "", mailFrom: "" },
  };
  const saysWanted = parts.feedbackReport !== undefined;
  const isOurs = !saysWanted && findNamedMessage(directory, parts, complaint) !== undefined;
  return isOurs ? complaint : what;
}

/** The inboxes that store the mail: of the message's workspace, or else of the address's workspaces. */
function boxesOf(destination: Found, message: MessageRef | undefined): string[] {
  if (message !== undefined) {
    return [message.workspaceId];
  }
  if (destination.kind === "bounce") {
    return [destination.message.workspaceId];
  }
  return destination.workspaceIds.length === 0 ? [INSTANCE_INBOX] : destination.workspaceIds;
}

async function takeUnsubscribe(
  options: DeskOptions,
  message: MessageRef,
  mail: IncomingMail,
  parts: MailParts,
): Promise<void> {
  const what = classifyMail(parts, mail.envelopeFrom, "");
  const at = options.clock();
  const fact =
    what.kind === "complaint"
      ? factOf(message, what, at)
      : unsubscribeFactOf(message, what, parts, at);
  if (fact !== undefined) {
    await options.recordFact(fact);
  }
  const kind = fact === undefined ? "report" : fact.k === "complaint" ? "complaint" : "unsubscribe";
  const said = fact?.k === "complaint" ? wordsOf(what, false) : "";
  keepCopy(options, message.workspaceId, mail, { kind, message, said }, fact !== undefined);
}

/**
 * The unsubscribe fact for mail to an unsubscribe address; undefined for a report or a vacation note. The address has
 * no other purpose, and mail clients write to it in many forms, with an empty sender or marked as automatic. If it is
 * unclear what the mail means, it counts as an unsubscribe.
 */
function unsubscribeFactOf(
  { workspaceId: w, campaignId: c, seq: s }: MessageRef,
  what: MailClass,
  parts: MailParts,
  at: number,
): InboundFact | undefined {
  const isNote = isReport(parts.head) || isVacationNote(parts.head);
  return what.kind === "bounce" || (isNote && !saysUnsubscribe(parts.head))
    ? undefined
    : { k: "unsubscribe", w, c, s, at, via: "mailto", ip: "", ua: "" };
}

/** Once the fact is durable, a failure to store the copy must not make the sender repeat the message. */
function keepCopy(
  { box }: DeskOptions,
  workspaceId: string,
  mail: IncomingMail,
  understood: Understood,
  isDone: boolean,
): void {
  try {
    box.add(workspaceId, mail, understood);
  } catch (error) {
    if (!isDone) {
      throw error;
    }
    log.warn(
      { workspaceId, kind: understood.kind, err: error },
      "the copy of a report could not be stored",
    );
  }
}

function factOf(message: MessageRef, what: MailClass, at: number): InboundFact | undefined {
  const { workspaceId: w, campaignId: c, seq: s } = message;
  if (what.kind === "bounce") {
    const { action, code, enh, text, address } = what.bounce;
    const about = address === "" ? {} : { address };
    return { k: "bounce", w, c, s, at, via: "dsn", action, code, enh, text, ...about };
  }
  if (what.kind === "complaint") {
    const { kind, address } = what.complaint;
    const about = address === "" ? {} : { address };
    return { k: "complaint", w, c, s, at, via: "arf", kind, ...about };
  }
  return undefined;
}

function wordsOf(what: MailClass, isUnknown: boolean): string {
  const words =
    what.kind === "bounce"
      ? `${what.bounce.action === "delayed" ? "Delayed: " : ""}${what.bounce.text}`
      : what.kind === "complaint"
        ? `Complaint: ${what.complaint.kind}`
        : "";
  return isUnknown
    ? `${words} (not about a message of this instance, or about an old one)`.trim()
    : words;
}
