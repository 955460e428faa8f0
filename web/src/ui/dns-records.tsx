import { type Coded, causeText } from "../refusal.ts";
import { t } from "./check-steps.messages.ts";
import { CopyField } from "./copy.tsx";
import { Badge, type Tone } from "./display.tsx";

export type DnsRecord = {
  purpose:
    | "dkim"
    | "dkim_next"
    | "spf"
    | "dmarc"
    | "return_path"
    | "return_path_spf"
    | "tracking"
    | "ptr";
  type: string;
  host: string;
  value: string;
  required: boolean;
  status: "unchecked" | "ok" | "missing" | "different" | "unknown";
  found: string[];
  message: string;
  cause: Coded | null;
};

const tones: Record<DnsRecord["status"], Tone> = {
  unchecked: "neutral",
  ok: "success",
  missing: "error",
  different: "warning",
  unknown: "neutral",
};

/** DNS records to publish: name and value to copy, and the current DNS status. */
export function DnsRecords({ records }: { records: DnsRecord[] }) {
  return (
    <ul class="flex flex-col gap-3">
      {records.map((record) => (
        <li key={`${record.purpose} ${record.host}`} class="card p-4">
          <div class="mb-3 flex flex-wrap items-center justify-between gap-2">
            <div>
              <span class="font-medium">{t(record.purpose)}</span>{" "}
              <span class="text-sm text-muted">
                {record.required ? t("required") : t("recommended")}
              </span>
            </div>
            <Badge tone={tones[record.status]}>{t(record.status)}</Badge>
          </div>
          <dl class="grid grid-cols-[56px_minmax(0,1fr)] items-start gap-x-3 gap-y-2">
            <dt class="pt-1 text-sm text-muted">{t("record")}</dt>
            <dd class="pt-1 text-sm">{record.type}</dd>
            <dt class="pt-1 text-sm text-muted">{t("host")}</dt>
            <dd>
              <CopyField label={t("host")} value={record.host} />
            </dd>
            <dt class="pt-1 text-sm text-muted">{t("value")}</dt>
            <dd>
              <CopyField label={t("value")} value={record.value} />
            </dd>
          </dl>
          {!["ok", "unchecked"].includes(record.status) && record.message !== "" && (
            <p class="mt-3 text-sm text-muted">{causeText(record.message, record.cause)}</p>
          )}
          {record.status === "different" && record.found.length > 0 && (
            <p class="mt-1 font-mono text-xs break-all text-muted">
              {t("found", { value: record.found.join(" · ") })}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
