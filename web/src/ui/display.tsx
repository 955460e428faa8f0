import type { ComponentChildren } from "preact";
import { formatExact, formatNumber, formatRelative, formatShare } from "../format.ts";
import { useNow } from "./use-now.ts";

const tones = {
  neutral: "badge tone-neutral",
  info: "badge tone-info",
  success: "badge tone-success",
  warning: "badge tone-warning",
  error: "badge tone-error",
};
export type Tone = keyof typeof tones;

/** A status in one word, with a dot so that colour is not the only signal. `live` pulses. */
export function Badge({
  tone = "neutral",
  children,
  dot = true,
  live = false,
}: {
  tone?: Tone;
  children: ComponentChildren;
  dot?: boolean;
  live?: boolean;
}) {
  return (
    <span class={tones[tone]}>
      {dot && <span class={`dot ${live ? "animate-pulse" : ""}`} />}
      {children}
    </span>
  );
}

/** A bordered card. `title` and `action` add a header row; `flush` removes the padding, for tables. */
export function Card({
  title,
  description,
  action,
  children,
  flush = false,
  class: className = "",
}: {
  title?: ComponentChildren;
  description?: ComponentChildren;
  action?: ComponentChildren;
  children?: ComponentChildren;
  flush?: boolean;
  class?: string;
}) {
  return (
    <section class={`card min-w-0 ${className}`}>
      {title !== undefined && (
        <div class="flex min-h-12 items-center justify-between gap-4 border-b border-line px-4 py-2">
          <div class="min-w-0">
            <h2 class="text-base font-semibold">{title}</h2>
            {description !== undefined && <p class="text-sm text-muted">{description}</p>}
          </div>
          {action !== undefined && <div class="flex flex-none gap-2">{action}</div>}
        </div>
      )}
      <div class={flush ? "" : "p-4"}>{children}</div>
    </section>
  );
}

/** One figure with its name; put several in a `<StatRow>`. */
export function Stat({
  label,
  value,
  note,
  tip,
}: {
  label: string;
  value: ComponentChildren;
  note?: ComponentChildren;
  tip?: string;
}) {
  return (
    <div class="flex min-w-0 flex-col px-4 py-3">
      <dt class="text-sm text-pretty break-words text-muted" data-tip={tip}>
        {label}
      </dt>
      <dd class="mt-auto pt-0.5 text-xl font-semibold tabular-nums">{value}</dd>
      {note !== undefined && note !== false && <dd class="truncate text-sm text-muted">{note}</dd>}
    </div>
  );
}

/** A bordered row of `Stat`s that wraps on narrow screens. */
export function StatRow({ children }: { children: ComponentChildren }) {
  return (
    <dl class="card grid grid-cols-2 overflow-hidden sm:grid-cols-[repeat(auto-fit,minmax(140px,1fr))] [&>*]:-mt-px [&>*]:-ml-px [&>*]:border-t [&>*]:border-l [&>*]:border-line">
      {children}
    </dl>
  );
}

/** A progress bar, with the numbers in words for screen readers. */
export function ProgressBar({ value, max, label }: { value: number; max: number; label: string }) {
  const share = max === 0 ? 0 : Math.min(1, value / max);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuetext={`${formatNumber(value)} / ${formatNumber(max)} (${formatShare(value, max)})`}
      tabIndex={-1}
      class="h-1.5 w-full overflow-hidden rounded-full bg-base-300"
    >
      <div
        class="h-full rounded-full bg-primary transition-[width] duration-150"
        style={{ width: `${share * 100}%` }}
      />
    </div>
  );
}

/** A relative time such as "3 minutes ago", kept up to date, with the exact time and zone on hover. */
export function RelativeTime({ at }: { at: number }) {
  const now = useNow();
  return (
    <time
      dateTime={new Date(at).toISOString()}
      data-tip={formatExact(at)}
      class="whitespace-nowrap"
    >
      {formatRelative(at, now)}
    </time>
  );
}

/** Names and values in two columns, for detail pages. */
export function Facts({ items }: { items: [label: string, value: ComponentChildren][] }) {
  return (
    <dl class="grid grid-cols-[minmax(96px,auto)_1fr] gap-x-6 gap-y-2">
      {items.map(([label, value]) => (
        <div key={label} class="contents">
          <dt class="text-muted">{label}</dt>
          <dd class="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A keyboard key. */
export function Key({ children }: { children: ComponentChildren }) {
  return <kbd class="keycap">{children}</kbd>;
}
