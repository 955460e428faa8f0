import { api, ask } from "../../api.ts";
import { type Locale, locale, setLocale } from "../../i18n.ts";
import { type Density, density, type Theme, theme } from "../../preferences.ts";
import { type Me, queryClient, useMe } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { PasswordField, SelectField, TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { PageBody, PageHeader, SettingsSection } from "../../ui/page.tsx";
import { FormProblem, Loaded } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { Segmented } from "../../ui/toggles.tsx";
import { t } from "./auth.messages.ts";
import { Sessions } from "./sessions-section.tsx";

/** The signed-in person's profile, password, appearance and sessions. */
export function AccountPage() {
  const me = useMe();
  return (
    <>
      <PageHeader title={t("account")} />
      <Loaded query={me}>
        {(data) => (
          <PageBody narrow>
            <Profile user={data.user} />
            <Appearance />
            <Password />
            <Sessions />
          </PageBody>
        )}
      </Loaded>
    </>
  );
}

function Profile({ user }: { user: Me["user"] }) {
  const form = useForm({
    initial: { name: user.name, locale: user.locale || locale.value },
    submit: async (values) => {
      await ask(api.auth.me.patch(values));
      setLocale(values.locale as Locale);
      await queryClient.invalidateQueries({ queryKey: ["me"] });
      toast(t("saved"));
    },
  });
  return (
    <SettingsSection title={t("profile")} description={t("profileBody")}>
      <form class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("name")} label={t("name")} autocomplete="name" />
        <TextField label={t("email")} value={user.email} onInput={() => undefined} disabled />
        <SelectField
          {...form.choice("locale")}
          label={t("language")}
          options={[
            { value: "en", label: "English" },
            { value: "de", label: "Deutsch" },
          ]}
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

function Appearance() {
  return (
    <SettingsSection title={t("appearance")} description={t("appearanceBody")}>
      <div class="flex flex-col gap-1.5">
        <span class="text-sm font-medium">{t("theme")}</span>
        <Segmented<Theme>
          label={t("theme")}
          value={theme.value}
          onChange={(next) => {
            theme.value = next;
          }}
          options={[
            { value: "system", label: t("system") },
            { value: "light", label: t("light") },
            { value: "dark", label: t("dark") },
          ]}
        />
      </div>
      <div class="flex flex-col gap-1.5">
        <span class="text-sm font-medium">{t("density")}</span>
        <Segmented<Density>
          label={t("density")}
          value={density.value}
          onChange={(next) => {
            density.value = next;
          }}
          options={[
            { value: "comfortable", label: t("comfortable") },
            { value: "compact", label: t("compact") },
          ]}
        />
      </div>
    </SettingsSection>
  );
}

function Password() {
  const form = useForm({
    initial: { current: "", next: "" },
    submit: async (values) => {
      await ask(api.auth.password.post(values));
      toast(t("passwordSet"));
    },
  });
  return (
    <SettingsSection title={t("password")} description={t("passwordBody")}>
      <form class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <PasswordField
          {...form.text("current")}
          label={t("currentPassword")}
          autocomplete="current-password"
        />
        <PasswordField
          {...form.text("next")}
          label={t("newPassword")}
          hint={t("passwordHint")}
          autocomplete="new-password"
        />
        <div>
          <Button type="submit" busy={form.busy} disabled={!form.dirty}>
            {t("changePassword")}
          </Button>
        </div>
      </form>
    </SettingsSection>
  );
}
