import { useQuery } from "@tanstack/preact-query";
import { type Answer, type api, http, type WorkspaceApi } from "../../api.ts";
import { useMe } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { SettingsSection } from "../../ui/page.tsx";
import { FormProblem, Notice } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { t } from "./instance.messages.ts";

export type InstanceSettings = Answer<typeof api.instance.settings.get>;

/** How password links and invitations leave. */
export function SystemMail({
  settings,
  onSaved,
}: {
  settings: InstanceSettings;
  onSaved: () => void;
}) {
  const me = useMe();
  const mail = settings.systemMail;
  const form = useForm({
    initial: {
      workspaceId: mail?.workspaceId ?? "",
      routeId: String(mail?.routeId ?? ""),
      fromName: mail?.fromName ?? "",
      fromEmail: mail?.fromEmail ?? "",
    },
    submit: async (values) => {
      const systemMail = { ...values, routeId: Number(values.routeId) };
      await http.patch("/instance/settings", { systemMail });
      toast(t("saved"));
      onSaved();
    },
  });
  const { workspaceId } = form.values;
  const routes = useQuery({
    queryKey: ["routes", workspaceId, "system"],
    queryFn: () =>
      http.get<Answer<WorkspaceApi["routes"]["get"]>>(`/workspaces/${workspaceId}/routes`),
    enabled: workspaceId !== "",
  });
  return (
    <SettingsSection title={t("mail")} description={t("mailBody")}>
      {mail === null && <Notice tone="warning">{t("noMail")}</Notice>}
      <form class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <div class="grid gap-4 sm:grid-cols-2">
          <SelectField
            {...form.choice("workspaceId")}
            label={t("workspace")}
            placeholder={t("chooseWorkspace")}
            options={(me.data?.workspaces ?? []).map((one) => ({ value: one.id, label: one.name }))}
          />
          <SelectField
            {...form.choice("routeId")}
            label={t("route")}
            placeholder={t("chooseRoute")}
            options={(routes.data?.items ?? []).map((one) => ({
              value: String(one.id),
              label: one.name,
            }))}
          />
          <TextField {...form.text("fromName")} label={t("fromName")} />
          <TextField {...form.text("fromEmail")} label={t("fromEmail")} type="email" />
        </div>
        <div>
          <Button type="submit" busy={form.busy} disabled={!form.dirty}>
            {t("save")}
          </Button>
        </div>
      </form>
    </SettingsSection>
  );
}
