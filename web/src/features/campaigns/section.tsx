import { ChevronDown } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { Badge } from "../../ui/display.tsx";
import { t } from "./campaigns.messages.ts";
import type { SectionState } from "./use-campaigns.ts";

/** A part of the campaign that folds, with its state and what it still needs. */
export function Section({
  id,
  title,
  state,
  summary,
  children,
  open = false,
}: {
  id: string;
  title: string;
  state?: SectionState;
  /** What is chosen, in a line, when it is folded. */
  summary?: ComponentChildren;
  children: ComponentChildren;
  open?: boolean;
}) {
  const problem = state?.problems[0]?.message;
  return (
    <details id={id} class="card group min-w-0" open={open}>
      <summary class="flex min-h-14 items-center gap-3 rounded-lg px-4 py-2 hover:bg-base-200">
        <ChevronDown
          size={16}
          aria-hidden="true"
          class="flex-none -rotate-90 text-muted group-open:rotate-0"
        />
        <span class="min-w-0 flex-1">
          <span class="block font-semibold">{title}</span>
          <span class="block truncate text-sm text-muted">{problem ?? summary}</span>
        </span>
        {state !== undefined && (
          <Badge tone={state.state === "ready" ? "success" : "warning"}>
            {state.state === "ready" ? t("ready") : t("needsYou")}
          </Badge>
        )}
      </summary>
      <div class="flex flex-col gap-5 border-t border-line p-4 md:p-5">{children}</div>
    </details>
  );
}

/** The sentence the server has for a field of a section, if any. */
export function problemOf(state: SectionState, field: string): string | undefined {
  return state.problems.find((one) => one.field === field)?.message;
}

/** Controls that can be changed or, once the campaign is launched, only read. */
export function Controls({
  editable,
  children,
}: {
  editable: boolean;
  children: ComponentChildren;
}) {
  return (
    <fieldset disabled={!editable} class="flex min-w-0 flex-col gap-5">
      {children}
    </fieldset>
  );
}
