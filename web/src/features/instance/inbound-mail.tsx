import { useQuery } from "@tanstack/preact-query";
import { type Answer, api, ask } from "../../api.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { SettingsSection } from "../../ui/page.tsx";
import { FormProblem, Loaded, Notice } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { t } from "./inbound.messages.ts";

type Settings = Answer<typeof api.instance.inbound.get>;

/** Settings for receiving bounces and other mail. */
export function InboundMail() {
  const settings = useQuery({
    queryKey: ["instance", "inbound"],
    queryFn: () => ask(api.instance.inbound.get()),
  });
  return (
    <SettingsSection title={t("title")} description={t("about")}>
      <Loaded query={settings} rows={4}>
        {(data) => <Form settings={data} onSaved={() => void settings.refetch()} />}
      </Loaded>
    </SettingsSection>
  );
}

function Form({ settings, onSaved }: { settings: Settings; onSaved: () => void }) {
  const { mxHost, bounceDomain, certFile, keyFile } = settings;
  const form = useForm({
    initial: { mxHost, bounceDomain, certFile, keyFile },
    submit: async (values) => {
      await ask(api.instance.inbound.patch(values));
      toast(t("saved"));
      onSaved();
    },
  });
  return (
    <form class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
      {!settings.takesFromOutside && (
        <Notice tone="warning" title={t("loopback")}>
          {t("loopbackBody", { port: settings.port })}
        </Notice>
      )}
      <FormProblem problem={form.problem} />
      <TextField {...form.text("bounceDomain")} label={t("bounceDomain")} hint={t("bounceHint")} />
      <TextField {...form.text("mxHost")} label={t("mxHost")} hint={t("mxHint")} />
      <TextField {...form.text("certFile")} label={t("certFile")} hint={t("certHint")} />
      <TextField {...form.text("keyFile")} label={t("keyFile")} />
      <div class="flex gap-2">
        <Button type="submit" busy={form.busy} disabled={!form.dirty}>
          {t("save")}
        </Button>
        <ButtonLink href="/instance/mail">{t("read")}</ButtonLink>
      </div>
    </form>
  );
}
