import { useState } from "preact/hooks";
import { ask } from "../../api.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { CheckSteps } from "../../ui/check-steps.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { PasswordField, SelectField, TextField } from "../../ui/field.tsx";
import { type Form, useForm } from "../../ui/form.ts";
import { FormProblem, Notice } from "../../ui/states.tsx";
import { attempt } from "../../ui/toast.tsx";
import { Checkbox, ChoiceCards, Segmented } from "../../ui/toggles.tsx";
import { type Preset, type Route, type RouteCheck, usePresets } from "./route.ts";
import { connectionOf, type RouteValues, routeBody, valuesOf, withPreset } from "./route-form.ts";
import { t as r } from "./routes.messages.ts";
import { t } from "./sending.messages.ts";

type Part = { form: Form<RouteValues>; route: Route | undefined };

/** Adds or changes a sending method. A relay can be tested before it is saved. */
export function RouteDialog({
  route,
  onClose,
}: {
  route: Route | undefined;
  onClose: (saved: Route | undefined) => void;
}) {
  const workspace = useWorkspace();
  const form = useForm({
    initial: valuesOf(route),
    submit: async (values) => {
      const body = routeBody(values, route);
      onClose(
        route === undefined
          ? await ask(workspace.call.routes.post({ ...body, kind: values.kind }))
          : await ask(workspace.call.routes({ id: route.id }).patch(body)),
      );
    },
  });
  const { kind } = form.values;
  return (
    <Dialog
      shape="wide"
      title={route?.name ?? t("newRoute")}
      onClose={() => onClose(undefined)}
      footer={
        <>
          <Button onClick={() => onClose(undefined)}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="route" busy={form.busy}>
            {route === undefined ? t("create") : t("save")}
          </Button>
        </>
      }
    >
      <form id="route" class="flex flex-col gap-5" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        {route === undefined && (
          <ChoiceCards
            label={t("kind")}
            value={kind}
            onChange={(next) => form.set("kind", next)}
            options={[
              { value: "relay", label: t("relay"), hint: t("relayHint") },
              { value: "direct", label: t("direct"), hint: t("directHint") },
              { value: "test_inbox", label: t("test_inbox"), hint: t("testInboxHint") },
            ]}
          />
        )}
        {kind === "relay" && <Provider form={form} route={route} />}
        <TextField {...form.text("name")} label={t("name")} optional={kind === "test_inbox"} />
        {kind === "relay" && <Connection form={form} route={route} />}
        {kind === "direct" && <Direct form={form} route={route} />}
      </form>
    </Dialog>
  );
}

function Provider({ form, route }: Part) {
  const presets = usePresets().data?.items ?? [];
  const chosen = presets.find((preset) => preset.id === form.values.preset);
  const choose = (id: string) => {
    const preset = presets.find((one) => one.id === id);
    if (preset !== undefined) {
      form.reset(withPreset(form.values, preset));
    }
  };
  return (
    <>
      <div class="grid gap-4 sm:grid-cols-2">
        <SelectField
          {...form.choice("preset")}
          label={r("provider")}
          onChange={choose}
          options={presets.map((one) => ({ value: one.id, label: one.name }))}
        />
        {chosen !== undefined && chosen.hosts.length > 1 && (
          <SelectField
            label={r("region")}
            value={form.values.host}
            onChange={(host) => form.set("host", host)}
            options={chosen.hosts.map(({ host, name }) => ({ value: host, label: name }))}
          />
        )}
      </div>
      {chosen !== undefined && chosen.id !== "" && (
        <PresetSteps preset={chosen} isNew={route === undefined} />
      )}
    </>
  );
}

function PresetSteps({ preset, isNew }: { preset: Preset; isNew: boolean }) {
  return (
    <Notice tone="neutral" title={r("atProvider", { name: preset.name })}>
      <ol class="mt-1 ml-4 list-decimal">
        {preset.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {isNew && <p class="mt-2">{r("limitsTaken")}</p>}
    </Notice>
  );
}

function Direct({ form, route }: Part) {
  return (
    <>
      <SelectField
        {...form.choice("tlsPolicy")}
        label={r("tlsPolicy")}
        options={[
          { value: "opportunistic", label: r("opportunistic") },
          { value: "required", label: r("required") },
          { value: "verified", label: r("verified") },
        ]}
      />
      {route === undefined && <Notice>{r("directNote")}</Notice>}
    </>
  );
}

function Connection({ form, route }: Part) {
  return (
    <>
      <div class="grid gap-4 sm:grid-cols-[1fr_96px_200px]">
        <TextField {...form.text("host")} label={t("host")} hint={t("hostHint")} />
        <TextField {...form.text("port")} label={t("port")} inputMode="numeric" />
        <SelectField
          {...form.choice("security")}
          label={t("security")}
          options={[
            { value: "starttls", label: t("starttls") },
            { value: "tls", label: t("tls") },
            { value: "none", label: t("noneSecurity") },
          ]}
        />
      </div>
      <div>
        <Segmented
          label={r("signIn")}
          value={form.values.auth}
          onChange={(auth) => form.set("auth", auth)}
          options={[
            { value: "password", label: r("byPassword") },
            { value: "oauth", label: r("byOauth") },
          ]}
        />
      </div>
      {form.values.auth === "oauth" ? (
        <OAuth form={form} route={route} />
      ) : (
        <Password form={form} route={route} />
      )}
      <Checkbox
        label={t("verify")}
        hint={t("verifyHint")}
        checked={form.values.verifyCertificate}
        onChange={(on) => form.set("verifyCertificate", on)}
      />
      <Checkbox
        label={t("signDkim")}
        hint={t("signDkimHint")}
        checked={form.values.signDkim}
        onChange={(on) => form.set("signDkim", on)}
      />
      <TryConnection values={form.values} route={route} />
    </>
  );
}

function hintsOf(presets: Preset[], id: string) {
  const preset = presets.find((one) => one.id === id);
  const hint = (text: string | undefined) => (text ? { hint: text } : {});
  return { username: hint(preset?.usernameHint), password: hint(preset?.passwordHint) };
}

function Password({ form, route }: Part) {
  const hints = hintsOf(usePresets().data?.items ?? [], form.values.preset);
  const keeps = route?.hasPassword === true ? { hint: t("passwordKept") } : hints.password;
  return (
    <div class="grid gap-4 sm:grid-cols-2">
      <TextField
        {...form.text("username")}
        {...hints.username}
        label={t("username")}
        optional
        autocomplete="off"
      />
      <PasswordField
        {...form.text("password")}
        {...keeps}
        label={t("password")}
        optional
        autocomplete="off"
      />
    </div>
  );
}

function OAuth({ form, route }: Part) {
  const hints = hintsOf(usePresets().data?.items ?? [], form.values.preset);
  const keeps = route?.oauth ? { hint: r("secretKept") } : {};
  const text = (key: "tokenUrl" | "clientId" | "clientSecret" | "refreshToken" | "scope") => {
    const field = form.text(key);
    return { ...field, error: form.errorOf(`oauth.${key}`) ?? field.error };
  };
  return (
    <div class="grid gap-4 sm:grid-cols-2">
      <TextField
        {...form.text("username")}
        {...hints.username}
        label={t("username")}
        autocomplete="off"
      />
      <TextField {...text("tokenUrl")} label={r("tokenUrl")} type="url" />
      <TextField {...text("clientId")} label={r("clientId")} autocomplete="off" />
      <PasswordField
        {...text("clientSecret")}
        {...keeps}
        label={r("clientSecret")}
        autocomplete="off"
      />
      <TextField {...text("scope")} label={r("scope")} optional />
      <PasswordField
        {...text("refreshToken")}
        hint={route?.oauth?.hasRefreshToken ? r("secretKept") : r("refreshHint")}
        label={r("refreshToken")}
        optional
        autocomplete="off"
      />
    </div>
  );
}

function TryConnection({ values, route }: { values: RouteValues; route: Route | undefined }) {
  const workspace = useWorkspace();
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<RouteCheck>();
  const run = async () => {
    setBusy(true);
    setResult(undefined);
    await attempt(async () => {
      const stored = route === undefined ? {} : { id: route.id };
      const body = { ...connectionOf(values, route), ...stored };
      setResult(await ask(workspace.call.routes.check.post(body)));
    });
    setBusy(false);
  };
  return (
    <div class="flex flex-col gap-3">
      <div>
        <Button onClick={run} busy={busy} disabled={values.host === ""}>
          {t("check")}
        </Button>
      </div>
      {result !== undefined && <CheckSteps {...result} />}
    </div>
  );
}
