import { useQuery } from "@tanstack/preact-query";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import { Problem } from "../../problem.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { PageBody, PageHeader, SettingsSection } from "../../ui/page.tsx";
import { FormProblem, Loaded, Notice } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { t } from "./delivery-settings.messages.ts";

type SettingsApi = WorkspaceApi["delivery-settings"];
type Settings = Answer<SettingsApi["get"]>;
type Name = keyof Settings;
type Values = Record<Name, string>;

const percents = [
  ["hardBouncePercent", "hardBounceHint"],
  ["blockPercent", "blockHint"],
  ["complaintPercent", "complaintHint"],
] as const;

/** When campaigns pause automatically, when reports warn, and how long addresses are paused. */
export function DeliverySettingsPage() {
  const workspace = useWorkspace();
  const call = workspace.call["delivery-settings"];
  const settings = useQuery({
    queryKey: ["delivery-settings", workspace.id],
    queryFn: () => ask(call.get()),
  });
  return (
    <>
      <PageHeader title={t("title")} description={t("about")} />
      <Loaded query={settings}>
        {(data) => <SettingsForm key={workspace.id} call={call} settings={data} />}
      </Loaded>
    </>
  );
}

/** Accepts a decimal comma, as in German. */
const numberOf = (text: string) =>
  text.trim() === "" ? Number.NaN : Number(text.trim().replace(",", "."));

/** @throws Problem naming the fields that contain no number. */
function refuseWords(values: Values): void {
  const fields = Object.entries(values)
    .filter(([, value]) => Number.isNaN(numberOf(value)))
    .map(([field]) => ({ field, reason: t("notANumber") }));
  if (fields.length > 0) {
    const detail = t("notANumber");
    throw new Problem({ status: 422, code: "invalid_input", title: detail, detail, fields });
  }
}

function SettingsForm({ call, settings }: { call: SettingsApi; settings: Settings }) {
  const { canAdmin } = useWorkspace();
  const form = useForm<Values>({
    initial: Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [name, String(value)]),
    ) as Values,
    submit: async (values) => {
      refuseWords(values);
      const change = Object.entries(values).map(([name, value]) => [name, numberOf(value)]);
      await ask(call.patch(Object.fromEntries(change)));
      toast(t("saved"));
    },
  });
  const field = (name: Name, hint: string) => (
    <TextField key={name} {...form.text(name)} label={t(name)} hint={hint} />
  );
  return (
    <PageBody narrow>
      <form class="flex flex-col gap-6" onSubmit={form.onSubmit} noValidate>
        {!canAdmin && <Notice title={t("readOnly")} />}
        <fieldset disabled={!canAdmin} class="contents">
          <SettingsSection title={t("breaker")} description={t("breakerAbout")}>
            {percents.map(([name, hint]) => field(name, t(hint)))}
          </SettingsSection>
          <SettingsSection title={t("warning")} description={t("warningAbout")}>
            {field("complaintWarnPercent", t("complaintWarnHint"))}
          </SettingsSection>
          <SettingsSection title={t("expiry")} description={t("expiryAbout")}>
            {field("softBounceDays", t("softBounceHint"))}
          </SettingsSection>
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
