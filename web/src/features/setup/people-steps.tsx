import { api, ask } from "../../api.ts";
import { locale } from "../../i18n.ts";
import { PasswordField, TextArea, TextField } from "../../ui/field.tsx";
import { TimeZoneField } from "../../ui/time-zone-field.tsx";
import { t } from "./setup.messages.ts";
import { StepForm } from "./step-form.tsx";
import { type StepProps, useStepForm } from "./use-setup.ts";

/** The first account. */
export function AdministratorStep(props: StepProps) {
  const saved = props.state.answers.administrator;
  const form = useStepForm(
    props,
    {
      name: saved?.name ?? "",
      email: saved?.email ?? "",
      password: "",
    },
    (values) => ask(api.setup.administrator.post({ ...values, locale: locale.value })),
  );
  return (
    <StepForm form={form}>
      <TextField {...form.text("name")} label={t("name")} autocomplete="name" autofocus />
      <TextField {...form.text("email")} label={t("email")} type="email" autocomplete="username" />
      <PasswordField
        {...form.text("password")}
        label={t("password")}
        hint={t("passwordHint")}
        autocomplete="new-password"
      />
    </StepForm>
  );
}

/** The organization that owns the workspaces. */
export function OrganizationStep(props: StepProps) {
  const form = useStepForm(
    props,
    {
      name: props.state.answers.organization?.name ?? "",
    },
    (values) => ask(api.setup.organization.post(values)),
  );
  return (
    <StepForm form={form}>
      <TextField
        {...form.text("name")}
        label={t("organizationName")}
        autocomplete="organization"
        autofocus
      />
    </StepForm>
  );
}

/** The first client or brand. */
export function WorkspaceStep(props: StepProps) {
  const saved = props.state.answers.workspace;
  const form = useStepForm(
    props,
    {
      name: saved?.name ?? props.state.answers.organization?.name ?? "",
      timeZone: saved?.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
      postalAddress: saved?.postalAddress ?? "",
    },
    (values) => ask(api.setup.workspace.post(values)),
  );
  return (
    <StepForm form={form}>
      <TextField {...form.text("name")} label={t("workspaceName")} autofocus />
      <TimeZoneField {...form.choice("timeZone")} label={t("timeZone")} />
      <TextArea
        {...form.text("postalAddress")}
        label={t("postalAddress")}
        hint={t("postalAddressHint")}
        rows={3}
      />
    </StepForm>
  );
}
