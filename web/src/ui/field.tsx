import { Eye, EyeOff } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { t } from "./ui.messages.ts";

/** Properties shared by all kinds of fields. */
export type FieldFrame = {
  label: string;
  /** Help text under the field. */
  hint?: ComponentChildren;
  /** The error message; replaces the hint. */
  error?: string | undefined;
  /** Marks the field as optional; fields are required otherwise. */
  optional?: boolean;
  hideLabel?: boolean;
};

/** Label, control, hint and error, connected for screen readers. `children` receives the ids to use. */
export function Field({
  label,
  hint,
  error,
  optional,
  hideLabel,
  children,
}: FieldFrame & {
  children: (ids: { id: string; describedBy: string | undefined }) => ComponentChildren;
}) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = error ?? hint;
  return (
    <div class="flex min-w-0 flex-col gap-1.5">
      <label for={id} class={hideLabel ? "sr-only" : "text-sm font-medium"}>
        {label}
        {optional && <span class="ml-1.5 font-normal text-faint">{t("optional")}</span>}
      </label>
      {children({ id, describedBy: note === undefined ? undefined : noteId })}
      {note !== undefined && (
        <p id={noteId} class={error === undefined ? "text-sm text-muted" : "text-sm text-error"}>
          {note}
        </p>
      )}
    </div>
  );
}

export type TextFieldProps = FieldFrame & {
  value: string;
  onInput: (value: string) => void;
  name?: string;
  type?: "text" | "email" | "url" | "number" | "search" | "datetime-local" | "date";
  placeholder?: string;
  autocomplete?: string;
  autofocus?: boolean;
  disabled?: boolean;
  inputMode?: "numeric" | "email" | "url";
  maxLength?: number;
  /** The id of a datalist with suggestions. */
  list?: string;
  mono?: boolean;
  onBlur?: () => void;
};

/** Focuses an input that appears later. The browser's own autofocus only works when a page loads. */
function useAutofocus(wanted = false) {
  const input = useRef<HTMLInputElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it appears
  useEffect(() => {
    if (wanted) {
      input.current?.focus();
    }
  }, []);
  return input;
}

/** A single-line text field. */
export function TextField(props: TextFieldProps) {
  const focused = useAutofocus(props.autofocus);
  const { label, hint, error, optional, hideLabel, onInput, mono, type = "text", ...input } = props;
  return (
    <Field {...{ label, hint, error, hideLabel: hideLabel ?? false, optional: optional ?? false }}>
      {({ id, describedBy }) => (
        <input
          {...input}
          ref={focused}
          id={id}
          {...({ type } as { type: "text" })}
          class={`input ${mono ? "font-mono text-sm" : ""}`}
          aria-invalid={error !== undefined}
          aria-describedby={describedBy}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** A password field with a button that shows the password. */
export function PasswordField(
  props: FieldFrame & {
    value: string;
    onInput: (value: string) => void;
    name?: string;
    autocomplete: "current-password" | "new-password" | "off";
    autofocus?: boolean;
    placeholder?: string;
  },
) {
  const { onInput, value, name, autocomplete, autofocus, placeholder, ...frame } = props;
  const [shown, setShown] = useState(false);
  const focused = useAutofocus(autofocus);
  const Icon = shown ? EyeOff : Eye;
  return (
    <Field {...frame}>
      {({ id, describedBy }) => (
        <div class="relative">
          <input
            ref={focused}
            id={id}
            name={name}
            {...({ type: shown ? "text" : "password" } as { type: "text" })}
            value={value}
            autocomplete={autocomplete}
            autofocus={autofocus}
            placeholder={placeholder}
            class="input pr-9"
            aria-invalid={frame.error !== undefined}
            aria-describedby={describedBy}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
          <button
            type="button"
            aria-label={shown ? t("hidePassword") : t("showPassword")}
            onClick={() => setShown(!shown)}
            class="absolute inset-y-0 right-0 grid w-9 place-items-center rounded text-muted hover:text-base-content"
          >
            <Icon size={15} aria-hidden="true" />
          </button>
        </div>
      )}
    </Field>
  );
}

/** A multi-line text field. */
export function TextArea(
  props: FieldFrame & {
    value: string;
    onInput: (value: string) => void;
    name?: string;
    rows?: number;
    placeholder?: string;
    mono?: boolean;
    maxLength?: number;
  },
) {
  const { onInput, value, name, rows = 4, placeholder, mono, maxLength, ...frame } = props;
  return (
    <Field {...frame}>
      {({ id, describedBy }) => (
        <textarea
          id={id}
          name={name}
          rows={rows}
          value={value}
          maxLength={maxLength}
          placeholder={placeholder}
          class={`input ${mono ? "font-mono text-sm" : ""}`}
          aria-invalid={frame.error !== undefined}
          aria-describedby={describedBy}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export type Option = { value: string; label: string; disabled?: boolean };

/** A native select, which works well on phones and with keyboards. */
export function SelectField(
  props: FieldFrame & {
    value: string;
    onChange: (value: string) => void;
    options: Option[];
    name?: string;
    disabled?: boolean;
    /** Shown while nothing is chosen. */
    placeholder?: string;
  },
) {
  const { onChange, value, name, options, disabled, placeholder, ...frame } = props;
  return (
    <Field {...frame}>
      {({ id, describedBy }) => (
        <select
          id={id}
          name={name}
          value={value}
          disabled={disabled}
          class="input"
          aria-invalid={frame.error !== undefined}
          aria-describedby={describedBy}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {placeholder !== undefined && <option value="">{placeholder}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value} disabled={option.disabled}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
