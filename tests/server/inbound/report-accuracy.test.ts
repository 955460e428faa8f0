// How often prose reports are understood, class by class: on samples that rules were fitted to, and on samples that no
// rule was changed for.
import { describe, expect, test } from "bun:test";
import { bounceRules } from "../../../server/delivery/result/bounce-rules.ts";
import { categoriesOfKind } from "../../../server/delivery/result/categories.ts";
import { classifyMail } from "../../../server/inbound/report/classify-mail.ts";
import { readMailParts } from "../../../server/inbound/report/mail-parts.ts";
import type { ReportSample } from "../../fixtures/report-forms.ts";
import { reportSamples } from "../../fixtures/report-samples.ts";
import { heldOutSamples } from "../../fixtures/report-samples-held-out.ts";

const hardCategories: string[] = categoriesOfKind("hard");

/** The message as received over SMTP: UTF-8, unless its head says otherwise. */
function rawOf({ head, body }: ReportSample): Buffer {
  const type = head.some((line) => /^content-type:/i.test(line))
    ? []
    : ["Content-Type: text/plain; charset=utf-8"];
  return Buffer.from([...head, ...type, "", body, ""].join("\n").replaceAll("\n", "\r\n"));
}

async function understood(sample: ReportSample): Promise<ReportSample["is"]> {
  const parts = await readMailParts(rawOf(sample));
  const what = classifyMail(parts, sample.from ?? "", "r1@reader.example");
  if (what.kind !== "bounce") {
    return "none";
  }
  const { action, code, enh: enhanced, text } = what.bounce;
  if (action === "delayed") {
    return "late";
  }
  const category = bounceRules.categoryOf({ action, code, enhanced, text });
  return hardCategories.includes(category) ? "hard" : "soft";
}

const ended = (is: ReportSample["is"]) => is === "hard" || is === "soft";
const percent = (right: number, of: number) => Math.round((1000 * right) / of) / 10;

/** Prints a table for each class and returns the two figures. */
async function measure(name: string, samples: readonly ReportSample[]) {
  const found = await Promise.all(
    samples.map(async (sample) => ({ sample, as: await understood(sample) })),
  );
  const ofClass = (["hard", "soft", "late", "none"] as const).map((is) => {
    const all = found.filter(({ sample }) => sample.is === is);
    const right = all.filter(({ as }) => as === is).length;
    return `${is} ${right}/${all.length}`;
  });
  const bounces = found.filter(({ sample, as }) => ended(sample.is) && ended(as));
  const bounceOrNot = percent(
    found.filter(({ sample, as }) => ended(sample.is) === ended(as)).length,
    found.length,
  );
  const hardOrSoft = percent(
    bounces.filter(({ sample, as }) => sample.is === as).length,
    bounces.length,
  );
  process.stdout.write(
    `${name}: ${ofClass.join(", ")}; bounce or not ${bounceOrNot} %, hard or soft ${hardOrSoft} %\n`,
  );
  for (const { sample, as } of found.filter(({ sample, as }) => sample.is !== as)) {
    process.stdout.write(`  ${sample.source}: ${sample.is}, understood as ${as}\n`);
  }
  return { bounceOrNot, hardOrSoft };
}

describe("reports in prose", () => {
  test("are understood in the samples that rules were fitted to", async () => {
    expect(await measure("fitted", reportSamples)).toEqual({ bounceOrNot: 100, hardOrSoft: 100 });
  });

  test("are understood in 95 of 100 samples that no rule was changed for", async () => {
    const { bounceOrNot, hardOrSoft } = await measure("held out", heldOutSamples);

    expect(bounceOrNot).toBeGreaterThanOrEqual(95);
    expect(hardOrSoft).toBeGreaterThanOrEqual(95);
  });

  test("include enough of each class to be meaningful", () => {
    const all = [...reportSamples, ...heldOutSamples];
    const count = (is: ReportSample["is"]) => all.filter((sample) => sample.is === is).length;

    expect(all.length).toBeGreaterThanOrEqual(120);
    expect(Math.min(count("hard"), count("soft"), count("none"))).toBeGreaterThanOrEqual(20);
    expect(count("late")).toBeGreaterThanOrEqual(8);
    expect(new Set(all.map(({ source, body }) => source + body)).size).toBe(all.length);
  });
});
