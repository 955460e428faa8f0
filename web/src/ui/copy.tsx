import { Check, Copy } from "lucide-preact";
import { useState } from "preact/hooks";
import { IconButton } from "./button.tsx";
import { toastProblem } from "./toast.tsx";
import { t } from "./ui.messages.ts";

/** A button that copies a text and says so. */
export function CopyButton({ text, label = t("copy") }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    } catch {
      toastProblem(new Error(t("copyFailed")));
    }
  };
  return (
    <IconButton
      icon={copied ? Check : Copy}
      size="small"
      label={copied ? t("copied") : label}
      onClick={copy}
    />
  );
}

/** A value to copy, such as a DNS record, key or address. Wraps anywhere, so that nothing is cut off. */
export function CopyField({ label, value }: { label: string; value: string }) {
  return (
    <div class="flex items-start gap-1 rounded-md border border-line bg-base-200 py-0.5 pr-0.5 pl-2.5">
      <code class="min-w-0 flex-1 py-1 font-mono text-xs leading-5 break-all" title={label}>
        {value}
      </code>
      <CopyButton text={value} label={`${t("copy")}: ${label}`} />
    </div>
  );
}

/** Preformatted text such as an SMTP dialogue, headers or a raw message, in its own scroll area. */
export function CodeBlock({ label, text }: { label: string; text: string }) {
  return (
    <div class="relative min-w-0 rounded-md border border-line bg-base-200">
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an area that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={label}
        class="max-h-[480px] overflow-auto p-3 pr-10 font-mono text-xs leading-5 break-words whitespace-pre-wrap"
      >
        {text}
      </section>
      <div class="absolute top-1 right-1">
        <CopyButton text={text} />
      </div>
    </div>
  );
}
