import { CircleAlert, CircleCheck, Info, type LucideIcon, TriangleAlert } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { asProblem } from "../problem.ts";
import { Button } from "./button.tsx";
import { t } from "./ui.messages.ts";

/** Shown for an empty list: why it is empty, and the next step. */
export function EmptyState({
  icon: Icon,
  title,
  children,
  action,
  isPage = false,
}: {
  /** The page contains nothing else, so this title is the page's heading. */
  isPage?: boolean;
  icon: LucideIcon;
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}) {
  const Title = isPage ? "h1" : "h2";
  return (
    <div class="flex flex-col items-center gap-1 px-6 py-14 text-center">
      <span class="mb-3 grid size-10 place-items-center rounded-lg border border-line text-muted shadow-raised">
        <Icon size={18} aria-hidden="true" />
      </span>
      <Title class="text-base font-semibold">{title}</Title>
      {children !== undefined && <p class="max-w-sm text-pretty text-muted">{children}</p>}
      {action !== undefined && <div class="mt-4 flex gap-2">{action}</div>}
    </div>
  );
}

/** Shown when data could not be loaded, with the server's message. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const problem = asProblem(error);
  return (
    <div role="alert" class="flex flex-col items-center gap-1 px-6 py-14 text-center">
      <span class="mb-3 grid size-10 place-items-center rounded-lg border border-line text-error">
        <CircleAlert size={18} aria-hidden="true" />
      </span>
      <h2 class="text-base font-semibold">{problem.title}</h2>
      <p class="max-w-md text-pretty text-muted">{problem.detail}</p>
      {onRetry && (
        <Button class="mt-4" onClick={onRetry}>
          {t("retry")}
        </Button>
      )}
    </div>
  );
}

/** True once a wait has lasted 200 ms, so that short waits do not flicker. */
export function useSlow(waiting: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!waiting) {
      setSlow(false);
      return;
    }
    const timer = setTimeout(() => setSlow(true), 200);
    return () => clearTimeout(timer);
  }, [waiting]);
  return slow && waiting;
}

/** Placeholder lines while content loads; appears after 200 ms. */
export function Skeleton({ rows = 5, class: className = "" }: { rows?: number; class?: string }) {
  const slow = useSlow(true);
  return (
    <div role="status" class={`flex min-h-24 flex-col gap-3 p-4 ${className}`}>
      <span class="sr-only">{t("loading")}</span>
      {slow &&
        Array.from({ length: rows }, (_, row) => (
          <div
            key={row}
            class="skeleton h-4 bg-base-300"
            style={{ width: `${[92, 74, 85, 60, 78][row % 5]}%` }}
          />
        ))}
    </div>
  );
}

/** Handles the four states of a query and renders its data when it is ready. */
export function Loaded<T>({
  query,
  children,
  rows,
}: {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  children: (data: T) => ComponentChildren;
  /** Number of skeleton lines. */
  rows?: number;
}) {
  if (query.data !== undefined) {
    return <>{children(query.data)}</>;
  }
  if (query.error) {
    return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  }
  return <Skeleton {...(rows === undefined ? {} : { rows })} />;
}

const notices = {
  neutral: { class: "notice tone-neutral", icon: Info },
  info: { class: "notice tone-info", icon: Info },
  success: { class: "notice tone-success", icon: CircleCheck },
  warning: { class: "notice tone-warning", icon: TriangleAlert },
  error: { class: "notice tone-error", icon: CircleAlert },
};

/** A highlighted message, such as a warning before sending or the result of a check. */
export function Notice({
  tone = "info",
  title,
  children,
  action,
}: {
  tone?: keyof typeof notices;
  title?: ComponentChildren;
  children?: ComponentChildren;
  action?: ComponentChildren;
}) {
  const { class: className, icon: Icon } = notices[tone];
  return (
    <div class={className} role={tone === "error" ? "alert" : undefined}>
      <Icon size={16} aria-hidden="true" />
      {/* Without enough room beside the text, the action moves below it. */}
      <div class="flex min-w-0 flex-1 flex-wrap items-start gap-2">
        <div class="min-w-0 flex-1 basis-48">
          {title !== undefined && <div class="font-medium">{title}</div>}
          {children !== undefined && (
            <div class="text-pretty break-words text-muted">{children}</div>
          )}
        </div>
        {action}
      </div>
    </div>
  );
}

/** The error of a form, shown above its buttons; nothing when there is none. */
export function FormProblem({ problem }: { problem: unknown }) {
  if (problem === undefined || problem === null) {
    return null;
  }
  const { title, detail, code } = asProblem(problem);
  // The server's message "Sign in first" would be confusing on the sign-in form.
  if (code === "unauthenticated") {
    return <Notice tone="error" title={detail} />;
  }
  return (
    <Notice tone="error" title={title}>
      {detail}
    </Notice>
  );
}
