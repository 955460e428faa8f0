import PostalMime from "postal-mime";
import type { Clock } from "../../platform/clock.ts";
import type { Databases } from "../../platform/db/databases.ts";
import { because, type Reason } from "../../platform/errors.ts";
import { claimsAround } from "../directory.store.ts";
import { addReport, sendingDomains } from "./dmarc.store.ts";
import { type DmarcReport, readDmarcReport } from "./read-report.ts";
import { newBudget, UnreadableReport } from "./unpack-report.ts";

/** The result of handling a report. */
export type DmarcOutcome =
  | { kind: "kept"; domain: string; messages: number }
  | { kind: "known"; domain: string }
  | { kind: "refused"; why: Reason };

/** Accepts DMARC reports that arrive by mail. */
export type DmarcIntake = {
  /**
   * Stores a message's reports for each of the workspaces; refused when none of its files is a report about the
   * workspace. The message is parsed only once.
   */
  takeMail(workspaceIds: readonly string[], raw: Buffer): Promise<DmarcOutcome[]>;
  /**
   * Like `takeMail`, for mail to the instance's own address: each report is stored for the workspaces that have proved
   * its domain.
   */
  takeInstanceMail(raw: Buffer): Promise<DmarcOutcome>;
};

const PACKED =
  /^(?:application\/(?:gzip|x-gzip|zip|x-zip(?:-compressed)?|octet-stream|xml)|text\/xml)$/;
const MAX_FILES = 10;
/** Fits the largest report that is read, encoded in base64 with line breaks, and the headers around it. */
export const MAX_REPORT_MAIL_BYTES = 14 * 1024 * 1024;

/** Reads DMARC aggregate reports and stores them for workspaces. */
export class DmarcDesk implements DmarcIntake {
  readonly #databases: Databases;
  readonly #clock: Clock;

  constructor(databases: Databases, clock: Clock) {
    this.#databases = databases;
    this.#clock = clock;
  }

  /** Stores an uploaded report. @throws Error when the file cannot be written. */
  take(workspaceId: string, bytes: Buffer): DmarcOutcome {
    try {
      return this.#keep(workspaceId, readDmarcReport(bytes));
    } catch (error) {
      if (error instanceof UnreadableReport) {
        return { kind: "refused", why: error.why };
      }
      throw error;
    }
  }

  async takeMail(workspaceIds: readonly string[], raw: Buffer): Promise<DmarcOutcome[]> {
    const found = await readingsOf(raw);
    return workspaceIds.map((id) =>
      bestOf(
        found.map((reading) => ("report" in reading ? this.#keep(id, reading.report) : reading)),
      ),
    );
  }

  async takeInstanceMail(raw: Buffer): Promise<DmarcOutcome> {
    const found = await readingsOf(raw);
    return bestOf(
      found.flatMap((reading) =>
        "report" in reading ? this.#keepForOwners(reading.report) : [reading],
      ),
    );
  }

  #keepForOwners(report: DmarcReport): DmarcOutcome[] {
    const claims = claimsAround(this.#databases.system, report.domain);
    const owners = claims.filter(
      (id) =>
        !this.#databases.isSetAside(id) &&
        sendingDomains(this.#databases.workspace(id)).some(
          ({ name, isVerified }) => isVerified && isRelated(name, report.domain),
        ),
    );
    const why = because("report_unproved_domain", { domain: report.domain });
    return owners.length === 0
      ? [{ kind: "refused", why }]
      : owners.map((id) => this.#keep(id, report));
  }

  #keep(workspaceId: string, report: DmarcReport): DmarcOutcome {
    const db = this.#databases.workspace(workspaceId);
    const isOurs = sendingDomains(db).some(({ name }) => isRelated(name, report.domain));
    if (!isOurs) {
      return { kind: "refused", why: because("report_foreign_domain", { domain: report.domain }) };
    }
    if (!addReport(db, report, this.#clock())) {
      return { kind: "known", domain: report.domain };
    }
    const messages = report.rows.reduce((sum, row) => sum + row.messages, 0);
    return { kind: "kept", domain: report.domain, messages };
  }
}

/** A policy also applies to subdomains, and a workspace may send from a subdomain. */
function isRelated(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`) || domain.endsWith(`.${name}`);
}

type Refusal = Extract<DmarcOutcome, { kind: "refused" }>;

/** The reports in a message. Each is read once, and all of them share one budget. */
async function readingsOf(raw: Buffer): Promise<({ report: DmarcReport } | Refusal)[]> {
  const files = await filesOf(raw.subarray(0, MAX_REPORT_MAIL_BYTES));
  const budget = newBudget();
  return files.map((file) => {
    try {
      return { report: readDmarcReport(file, budget) };
    } catch (error) {
      if (error instanceof UnreadableReport) {
        return { kind: "refused", why: error.why };
      }
      throw error;
    }
  });
}

function bestOf(outcomes: DmarcOutcome[]): DmarcOutcome {
  const refusal: DmarcOutcome = { kind: "refused", why: because("report_missing") };
  return outcomes.find(({ kind }) => kind !== "refused") ?? outcomes.at(-1) ?? refusal;
}

async function filesOf(raw: Buffer): Promise<Buffer[]> {
  try {
    const { attachments } = await PostalMime.parse(new Uint8Array(raw), {
      maxNestingDepth: 24,
      maxHeadersSize: 128 * 1024,
      maxRfc822NestingDepth: 0,
      forceRfc822Attachments: true,
    });
    return attachments
      .filter(
        ({ mimeType, filename }) =>
          PACKED.test(mimeType) || /\.(?:gz|zip|xml)$/i.test(filename ?? ""),
      )
      .slice(0, MAX_FILES)
      .map(({ content }) =>
        typeof content === "string" ? Buffer.from(content) : Buffer.from(new Uint8Array(content)),
      );
  } catch {
    // A malformed message contains no file that can be extracted.
    return [];
  }
}
