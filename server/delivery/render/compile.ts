import { createHash } from "node:crypto";
import { domainToASCII } from "node:url";
import type { TokenKeys } from "../tokens.ts";
import type { CampaignContent } from "../types.ts";
import {
  appendTextFooter,
  asDocument,
  insertAtEnd,
  insertFooter,
  insertPreheader,
} from "./document.ts";
import { encodePhrase, encodeText, type HeaderField, headerField } from "./header-text.ts";
import { secureLinks, trackLinks } from "./links.ts";
import { refuseReservedNames } from "./liquid-engine.ts";
import type { ValueSource } from "./message-state.ts";
import { encodeSegments, type Piece, parseSegments, type Segment } from "./segments.ts";
import { composeSkeleton, type Skeleton } from "./skeleton.ts";

/** A part of a message: as text for previews and the web view, and as encoded pieces for sending. */
export type CompiledPart = { segments: Segment[]; pieces: Piece[] };

/** A campaign ready to be filled in per recipient. Compile it in the thread that renders. */
export type CompiledCampaign = ValueSource & {
  text: CompiledPart;
  html: CompiledPart;
  /** The whole body: MIME skeleton, text pieces and HTML pieces, with adjacent octets merged. */
  body: { piece: Piece; target: "text" | "html" }[];
  fields: {
    from: HeaderField;
    replyTo: HeaderField | undefined;
    /** List-Unsubscribe-Post, List-ID, Feedback-ID, MIME-Version, Content-Type. */
    constant: HeaderField[];
  };
  /** Set when the subject is the same for all recipients. */
  constantSubject: HeaderField | undefined;
};

/**
 * Compiles a campaign: adds footer, preheader, click slots and open pixel, parses the Liquid, composes the MIME
 * skeleton and encodes all static text. Takes about 10 ms, and a few hundred for a megabyte; done once per campaign and
 * thread.
 *
 * @throws TemplateError when the Liquid cannot be parsed.
 * @throws Error when `content.links` are not the links of `content.html` (clicks would lead to the wrong pages), or
 * when a sender address or domain is invalid in a header.
 */
export async function compileCampaign(
  launched: CampaignContent,
  options: { campaignId: number; keys: TokenKeys },
): Promise<CompiledCampaign> {
  checkHeaderValues(launched);
  const { fromEmail, replyTo } = launched;
  const content = { ...launched, fromEmail: withALabel(fromEmail), replyTo: withALabel(replyTo) };
  for (const source of [content.subject, content.preheader, content.html, content.text]) {
    refuseReservedNames(source);
  }
  const constants = new Map([
    ["workspace.name", content.workspace.name],
    ["workspace.postal_address", content.workspace.postalAddress],
    ["campaign.name", content.name],
  ]);
  const subject = parseSegments(content.subject, "text", constants);
  const text = compilePart(finalText(content), "text", constants);
  const html = compilePart(finalHtml(content), "html", constants);
  const skeleton = await composeSkeleton(
    seal(content.workspace.id, String(options.campaignId), content.html).slice(0, 16),
  );
  return {
    content,
    ...options,
    subject,
    parsedLinks: new Map(),
    text,
    html,
    body: joinBody(skeleton, text, html),
    fields: {
      from: headerField("From", mailbox(content.fromName, content.fromEmail)),
      replyTo: content.replyTo === "" ? undefined : headerField("Reply-To", `<${content.replyTo}>`),
      constant: constantFields(content, options.campaignId, skeleton),
    },
    constantSubject: subject.every((segment) => segment.kind === "static")
      ? headerField(
          "Subject",
          encodeText(
            "Subject",
            subject.map((part) => (part.kind === "static" ? part.text : "")).join(""),
          ),
        )
      : undefined,
  };
}

function finalHtml(content: CampaignContent): string {
  const hasAddress = content.workspace.postalAddress.trim() !== "";
  let html = asDocument(content.html);
  html = content.transactional === true ? html : insertFooter(html, hasAddress);
  html = insertPreheader(html, content.preheader);
  html = content.trackClicks ? trackLinks(html, content.links) : secureLinks(html);
  return content.trackOpens ? insertAtEnd(html, "{{ __open | __raw }}") : html;
}

function finalText(content: CampaignContent): string {
  if (content.transactional === true) {
    return content.text;
  }
  return appendTextFooter(content.text, content.workspace.postalAddress.trim() !== "");
}

function compilePart(
  source: string,
  target: "text" | "html",
  constants: ReadonlyMap<string, string>,
): CompiledPart {
  const segments = parseSegments(source, target, constants);
  return { segments, pieces: encodeSegments(segments) };
}

function joinBody(skeleton: Skeleton, text: CompiledPart, html: CompiledPart) {
  const body: CompiledCampaign["body"] = [];
  const add = (piece: Piece, target: "text" | "html") => {
    const last = body.at(-1);
    if (last?.piece instanceof Buffer && piece instanceof Buffer) {
      last.piece = Buffer.concat([last.piece, piece]);
    } else {
      body.push({ piece, target });
    }
  };
  add(Buffer.from(skeleton.beforeText), "text");
  for (const piece of text.pieces) {
    add(piece, "text");
  }
  add(Buffer.from(skeleton.beforeHtml), "html");
  for (const piece of html.pieces) {
    add(piece, "html");
  }
  add(Buffer.from(skeleton.end), "html");
  return body;
}

function constantFields(
  content: CampaignContent,
  campaignId: number,
  skeleton: Skeleton,
): HeaderField[] {
  if (content.transactional === true) {
    // Tells vacation responders not to answer (RFC 3834 §5).
    const automatic = headerField("Auto-Submitted", "auto-generated");
    return [automatic, skeleton.mimeVersion, skeleton.contentType];
  }
  const workspace = seal(content.workspace.id).slice(0, 10);
  // The Feedback-ID's last part identifies the sender, in 5 to 15 characters (Gmail's Feedback-ID page; there is no
  // RFC). A hash of the domain is stable and reveals nothing beyond the domain.
  const sender = seal("sender", content.domain).slice(0, 12);
  const list = mailbox(content.workspace.name, `${workspace}.${content.domain}`);
  return [
    headerField("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    headerField("List-ID", list),
    headerField("Feedback-ID", `${campaignId.toString(36)}:${workspace}:bulk:${sender}`),
    skeleton.mimeVersion,
    skeleton.contentType,
  ];
}

// A display name and an address in angle brackets. The address goes on its own line when both are long.
function mailbox(name: string, address: string): string {
  const phrase = encodePhrase(name);
  const gap = phrase.length + address.length > 60 ? "\r\n " : " ";
  return phrase === "" ? `<${address}>` : `${phrase}${gap}<${address}>`;
}

// Converting an internationalised domain to its ASCII form (RFC 5890) avoids the need for SMTPUTF8.
function withALabel(address: string): string {
  const at = address.lastIndexOf("@");
  const domain = at < 0 ? "" : domainToASCII(address.slice(at + 1));
  return domain === "" ? address : `${address.slice(0, at)}@${domain}`;
}

function seal(...parts: string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex");
}

/** True when the address is valid both in angle brackets in a header and in an SMTP command. */
export function isSafeAddress(address: string): boolean {
  return (
    address.length <= 320 &&
    address.isWellFormed() &&
    /^(?:[^\s<>()[\]\\,;:@"\p{Cc}]+|"[^"\\<>\p{Cc}]+")@[^\s<>()[\]\\,;:@"\p{Cc}]+$/u.test(address)
  );
}

function checkHeaderValues(content: CampaignContent): void {
  if (!isSafeAddress(content.fromEmail)) {
    throw new Error("the sender's address cannot be used in a header");
  }
  if (content.replyTo !== "" && !isSafeAddress(content.replyTo)) {
    throw new Error("the reply-to address cannot be used in a header");
  }
  const hosts =
    content.bounceDomain === "" ? [content.domain] : [content.domain, content.bounceDomain];
  if (!hosts.every((host) => /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(host))) {
    throw new Error("a domain of the campaign is not a host name");
  }
  if (!/^https?:\/\/[^\s<>"\p{Cc}]+$/u.test(content.publicUrl)) {
    throw new Error("the public URL of the campaign is not a web address");
  }
}
