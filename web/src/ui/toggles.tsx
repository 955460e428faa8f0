import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

/** A checkbox with its label; `indeterminate` when only some items are selected. */
export function Checkbox({
  label,
  checked,
  onChange,
  hint,
  hideLabel = false,
  indeterminate = false,
  disabled = false,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  hint?: ComponentChildren;
  hideLabel?: boolean;
  indeterminate?: boolean;
  disabled?: boolean;
}) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current !== null) {
      box.current.indeterminate = indeterminate;
    }
  }, [indeterminate]);
  return (
    <label class="flex items-start gap-2">
      <input
        ref={box}
        type="checkbox"
        class="checkbox mt-0.5 size-4 border-line-strong p-0.5 checked:border-primary checked:bg-primary checked:text-primary-content indeterminate:border-primary indeterminate:bg-primary indeterminate:text-primary-content"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span class={hideLabel ? "sr-only" : ""}>
        {label}
        {hint !== undefined && <span class="block text-sm text-muted">{hint}</span>}
      </span>
    </label>
  );
}

/** A switch that takes effect at once. In a form that is saved later, use a checkbox. */
export function Switch({
  label,
  checked,
  onChange,
  hint,
  disabled = false,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  hint?: ComponentChildren;
  disabled?: boolean;
}) {
  return (
    <label class="flex items-start justify-between gap-4">
      <span>
        <span class="font-medium">{label}</span>
        {hint !== undefined && <span class="block text-sm text-muted">{hint}</span>}
      </span>
      <input
        type="checkbox"
        role="switch"
        aria-checked={checked}
        class="toggle toggle-sm mt-0.5 flex-none border-line-strong text-muted checked:border-primary checked:bg-primary checked:text-white"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </label>
  );
}

/** Two to five short choices side by side. Arrow keys move, as in any radio group. */
export function Segmented<V extends string>({
  label,
  value,
  onChange,
  options,
}: {
  label: string;
  value: V;
  onChange: (value: V) => void;
  options: { value: V; label: ComponentChildren }[];
}) {
  const name = useId();
  return (
    <fieldset class="segmented">
      <legend class="sr-only">{label}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            value={option.value}
            class="sr-only"
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}

/** Radio buttons as cards, for a few choices that each need an explanation. */
export function ChoiceCards<V extends string>({
  label,
  value,
  onChange,
  options,
}: {
  label: string;
  value: V;
  onChange: (value: V) => void;
  options: { value: V; label: string; hint?: ComponentChildren }[];
}) {
  const name = useId();
  return (
    <fieldset class="grid gap-2 sm:grid-cols-2">
      <legend class="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          class="flex gap-3 rounded-lg border border-line-strong p-3 hover:bg-base-200 has-checked:border-primary has-checked:bg-primary/5 has-checked:ring-1 has-checked:ring-primary has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-primary"
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            class="radio mt-0.5 size-4 flex-none border-line-strong p-[3px] checked:border-primary checked:text-primary focus-visible:outline-none"
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>
            <span class="block font-medium">{option.label}</span>
            {option.hint !== undefined && (
              <span class="block text-sm text-muted">{option.hint}</span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
