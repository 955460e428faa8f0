import { formatDateTime } from "../format.ts";
import { type FieldFrame, SelectField } from "./field.tsx";

/** A time zone by its IANA name, with the current time there as the hint. */
export function TimeZoneField({
  value,
  onChange,
  ...frame
}: Omit<FieldFrame, "hint"> & {
  value: string;
  onChange: (zone: string) => void;
  name?: string;
}) {
  const zones = new Set([...Intl.supportedValuesOf("timeZone"), "UTC", value]);
  zones.delete("");
  return (
    <SelectField
      {...frame}
      value={value}
      onChange={onChange}
      {...(value === "" ? { placeholder: "–" } : { hint: formatDateTime(Date.now(), value) })}
      options={[...zones].sort().map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }))}
    />
  );
}
