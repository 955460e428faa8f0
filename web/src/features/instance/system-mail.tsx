import { type Answer, api, ask } from "../../api.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { PasswordField, SelectField, TextField } from "../../ui/field.tsx";
import { type Form, useForm } from "../../ui/form.ts";
import { SettingsSection } from "../../ui/page.tsx";
import { FormProblem, Notice } from "../../ui/states.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { Checkbox, ChoiceCards } from "../../ui/toggles.tsx";
import { t } from "./instance.messages.ts";

export type InstanceSettings = Answer<typeof api.instance.settings.get>;
type Mail = NonNullable<InstanceSettings["systemMail"]>;
type Values = Omit<Mail, "port" | "hasPassword"> & { port: string; password: string };

/** How password links and invitations are sent. */
export function SystemMail({
  settings,
  onSaved,
}: {
  settings: InstanceSettings;
  onSaved: () => void;
}) {
  const mail = settings.systemMail;
  const form = useForm<Values>({
    initial: {
      kind: mail?.kind ?? "relay",
      host: mail?.kind === "relay" ? mail.host : "",
      port: String(mail?.port || 587),
      security: mail?.kind === "relay" ? mail.security : "starttls",
      verifyCertificate: mail?.kind === "relay" ? mail.verifyCertificate : true,
      username: mail?.username ?? "",
      password: "",
      fromName: mail?.fromName ?? "",
      fromEmail: mail?.fromEmail ?? "",
    },
    submit: async (values) => {
      await ask(api.instance.settings.patch({ systemMail: requestOf(values) }));
      toast(t("saved"));
      onSaved();
    },
  });
  return (
    <SettingsSection title={t("mail")} description={t("mailBody")}>
      {settings.systemMailLentBy !== null && (
        <Notice tone="warning">
          {t("mailLent", {
            sender: mail?.fromName ?? "",
            workspace: settings.systemMailLentBy,
          })}
        </Notice>
      )}
      {mail === null && <Notice tone="warning">{t("noMail")}</Notice>}
      <form class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <ChoiceCards
          label={t("mailBy")}
          value={form.values.kind}
          onChange={(kind) => form.set("kind", kind)}
          options={[
            { value: "relay", label: t("mailRelay"), hint: t("mailRelayHint") },
            { value: "test_inbox", label: t("mailInbox"), hint: t("mailInboxHint") },
          ]}
        />
        {form.values.kind === "relay" && <Relay form={form} hasPassword={mail?.hasPassword} />}
        <div class="grid gap-4 sm:grid-cols-2">
          <TextField {...form.text("fromName")} label={t("fromName")} />
          <TextField {...form.text("fromEmail")} label={t("fromEmail")} type="email" />
        </div>
        <div class="flex flex-wrap gap-2">
          <Button type="submit" busy={form.busy} disabled={!form.dirty}>
            {t("save")}
          </Button>
          {mail !== null && !form.dirty && <Button onClick={sendTest}>{t("mailTest")}</Button>}
          {mail?.kind === "test_inbox" && (
            <ButtonLink href="/instance/inbox">{t("mailRead")}</ButtonLink>
          )}
        </div>
      </form>
    </SettingsSection>
  );
}

function Relay({ form, hasPassword }: { form: Form<Values>; hasPassword: boolean | undefined }) {
  return (
    <>
      <div class="grid gap-4 sm:grid-cols-2">
        <TextField {...form.text("host")} label={t("mailHost")} />
        <TextField {...form.text("port")} label={t("mailPort")} />
        <SelectField
          {...form.choice("security")}
          label={t("mailSecurity")}
          options={[
            { value: "starttls", label: "STARTTLS" },
            { value: "tls", label: "TLS" },
            { value: "none", label: t("mailUnencrypted") },
          ]}
        />
        <TextField {...form.text("username")} label={t("mailUser")} autocomplete="off" optional />
        <PasswordField
          {...form.text("password")}
          label={t("mailPassword")}
          autocomplete="off"
          optional
          {...(hasPassword === true ? { hint: t("mailPasswordKept") } : {})}
        />
      </div>
      <Checkbox
        label={t("mailVerify")}
        checked={form.values.verifyCertificate}
        onChange={(on) => form.set("verifyCertificate", on)}
      />
    </>
  );
}

/** An empty password keeps the stored one. */
function requestOf({ kind, fromName, fromEmail, port, password, ...relay }: Values) {
  if (kind === "test_inbox") {
    return { kind, fromName, fromEmail };
  }
  const secret = password === "" ? {} : { password };
  return { kind, ...relay, port: Number(port), ...secret, fromName, fromEmail };
}

const sendTest = () =>
  attempt(async () => {
    const { to, reply } = await ask(api.instance.settings["test-mail"].post());
    toast(t("mailTested", { to, reply }));
  });
