import { useQuery } from "@tanstack/preact-query";
import { api, ask } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { TextArea, TextField } from "../../ui/field.tsx";
import { type Form, useForm } from "../../ui/form.ts";
import { PageBody, SettingsSection } from "../../ui/page.tsx";
import { FormProblem, Loaded, Notice } from "../../ui/states.tsx";
import { TimeZoneField } from "../../ui/time-zone-field.tsx";
import { toast } from "../../ui/toast.tsx";
import { Switch } from "../../ui/toggles.tsx";
import { SettingsFrame } from "./settings-frame.tsx";
import { t } from "./workspaces.messages.ts";

const readWorkspace = (workspaceId: string) => ask(api.workspaces({ workspaceId }).get());

type Workspace = Awaited<ReturnType<typeof readWorkspace>>;

type Values = {
  name: string;
  timeZone: string;
  postalAddress: string;
  tracking: boolean;
  maxPerSecond: string;
};

/** Name, time zone, address and sending defaults of the workspace. */
export function GeneralPage() {
  const { id } = useWorkspace();
  const query = useQuery({ queryKey: ["workspace", id], queryFn: () => readWorkspace(id) });
  return (
    <SettingsFrame title={t("general")}>
      <Loaded query={query}>{(workspace) => <Settings key={id} workspace={workspace} />}</Loaded>
    </SettingsFrame>
  );
}

function Settings({ workspace }: { workspace: Workspace }) {
  const { id: workspaceId, canAdmin } = useWorkspace();
  const form = useForm<Values>({
    initial: {
      name: workspace.name,
      timeZone: workspace.timeZone,
      postalAddress: workspace.postalAddress,
      tracking: workspace.tracking,
      maxPerSecond: workspace.maxPerSecond === null ? "" : String(workspace.maxPerSecond),
    },
    submit: async (values) => {
      const maxPerSecond = values.maxPerSecond.trim() === "" ? null : Number(values.maxPerSecond);
      await ask(api.workspaces({ workspaceId }).patch({ ...values, maxPerSecond }));
      await queryClient.invalidateQueries({ queryKey: ["me"] });
      await queryClient.invalidateQueries({ queryKey: ["workspace", workspaceId] });
      toast(t("saved"));
    },
  });
  return (
    <PageBody narrow>
      <form class="flex flex-col gap-6" onSubmit={form.onSubmit} noValidate>
        {!canAdmin && <Notice title={t("readOnly")} />}
        <fieldset disabled={!canAdmin} class="contents">
          <Identity form={form} />
          <Sending form={form} />
        </fieldset>
        <FormProblem problem={form.problem} />
        {canAdmin && (
          <div>
            <Button type="submit" variant="primary" busy={form.busy} disabled={!form.dirty}>
              {t("save")}
            </Button>
          </div>
        )}
      </form>
    </PageBody>
  );
}

function Identity({ form }: { form: Form<Values> }) {
  return (
    <>
      <SettingsSection title={t("identity")} description={t("identityBody")}>
        <TextField {...form.text("name")} label={t("name")} />
        <TimeZoneField {...form.choice("timeZone")} label={t("timeZone")} />
      </SettingsSection>
      <SettingsSection title={t("footer")} description={t("footerBody")}>
        <TextArea {...form.text("postalAddress")} label={t("postalAddress")} rows={3} />
      </SettingsSection>
    </>
  );
}

function Sending({ form }: { form: Form<Values> }) {
  return (
    <SettingsSection title={t("sending")} description={t("sendingBody")}>
      <Switch
        label={t("tracking")}
        hint={t("trackingHint")}
        checked={form.values.tracking}
        onChange={(on) => form.set("tracking", on)}
      />
      <TextField
        {...form.text("maxPerSecond")}
        label={t("maxPerSecond")}
        hint={t("maxPerSecondHint")}
        inputMode="numeric"
        optional
      />
    </SettingsSection>
  );
}
