import { Check, X } from "lucide-preact";
import { type Coded, causeText } from "../refusal.ts";
import { t } from "./check-steps.messages.ts";
import { Notice } from "./states.tsx";

type Step = { stage: string; ok: boolean; message: string; cause: Coded | null };

/** The result of checking a mail server: each step with the server's reply, or with what happened. */
export function CheckSteps({ ok, steps }: { ok: boolean; steps: Step[] }) {
  return (
    <div class="flex flex-col gap-3" aria-live="polite">
      <Notice tone={ok ? "success" : "error"} title={ok ? t("works") : t("fails")} />
      <ol class="card divide-y divide-line">
        {steps.map((step, index) => (
          <li key={`${index} ${step.stage}`} class="flex items-start gap-3 px-3 py-2">
            <Mark ok={step.ok} />
            <span class="w-40 flex-none text-sm font-medium max-sm:w-28">
              {stageName(step.stage)}
            </span>
            <span
              class={`min-w-0 flex-1 leading-5 break-words text-muted ${step.cause === null ? "font-mono text-xs" : "text-sm"}`}
            >
              {causeText(step.message, step.cause)}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Mark({ ok }: { ok: boolean }) {
  const Icon = ok ? Check : X;
  return (
    <span class={`mt-0.5 flex-none ${ok ? "text-success" : "text-error"}`}>
      <Icon size={16} aria-hidden="true" />
      <span class="sr-only">{ok ? t("passed") : t("failed")}</span>
    </span>
  );
}

/** The name of a step, or its code when unknown. */
export function stageName(stage: string): string {
  const keys = [
    "dns",
    "connect",
    "greeting",
    "ehlo",
    "starttls",
    "tls",
    "auth",
    "mail",
    "ptr",
  ] as const;
  const known = keys.find((key) => key === stage);
  return known === undefined ? stage : t(known);
}
