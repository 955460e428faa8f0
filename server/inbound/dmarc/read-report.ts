import { isIP } from "node:net";
import { newBudget, type ReadingBudget, UnreadableReport, unpackReport } from "./unpack-report.ts";
import { elementAt, readXml, type XmlElement, xmlText } from "./xml.ts";

/** One source of mail in a report, and how its mail fared. */
export type DmarcRow = {
  sourceIp: string;
  messages: number;
  disposition: "none" | "quarantine" | "reject";
  /** Aligned and passed, as the receiver evaluated it. */
  dkim: 0 | 1;
  spf: 0 | 1;
  headerFrom: string;
};

/** What a receiver saw of a domain's mail in a time: RFC 7489 appendix C. */
export type DmarcReport = {
  domain: string;
  organization: string;
  reportId: string;
  /** Unix ms. */
  beginAt: number;
  endAt: number;
  /** The policy the receiver found: none, quarantine, reject. */
  policy: string;
  rows: DmarcRow[];
};

const MAX_ROWS = 20_000;
const DOMAIN = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63})+$/;

/**
 * Reads an aggregate report, packed or not.
 *
 * @param budget What it may cost; what it has cost is taken off.
 * @throws UnreadableReport with the reason, for what is none.
 */
export function readDmarcReport(bytes: Buffer, budget: ReadingBudget = newBudget()): DmarcReport {
  const feedback = elementAt(readXml(unpackReport(bytes, budget), budget), "feedback");
  const meta = elementAt(feedback, "report_metadata");
  const policy = elementAt(feedback, "policy_published");
  const domain = xmlText(policy, "domain").toLowerCase().replace(/\.$/, "");
  const reportId = xmlText(meta, "report_id").slice(0, 300);
  const beginAt = Number(xmlText(meta, "date_range", "begin")) * 1_000;
  const endAt = Number(xmlText(meta, "date_range", "end")) * 1_000;
  const isDated = Number.isSafeInteger(beginAt) && Number.isSafeInteger(endAt) && beginAt > 0;
  if (!DOMAIN.test(domain) || reportId === "" || !isDated) {
    throw new UnreadableReport(
      "This is no DMARC aggregate report: its domain, id or time is missing.",
    );
  }
  const records = feedback?.children.get("record") ?? [];
  if (records.length > MAX_ROWS) {
    throw new UnreadableReport(`The report has more than ${MAX_ROWS} records.`);
  }
  return {
    domain,
    organization: xmlText(meta, "org_name").slice(0, 200),
    reportId,
    beginAt,
    endAt,
    policy: wordOf(xmlText(policy, "p")),
    rows: records.flatMap((record) => rowOf(record) ?? []),
  };
}

function rowOf(record: XmlElement): DmarcRow | undefined {
  const row = elementAt(record, "row");
  const sourceIp = xmlText(row, "source_ip");
  const messages = Number(xmlText(row, "count"));
  if (isIP(sourceIp) === 0 || !Number.isSafeInteger(messages) || messages < 1 || messages > 1e9) {
    return undefined;
  }
  const passed = (name: string) =>
    xmlText(row, "policy_evaluated", name).toLowerCase() === "pass" ? 1 : 0;
  return {
    sourceIp,
    messages,
    disposition: wordOf(xmlText(row, "policy_evaluated", "disposition")),
    dkim: passed("dkim"),
    spf: passed("spf"),
    headerFrom: xmlText(record, "identifiers", "header_from").toLowerCase().slice(0, 253),
  };
}

function wordOf(text: string): DmarcRow["disposition"] {
  const word = text.toLowerCase();
  return word === "quarantine" || word === "reject" ? word : "none";
}
