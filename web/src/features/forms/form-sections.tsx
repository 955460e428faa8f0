import { useChoices } from "../../choices.ts";
import { useWorkspace } from "../../session.ts";
import { Card } from "../../ui/display.tsx";
import { SelectField, TextArea, TextField } from "../../ui/field.tsx";
import type { Form } from "../../ui/form.ts";
import { Checkbox } from "../../ui/toggles.tsx";
import type { FormValues } from "./form-document.ts";
import { t } from "./forms.messages.ts";

type Editing = { form: Form<FormValues> };

/** All settings of a form, in groups. */
export function FormSections({ form, consentVersion }: Editing & { consentVersion: number }) {
  return (
    <>
      <Texts form={form} />
      <Fields form={form} />
      <Lists form={form} />
      <Card title={t("consent")} description={t("consentAbout", { version: consentVersion })}>
        <div class="flex flex-col gap-4">
          <TextArea {...form.text("consentText")} label={t("consentText")} optional rows={3} />
          <Tick form={form} name="consentCheckbox" label={t("consentCheckbox")} />
          <Tick
            form={form}
            name="doubleOptIn"
            label={t("doubleOptIn")}
            hint={t("doubleOptInHint")}
          />
        </div>
      </Card>
      <Mails form={form} />
      <Card title={t("after")} description={t("afterAbout")}>
        <div class="flex flex-col gap-4">
          <TextArea
            {...form.text("submittedText")}
            label={t("submittedText")}
            hint={t("standard")}
            optional
            rows={2}
          />
          <Url form={form} name="submittedUrl" />
          <TextArea
            {...form.text("confirmedText")}
            label={t("confirmedText")}
            hint={t("standard")}
            optional
            rows={2}
          />
          <Url form={form} name="confirmedUrl" />
        </div>
      </Card>
      <Style form={form} />
    </>
  );
}

function Tick({
  form,
  name,
  label,
  hint,
}: Editing & {
  name: "consentCheckbox" | "doubleOptIn" | "welcome" | "chooseLists" | "enabled";
  label: string;
  hint?: string;
}) {
  return (
    <Checkbox
      label={label}
      {...(hint === undefined ? {} : { hint })}
      checked={form.values[name]}
      onChange={(on) => form.set(name, on)}
    />
  );
}

function Url({ form, name }: Editing & { name: "submittedUrl" | "confirmedUrl" }) {
  return (
    <TextField
      {...form.text(name)}
      error={form.errorOf(`settings.${name}`)}
      label={t("submittedUrl")}
      type="url"
      placeholder="https://www.example.org/thanks"
      optional
    />
  );
}

function Texts({ form }: Editing) {
  return (
    <Card title={t("texts")}>
      <div class="flex flex-col gap-4">
        <TextField {...form.text("name")} label={t("name")} hint={t("nameHint")} />
        <Tick form={form} name="enabled" label={t("enabled")} />
        <SelectField
          label={t("language")}
          value={form.values.language}
          options={[
            { value: "en", label: "English" },
            { value: "de", label: "Deutsch" },
          ]}
          onChange={(value) => form.set("language", value as FormValues["language"])}
        />
        <TextField {...form.text("title")} label={t("title")} hint={t("standard")} optional />
        <TextArea {...form.text("intro")} label={t("intro")} optional rows={3} />
        <TextField {...form.text("button")} label={t("button")} hint={t("standard")} optional />
      </div>
    </Card>
  );
}

function Fields({ form }: Editing) {
  const workspace = useWorkspace();
  const fields = useChoices(workspace, "fields");
  const known = [
    { key: "first_name", label: t("firstName") },
    { key: "last_name", label: t("lastName") },
    { key: "place.country", label: t("country") },
    { key: "place.city", label: t("city") },
    { key: "place.time_zone", label: t("timeZone") },
    ...(fields.data?.items ?? []),
  ];
  const chosen = form.values.fields;
  const set = (key: string, on: boolean, required: boolean) => {
    const others = chosen.filter((field) => field.key !== key);
    const next = on ? [...others, { key, required }] : others;
    const place = (field: { key: string }) =>
      known.findIndex(({ key: name }) => name === field.key);
    form.set(
      "fields",
      next.sort((a, b) => place(a) - place(b)),
    );
  };
  return (
    <Card title={t("asks")} description={t("asksAbout")}>
      <div class="flex flex-col gap-2">
        {known.map(({ key, label }) => {
          const field = chosen.find((one) => one.key === key);
          return (
            <div key={key} class="flex items-start justify-between gap-4">
              <Checkbox
                label={label}
                checked={field !== undefined}
                onChange={(on) => set(key, on, false)}
              />
              {field !== undefined && (
                <Checkbox
                  label={t("required")}
                  checked={field.required}
                  onChange={(on) => set(key, true, on)}
                />
              )}
            </div>
          );
        })}
      </div>
    </Card>
  );
}

function Lists({ form }: Editing) {
  const workspace = useWorkspace();
  const lists = useChoices(workspace, "lists");
  const topics = (lists.data?.items ?? []).filter(({ isPublic }) => isPublic);
  const chosen = form.values.listIds;
  return (
    <Card title={t("leads")} description={t("leadsAbout")}>
      <div class="flex flex-col gap-2">
        {lists.data !== undefined && topics.length === 0 && (
          <p class="text-muted">{t("noPublic")}</p>
        )}
        {topics.map(({ id, name }) => (
          <Checkbox
            key={id}
            label={name}
            checked={chosen.includes(id)}
            onChange={(on) =>
              form.set("listIds", on ? [...chosen, id] : chosen.filter((one) => one !== id))
            }
          />
        ))}
        {chosen.length === 0 && topics.length > 0 && (
          <p class="text-sm text-muted">{t("noListChosen")}</p>
        )}
        {chosen.length > 1 && <Tick form={form} name="chooseLists" label={t("chooseLists")} />}
      </div>
    </Card>
  );
}

function Mails({ form }: Editing) {
  const { values } = form;
  return (
    <Card title={t("mails")} description={t("mailsAbout", { link: "{{ confirm_url }}" })}>
      <div class="flex flex-col gap-4">
        <div class="grid gap-4 sm:grid-cols-2">
          <Choice form={form} name="senderId" label={t("sender")} kind="senders" />
          <Choice form={form} name="routeId" label={t("route")} kind="routes" />
        </div>
        <TextField
          {...form.text("confirmSubject")}
          label={t("confirmSubject")}
          hint={t("standard")}
          error={form.errorOf("settings.confirmSubject")}
          optional
        />
        <TextArea
          {...form.text("confirmBody")}
          label={t("confirmBody")}
          hint={t("standard")}
          error={form.errorOf("settings.confirmBody")}
          optional
          rows={5}
        />
        <Tick form={form} name="welcome" label={t("welcome")} />
        {values.welcome && (
          <>
            <TextField
              {...form.text("welcomeSubject")}
              label={t("welcomeSubject")}
              hint={t("standard")}
              error={form.errorOf("settings.welcomeSubject")}
              optional
            />
            <TextArea
              {...form.text("welcomeBody")}
              label={t("welcomeBody")}
              hint={t("standard")}
              error={form.errorOf("settings.welcomeBody")}
              optional
              rows={5}
            />
          </>
        )}
      </div>
    </Card>
  );
}

function Choice({
  form,
  name,
  label,
  kind,
}: Editing & { name: "senderId" | "routeId"; label: string; kind: "senders" | "routes" }) {
  const workspace = useWorkspace();
  const choices = useChoices(workspace, kind);
  return (
    <SelectField
      label={label}
      value={String(form.values[name] ?? "")}
      options={[
        { value: "", label: t("first") },
        ...(choices.data?.items ?? []).map(({ id, name: text }) => ({
          value: String(id),
          label: text,
        })),
      ]}
      onChange={(value) => form.set(name, value === "" ? null : Number(value))}
    />
  );
}

function Style({ form }: Editing) {
  const { style } = form.values;
  const color = (name: "accent" | "background" | "text", label: string) => (
    <TextField
      label={label}
      hint={t("colorHint")}
      error={form.errorOf(`settings.style.${name}`)}
      value={style[name]}
      onInput={(value) => form.set("style", { ...style, [name]: value })}
      maxLength={7}
      optional
    />
  );
  return (
    <Card title={t("style")}>
      <div class="grid gap-4 sm:grid-cols-2">
        {color("accent", t("color"))}
        {color("background", t("background"))}
        {color("text", t("textColor"))}
        <TextField
          label={t("radius")}
          type="number"
          value={String(style.radius)}
          onInput={(value) =>
            form.set("style", {
              ...style,
              radius: Math.max(0, Math.min(24, Math.round(Number(value) || 0))),
            })
          }
        />
      </div>
    </Card>
  );
}
