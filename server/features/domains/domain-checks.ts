// Looks up all DNS records that a sending domain needs.
import { because } from "../../platform/errors.ts";
import type { DnsAnswer, DnsLookup } from "../ports.ts";
import {
  type DnsRecord,
  dmarcFallback,
  judgeDkim,
  judgeDmarc,
  judgeReturnPath,
  judgeTracking,
  type RecordVerdict,
  recordKey,
  type Surroundings,
  spfTerms,
  verdictWithoutAnswer,
} from "./domain-records.rules.ts";
import { checkSourceName } from "./source-name.service.ts";
import { judgeSpf, MAX_SPF_LOOKUPS, readSpf, type SpfTree } from "./spf.rules.ts";

/** The verdict on each record, by `recordKey`. */
export async function checkRecords(
  dns: DnsLookup,
  records: DnsRecord[],
  domain: string,
  around: Surroundings,
): Promise<Record<string, RecordVerdict>> {
  const pairs = await Promise.all(
    records.map(
      async (record) => [recordKey(record), await checkOne(dns, record, domain, around)] as const,
    ),
  );
  return Object.fromEntries(pairs);
}

async function checkOne(
  dns: DnsLookup,
  record: DnsRecord,
  domain: string,
  around: Surroundings,
): Promise<RecordVerdict> {
  const { host, value } = record;
  switch (record.purpose) {
    case "dkim":
    case "dkim_next": {
      const answer = await dns.txt(host);
      return verdictWithoutAnswer(answer) ?? judgeDkim(record, answer);
    }
    case "dmarc": {
      const own = await dns.txt(host);
      const fallback = dmarcFallback(domain);
      const answer = own.kind === "none" && fallback ? await dns.txt(fallback) : own;
      return verdictWithoutAnswer(answer) ?? judgeDmarc(answer);
    }
    case "spf":
    case "return_path_spf":
      return await checkSpf(dns, host, around);
    case "return_path": {
      const answer = await dns.mx(host);
      return verdictWithoutAnswer(answer) ?? judgeReturnPath(record, answer);
    }
    case "tracking": {
      const answer = await dns.cname(host);
      return verdictWithoutAnswer(answer) ?? judgeTracking(record, answer);
    }
    case "ptr":
      return await checkSourceName(dns, { address: host, heloName: value });
  }
}

async function checkSpf(
  dns: DnsLookup,
  domain: string,
  around: Surroundings,
): Promise<RecordVerdict> {
  const answer = await dns.txt(domain);
  const failed = verdictWithoutAnswer(answer);
  if (failed !== undefined) {
    return failed;
  }
  const found = answer.kind === "records" ? answer.values : [];
  const records = found.filter((value) => /^v=spf1(\s|$)/i.test(value));
  const tree = records.length === 1 ? await expandSpf(dns, domain, records[0] ?? "") : undefined;
  return judgeSpf(found, tree ?? (records.length > 1 ? emptyTree() : undefined), {
    includes: around.includes,
    addresses: around.sources.map(({ address }) => address),
    terms: spfTerms(around),
  });
}

const emptyTree = (): SpfTree => ({
  networks: [],
  includes: [],
  lookups: 0,
  problems: [],
  failed: undefined,
});

/** Follows SPF includes until the lookup limit of receivers is exceeded. */
async function expandSpf(dns: DnsLookup, domain: string, record: string): Promise<SpfTree> {
  const tree = emptyTree();
  await follow(dns, domain, record, tree);
  return tree;
}

async function follow(dns: DnsLookup, domain: string, text: string, tree: SpfTree): Promise<void> {
  const record = readSpf(text, domain);
  tree.lookups += record.lookups;
  tree.networks.push(...record.networks);
  for (const host of record.hosts) {
    tree.networks.push(...(await addressesOf(dns, host)));
  }
  const redirect = record.hasAll || record.redirect === undefined ? [] : [record.redirect];
  for (const name of [...record.includes, ...redirect]) {
    if (!tree.includes.includes(name) && tree.lookups <= MAX_SPF_LOOKUPS) {
      tree.includes.push(name);
      await include(dns, name, tree);
    }
  }
}

async function addressesOf(
  dns: DnsLookup,
  { kind, name }: { kind: "a" | "mx"; name: string },
): Promise<string[]> {
  const hosts = kind === "mx" ? valuesOf(await dns.mx(name)).slice(0, 10) : [name];
  const answers = await Promise.all(hosts.map((host) => dns.addresses(host)));
  return answers.flatMap(valuesOf);
}

async function include(dns: DnsLookup, name: string, tree: SpfTree): Promise<void> {
  const answer = await dns.txt(name);
  if (answer.kind === "failed") {
    tree.failed = because("spf_part_failed", { name, fault: answer.reason });
    return;
  }
  const record = valuesOf(answer).find((one) => /^v=spf1(\s|$)/i.test(one));
  if (record === undefined) {
    tree.problems.push(because("spf_include_empty", { name }));
    return;
  }
  await follow(dns, name, record, tree);
}

const valuesOf = (answer: DnsAnswer): string[] => (answer.kind === "records" ? answer.values : []);
