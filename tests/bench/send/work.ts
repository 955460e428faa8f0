import { generateKeyPairSync } from "node:crypto";
import type { CampaignContent, DkimKey } from "../../../server/delivery/types.ts";

// DESIGN §10: 20 kB of HTML, 5 variables, 8 tracked links.
export const CONNECTIONS = 20;
export const HTML_BYTES = 20 * 1024;
export const LINKS = 8;

const paragraph =
  "Our autumn range is here: warm wool, honest prices, and free returns until the end of the year. ";

/** The HTML, with Liquid in it, about 20 kB. */
export function benchHtml(): string {
  const links = Array.from(
    { length: LINKS },
    (_, i) => `<p><a href="https://shop.example/autumn/${i}?utm=news">Offer ${i}</a></p>`,
  );
  const head = `<html><body><h1>Hello {{ contact.first_name }} {{ contact.last_name }}</h1>
<p>You live in {{ contact.city }}, your points: {{ contact.points }}, we write to {{ contact.email }}.</p>
${links.join("\n")}`;
  const filler = Math.ceil((HTML_BYTES - head.length) / (paragraph.length + 7));
  return `${head}${`<p>${paragraph}</p>`.repeat(filler)}</body></html>`;
}

export const benchContent: Partial<CampaignContent> = {
  subject: "Autumn news for {{ contact.first_name }}",
  html: benchHtml(),
  text: `Hello {{ contact.first_name }},\n\n${paragraph.repeat(10)}\n`,
};

/** A new RSA-2048 key for the domain. */
export function benchKey(domain: string): DkimKey {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    domain,
    selector: "bench",
    privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** Peak resident memory of this process, in MB. */
export async function peakRssMb(): Promise<number> {
  const status = await Bun.file("/proc/self/status").text();
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
