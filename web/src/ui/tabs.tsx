import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** Tabs within one page, for views that need no URL of their own. Arrow keys move. */
export function Tabs<V extends string>({
  label,
  tabs,
  value,
  onChange,
  children,
}: {
  label: string;
  tabs: { value: V; label: string }[];
  value: V;
  onChange: (value: V) => void;
  children: ComponentChildren;
}) {
  const id = useId();
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step !== undefined) {
      const at = tabs.findIndex((tab) => tab.value === value);
      const next = tabs[(at + step + tabs.length) % tabs.length];
      if (next !== undefined) {
        onChange(next.value);
        document.getElementById(`${id}-${next.value}`)?.focus();
      }
    }
  };
  return (
    <>
      <div role="tablist" aria-label={label} class="tabs px-4" onKeyDown={onKeyDown} tabIndex={-1}>
        {tabs.map((tab) => (
          <button
            key={tab.value}
            id={`${id}-${tab.value}`}
            type="button"
            role="tab"
            aria-selected={tab.value === value}
            aria-controls={`${id}-panel`}
            tabIndex={tab.value === value ? 0 : -1}
            onClick={() => onChange(tab.value)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${value}`}>
        {children}
      </div>
    </>
  );
}
