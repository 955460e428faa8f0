import { ask } from "../../api.ts";
import type { Field } from "../../choices.ts";
import { locale } from "../../i18n.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { Checkbox } from "../../ui/toggles.tsx";
import { t } from "./contacts.messages.ts";
import type { ContactDetail } from "./use-contacts.ts";

/** Name, address, place and custom fields, each with a control for its type. */
export function ContactForm({
  contact,
  fields,
  onSaved,
}: {
  contact: ContactDetail;
  fields: Field[];
  onSaved: () => void;
}) {
  const workspace = useWorkspace();
  const form = useForm({
    initial: {
      email: contact.email,
      firstName: contact.firstName,
      lastName: contact.lastName,
      language: contact.language,
      country: contact.country,
      city: contact.city,
      timeZone: contact.timeZone,
      trackingOff: contact.trackingOff,
      fields: asText(contact, fields),
    },
    submit: async (values) => {
      const body = { ...values, fields: asValues(values.fields, fields) };
      await ask(workspace.call.contacts({ id: contact.id }).patch(body));
      toast(t("saved"));
      onSaved();
    },
  });
  const { values } = form;
  return (
    <form class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
      <FormProblem problem={form.problem} />
      <TextField {...form.text("email")} label={t("email")} type="email" />
      <div class="grid gap-4 sm:grid-cols-2">
        <TextField {...form.text("firstName")} label={t("firstName")} optional />
        <TextField {...form.text("lastName")} label={t("lastName")} optional />
        <TextField
          {...form.text("language")}
          label={t("language")}
          hint={t("languageHint")}
          optional
        />
        <TextField
          {...form.text("country")}
          label={t("country")}
          hint={countryName(values.country) ?? t("countryHint")}
          optional
        />
        <TextField {...form.text("city")} label={t("city")} optional />
        <SelectField
          label={t("timeZone")}
          optional
          value={values.timeZone}
          error={form.errorOf("timeZone")}
          placeholder={t("notSet")}
          options={zonesWith(values.timeZone)}
          onChange={(zone) => form.set("timeZone", zone)}
        />
      </div>
      {fields.length > 0 && (
        <>
          <h3 class="border-t border-line pt-4 text-sm font-semibold">{t("fields")}</h3>
          <div class="grid gap-4 sm:grid-cols-2">
            {fields.map((field) => (
              <CustomField
                key={field.key}
                field={field}
                value={values.fields[field.key] ?? ""}
                error={form.errorOf(`fields.${field.key}`)}
                onChange={(value) => form.set("fields", { ...values.fields, [field.key]: value })}
              />
            ))}
          </div>
        </>
      )}
      <Checkbox
        label={t("trackingOff")}
        hint={t("trackingOffHint")}
        checked={values.trackingOff}
        onChange={(on) => form.set("trackingOff", on)}
      />
      {workspace.canEdit && (
        <div>
          <Button variant="primary" type="submit" busy={form.busy} disabled={!form.dirty}>
            {t("save")}
          </Button>
        </div>
      )}
    </form>
  );
}

function CustomField({
  field,
  value,
  error,
  onChange,
}: {
  field: Field;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  if (field.type === "multi_choice") {
    return <Choices field={field} value={value} error={error} onChange={onChange} />;
  }
  const options =
    field.type === "boolean"
      ? [
          { value: "true", label: t("yes") },
          { value: "false", label: t("no") },
        ]
      : field.choices.map((choice) => ({ value: choice, label: choice }));
  if (field.type === "boolean" || field.type === "choice") {
    return (
      <SelectField
        label={field.label}
        optional
        value={value}
        error={error}
        placeholder={t("notSet")}
        options={options}
        onChange={onChange}
      />
    );
  }
  return (
    <TextField
      label={field.label}
      optional
      type={field.type}
      value={value}
      error={error}
      onInput={onChange}
    />
  );
}

/** A checkbox for each choice. As text, choices are separated by semicolons, which no choice can contain. */
function Choices({
  field,
  value,
  error,
  onChange,
}: {
  field: Field;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  const chosen = value.split(";").map((each) => each.trim());
  const toggle = (choice: string, on: boolean) =>
    onChange(
      field.choices.filter((one) => (one === choice ? on : chosen.includes(one))).join("; "),
    );
  return (
    <fieldset class="min-w-0">
      <legend class="mb-1.5 text-sm font-medium">{field.label}</legend>
      <div class="flex flex-col gap-1">
        {field.choices.map((choice) => (
          <Checkbox
            key={choice}
            label={choice}
            checked={chosen.includes(choice)}
            onChange={(on) => toggle(choice, on)}
          />
        ))}
      </div>
      {error !== undefined && (
        <p class="text-sm text-error" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}

function countryName(code: string): string | undefined {
  return /^[A-Za-z]{2}$/.test(code)
    ? new Intl.DisplayNames(locale.value, { type: "region", fallback: "none" }).of(
        code.toUpperCase(),
      )
    : undefined;
}

/** All time zones plus the contact's own, which may be an alias. */
function zonesWith(own: string) {
  const zones = new Set([...Intl.supportedValuesOf("timeZone"), ...(own === "" ? [] : [own])]);
  return [...zones].sort().map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }));
}

function asText(contact: ContactDetail, fields: Field[]): Record<string, string> {
  return Object.fromEntries(
    fields.map(({ key }) => {
      const value = Object.hasOwn(contact.fields, key) ? (contact.fields[key] ?? "") : "";
      return [key, Array.isArray(value) ? value.join("; ") : String(value)];
    }),
  );
}

/** Converts the inputs for the API: numbers and booleans as such, null for cleared fields. */
function asValues(texts: Record<string, string>, fields: Field[]): Record<string, unknown> {
  return Object.fromEntries(
    fields.map((field) => {
      const text = texts[field.key] ?? "";
      if (text === "") {
        return [field.key, null];
      }
      if (field.type === "boolean") {
        return [field.key, text === "true"];
      }
      return [field.key, field.type === "number" ? Number(text) : text];
    }),
  );
}
