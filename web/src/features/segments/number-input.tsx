import { TextField } from "../../ui/field.tsx";

/** A small input for an optional whole number, with its label in front. */
export function Amount({
  label,
  value,
  placeholder,
  onChange,
}: {
  label: string;
  value: number | undefined;
  placeholder: string;
  onChange: (value: number | undefined) => void;
}) {
  return (
    <div class="flex items-center gap-1.5">
      <span aria-hidden="true" class="text-sm whitespace-nowrap text-muted">
        {label}
      </span>
      <div class="w-20">
        <TextField
          label={label}
          hideLabel
          type="number"
          inputMode="numeric"
          placeholder={placeholder}
          value={value === undefined ? "" : String(value)}
          onInput={(text) => onChange(text === "" ? undefined : Number(text))}
        />
      </div>
    </div>
  );
}
