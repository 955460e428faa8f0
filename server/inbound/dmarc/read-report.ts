import { isIP } from "node:net";
import { because } from "../../platform/errors.ts";
import { newBudget, type ReadingBudget, UnreadableReport, unpackReport } from "./unpack-report.ts";
import { elementAt, readXml, type XmlElement, xmlText } from "./xml.ts";

/** One record of a report: a source and the results for its mail. */
export type DmarcRow = {
  sourceIp: string;
  messages: number;
  disposition: "none" | "quarantine" | "reject";
  /** 1 = aligned and passed, as evaluated by the receiver. */
  dkim: 0 | 1;
  spf: 0 | 1;
  headerFrom: string;
};

/** A receiver's results for a domain's mail during a period: RFC 7489 appendix C. */
export type DmarcReport = {
  domain: string;
  organization: string;
  reportId: string;
  /** Unix ms. */
  beginAt: number;
  endAt: number;
  /** The published policy: none, quarantine, reject. */
  policy: string;
  rows: DmarcRow[];
};

const MAX_ROWS = 20_000;
const DOMAIN = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63})+$/;

/**
 * Reads an aggregate report, compressed or not.
 *
 * @param budget The cost of reading is deducted from it.
 * @throws UnreadableReport with the reason, when it is not a readable report.
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
    throw new UnreadableReport(because("report_incomplete"));
  }
  const records = feedback?.children.get("record") ?? [];
  if (records.length > MAX_ROWS) {
    throw new UnreadableReport(because("report_records", { max: MAX_ROWS }));
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
