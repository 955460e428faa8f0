import { useQuery } from "@tanstack/preact-query";
import { useEffect, useState } from "preact/hooks";
import { ask } from "../../api.ts";
import { formatList } from "../../format.ts";
import { locale } from "../../i18n.ts";
import { asProblem, type Problem } from "../../problem.ts";
import { useWorkspace } from "../../session.ts";
import { Spinner } from "../../ui/spinner.tsx";
import { ErrorState, useSlow } from "../../ui/states.tsx";
import { t } from "./segments.messages.ts";
import type { Preview, Rule } from "./use-segments.ts";

const SETTLE_MS = 350;

/** Counts a rule once it has stopped changing. `problem` is the server's message about an incomplete rule. */
export function useRulePreview(rule: Rule | undefined) {
  const workspace = useWorkspace();
  const text = useSettled(rule === undefined ? "" : JSON.stringify(rule));
  const query = useQuery<Preview>({
    queryKey: ["segment-preview", workspace.id, text, locale.value],
    queryFn: ({ signal }) =>
      ask(
        workspace.call.segments.preview.post(
          { rule: JSON.parse(text) as Rule },
          { query: { language: locale.value }, fetch: { signal } },
        ),
      ),
    enabled: text !== "",
    placeholderData: (last) => last,
    retry: false,
  });
  const problem = query.error === null ? undefined : asProblem(query.error);
  return { query, problem, isEmpty: text === "" };
}

/** The value after it has not changed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** How many contacts match the rule, the rule as a sentence, and some of the contacts. */
export function RulePreview({
  data,
  problem,
  isBusy,
}: {
  data: Preview | undefined;
  problem: Problem | undefined;
  isBusy: boolean;
}) {
  const isSlow = useSlow(isBusy);
  if (problem !== undefined) {
    return problem.code === "invalid_input" ? (
      <p class="p-4 text-muted">{t("mend")}</p>
    ) : (
      <ErrorState error={problem} />
    );
  }
  if (data === undefined) {
    return (
      <p role="status" class="p-4 text-muted">
        {isSlow ? t("counting") : ""}
      </p>
    );
  }
  return (
    <div class="flex flex-col gap-4 p-4">
      <p role="status" class="flex items-center gap-2 text-2xl font-semibold tabular-nums">
        {data.count === 0 ? t("nobody") : t("found", { count: data.count })}
        {isSlow && <Spinner />}
      </p>
      <p class="text-pretty text-muted">{data.words}</p>
      {data.indexing.length > 0 && (
        <p class="text-sm text-muted">{t("indexing", { fields: formatList(data.indexing) })}</p>
      )}
      {data.sample.length > 0 && (
        <div class="flex flex-col gap-1">
          <h3 class="text-sm font-medium">{t("some")}</h3>
          <ul class="flex flex-col">
            {data.sample.map((contact) => (
              <li key={contact.id} class="truncate border-b border-line py-1.5 last:border-0">
                {contact.email}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
