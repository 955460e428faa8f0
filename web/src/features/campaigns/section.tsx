import { ChevronDown } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { Badge } from "../../ui/display.tsx";
import { t } from "./campaigns.messages.ts";
import { launchFault } from "./launch-faults.ts";
import type { SectionState } from "./use-campaigns.ts";

/** A collapsible section of the campaign with its status and problems. */
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
  /** A one-line summary, shown while the section is collapsed. */
  summary?: ComponentChildren;
  children: ComponentChildren;
  open?: boolean;
}) {
  const [first] = state?.problems ?? [];
  const problem = first && launchFault(first);
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

/** What is wrong with a field of a section, if anything. */
export function problemOf(state: SectionState, field: string): string | undefined {
  const found = state.problems.find((one) => one.field === field);
  return found && launchFault(found);
}

/** Form controls that become read-only once the campaign is launched. */
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
