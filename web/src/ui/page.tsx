import { ChevronRight } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

/** The header of a page with title, breadcrumbs and actions. Also sets the window title. */
export function PageHeader({
  title,
  trail = [],
  badge,
  description,
  actions,
}: {
  title: string;
  /** The breadcrumbs: pages above this one. */
  trail?: { label: string; href: string }[];
  badge?: ComponentChildren;
  description?: ComponentChildren;
  actions?: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${title} · SwiftMail`;
  }, [title]);
  return (
    <header class="flex min-h-14 flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-2.5 md:px-6">
      <div class="min-w-0">
        <div class="flex min-w-0 items-center gap-1.5">
          {trail.map((step) => (
            <span
              key={step.href}
              class="flex flex-none items-center gap-1.5 text-muted max-sm:hidden"
            >
              <a href={step.href} class="rounded no-underline hover:text-base-content">
                {step.label}
              </a>
              <ChevronRight size={14} aria-hidden="true" class="text-faint" />
            </span>
          ))}
          <h1 class="truncate text-lg">{title}</h1>
          {badge !== undefined && <span class="ml-1.5 flex flex-none">{badge}</span>}
        </div>
        {description !== undefined && <p class="text-sm text-pretty text-muted">{description}</p>}
      </div>
      {actions !== undefined && (
        <div class="flex max-w-full flex-none flex-wrap gap-2">{actions}</div>
      )}
    </header>
  );
}

/** Page content with margins; `narrow` for forms and long text. */
export function PageBody({
  children,
  narrow = false,
}: {
  children: ComponentChildren;
  narrow?: boolean;
}) {
  return (
    <div class={`flex flex-col gap-6 p-4 md:p-6 ${narrow ? "max-w-3xl" : "max-w-7xl"}`}>
      {children}
    </div>
  );
}

/** Tabs that are separate pages: links, so that each has its own URL. */
export function TabLinks({
  label,
  tabs,
  current,
}: {
  label: string;
  tabs: { href: string; label: string }[];
  current: string;
}) {
  return (
    <nav aria-label={label} class="tabs px-4 md:px-6">
      {tabs.map((tab) => (
        <a key={tab.href} href={tab.href} aria-current={tab.href === current ? "page" : undefined}>
          {tab.label}
        </a>
      ))}
    </nav>
  );
}

/** A group of settings: its description on the left, its fields on the right. */
export function SettingsSection({
  title,
  description,
  children,
}: {
  title: string;
  description?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class="grid gap-x-8 gap-y-4 border-b border-line pb-6 last:border-0 md:grid-cols-[200px_minmax(0,1fr)]">
      <div>
        <h2 class="text-base font-semibold">{title}</h2>
        {description !== undefined && (
          <p class="mt-1 text-sm text-pretty text-muted">{description}</p>
        )}
      </div>
      <div class="flex min-w-0 flex-col gap-4">{children}</div>
    </section>
  );
}
