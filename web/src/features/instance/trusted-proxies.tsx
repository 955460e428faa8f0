import { api, ask } from "../../api.ts";
import { formatList } from "../../format.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { SettingsSection } from "../../ui/page.tsx";
import { FormProblem, Notice } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { t } from "./instance.messages.ts";
import type { InstanceSettings } from "./system-mail.tsx";

/** The reverse proxies that are trusted to report the client's address. */
export function TrustedProxies({
  settings,
  onSaved,
}: {
  settings: InstanceSettings;
  onSaved: () => void;
}) {
  const { trustedProxies, trustedProxiesFixed, unnamedProxies } = settings;
  const form = useForm({
    initial: { trustedProxies: trustedProxies.join(", ") },
    submit: async (values) => {
      const ranges = values.trustedProxies.split(/[\s,]+/).filter((range) => range !== "");
      await ask(api.instance.settings.patch({ trustedProxies: ranges }));
      toast(t("saved"));
      onSaved();
    },
  });
  return (
    <SettingsSection title={t("proxies")} description={t("proxiesBody")}>
      {unnamedProxies.length > 0 && (
        <Notice tone="warning" title={t("unnamedProxies")}>
          {t("unnamedProxiesBody", { addresses: formatList(unnamedProxies) })}
        </Notice>
      )}
      <form class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField
          {...form.text("trustedProxies")}
          label={t("proxies")}
          disabled={trustedProxiesFixed}
          hint={trustedProxiesFixed ? t("proxiesFixed") : t("proxiesHint")}
        />
        <div>
          <Button type="submit" busy={form.busy} disabled={!form.dirty}>
            {t("save")}
          </Button>
        </div>
      </form>
    </SettingsSection>
  );
}
