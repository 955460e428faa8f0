import { signal } from "@preact/signals";
import { CircleAlert, CircleCheck, TriangleAlert, X } from "lucide-preact";
import { useEffect, useRef } from "preact/hooks";
import { asProblem } from "../problem.ts";
import { Button, IconButton } from "./button.tsx";
import { t } from "./ui.messages.ts";

type Toast = {
  id: number;
  tone: "success" | "warning" | "error";
  text: string;
  undo?: () => void;
};

const toasts = signal<Toast[]>([]);
let nextId = 1;

/** Shows a short message. With `undo`, it stays for 10 s and offers to undo the action. */
export function toast(text: string, options: { undo?: () => void } = {}): void {
  show({ id: nextId++, tone: "success", text, ...options }, options.undo ? 10_000 : 4_000);
}

/** Warns that an action completed without the intended result. */
export function toastWarning(text: string): void {
  show({ id: nextId++, tone: "warning", text }, 8_000);
}

/** Reports a failure with the server's message. */
export function toastProblem(error: unknown): void {
  const problem = asProblem(error);
  show({ id: nextId++, tone: "error", text: `${problem.title}. ${problem.detail}` }, 8_000);
}

/** Runs an action and reports a failure. True on success. */
export async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    toastProblem(error);
    return false;
  }
}

function show(one: Toast, forMs: number): void {
  toasts.value = [...toasts.value.slice(-2), one];
  setTimeout(() => drop(one.id), forMs);
}

function drop(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

/** Renders the toasts. Used once, in main.tsx. A popover, so that toasts are above open dialogs. */
export function Toasts() {
  const region = useRef<HTMLDivElement>(null);
  const shown = toasts.value;
  useEffect(() => {
    if (shown.length > 0) {
      region.current?.hidePopover();
      region.current?.showPopover();
    }
  }, [shown]);
  return (
    <div
      ref={region}
      popover="manual"
      role="status"
      aria-live="polite"
      class="fixed inset-auto right-4 bottom-4 m-0 hidden w-[min(380px,calc(100vw-32px))] flex-col gap-2 bg-transparent p-0 open:flex max-md:bottom-20"
    >
      {shown.map((one) => (
        <ToastCard key={one.id} toast={one} />
      ))}
    </div>
  );
}

const icons = { success: CircleCheck, warning: TriangleAlert, error: CircleAlert };
const colors = { success: "text-success", warning: "text-warning", error: "text-error" };

function ToastCard({ toast: one }: { toast: Toast }) {
  const Icon = icons[one.tone];
  return (
    <div class="flex items-center gap-2 rounded-lg bg-base-100 py-1.5 pr-1.5 pl-3 text-base-content shadow-overlay">
      <Icon size={16} aria-hidden="true" class={`flex-none ${colors[one.tone]}`} />
      <span class="min-w-0 flex-1 py-1 text-pretty break-words">{one.text}</span>
      {one.undo && (
        <Button
          size="small"
          onClick={() => {
            drop(one.id);
            one.undo?.();
          }}
        >
          {t("undo")}
        </Button>
      )}
      <IconButton icon={X} size="small" label={t("dismiss")} onClick={() => drop(one.id)} />
    </div>
  );
}
