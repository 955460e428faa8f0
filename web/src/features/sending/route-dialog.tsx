import { useState } from "preact/hooks";
import { http } from "../../api.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { PasswordField, SelectField, TextField } from "../../ui/field.tsx";
import { type Form, useForm } from "../../ui/form.ts";
import { FormProblem, Notice } from "../../ui/states.tsx";
import { attempt } from "../../ui/toast.tsx";
import { Checkbox, ChoiceCards } from "../../ui/toggles.tsx";
import type { Route, RouteCheck } from "./route.ts";
import { t } from "./sending.messages.ts";

type Values = {
  kind: Route["kind"];
  name: string;
  host: string;
  port: string;
  security: Route["security"];
  verifyCertificate: boolean;
  username: string;
  password: string;
  maxConnections: string;
  maxPerSecond: string;
  maxPerConnection: string;
  signDkim: boolean;
};

function valuesOf(route: Route | undefined): Values {
  return {
    kind: route?.kind ?? "relay",
    name: route?.name ?? "",
    host: route?.host ?? "",
    port: String(route?.port || 587),
    security: route?.security ?? "starttls",
    verifyCertificate: route?.verifyCertificate ?? true,
    username: route?.username ?? "",
    password: "",
    maxConnections: String(route?.maxConnections ?? 10),
    maxPerSecond: String(route?.maxPerSecond ?? ""),
    maxPerConnection: String(route?.maxPerConnection ?? 100),
    signDkim: route?.signDkim ?? true,
  };
}

function connectionOf(values: Values) {
  const { host, security, verifyCertificate, username, password, signDkim } = values;
  return {
    host,
    port: Number(values.port),
    security,
    verifyCertificate,
    username,
    signDkim,
    // An empty field keeps the stored password: the form never had it.
    ...(password === "" ? {} : { password }),
  };
}

/** Adds or changes a route; a relay can be tried before it is saved. */
export function RouteDialog({ route, onClose }: { route: Route | undefined; onClose: () => void }) {
  const workspace = useWorkspace();
  const form = useForm({
    initial: valuesOf(route),
    submit: async (values) => {
      const body = {
        name: values.name === "" ? undefined : values.name,
        maxConnections: Number(values.maxConnections),
        maxPerSecond: values.maxPerSecond === "" ? null : Number(values.maxPerSecond),
        maxPerConnection: Number(values.maxPerConnection),
        ...(values.kind === "relay" ? connectionOf(values) : {}),
      };
      await (route === undefined
        ? http.post(`${workspace.api}/routes`, { ...body, kind: values.kind })
        : http.patch(`${workspace.api}/routes/${route.id}`, body));
      onClose();
    },
  });
  const relay = form.values.kind === "relay";
  return (
    <Dialog
      shape="wide"
      title={route?.name ?? t("newRoute")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
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
            value={form.values.kind}
            onChange={(kind) => form.set("kind", kind)}
            options={[
              { value: "relay", label: t("relay"), hint: t("relayHint") },
              { value: "test_inbox", label: t("test_inbox"), hint: t("testInboxHint") },
            ]}
          />
        )}
        <TextField {...form.text("name")} label={t("name")} optional={!relay} />
        {relay && <Connection form={form} route={route} />}
        <Limits form={form} />
      </form>
    </Dialog>
  );
}

function Connection({ form, route }: { form: Form<Values>; route: Route | undefined }) {
  const keeps = route?.hasPassword === true ? { hint: t("passwordKept") } : {};
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
      <div class="grid gap-4 sm:grid-cols-2">
        <TextField {...form.text("username")} label={t("username")} optional autocomplete="off" />
        <PasswordField
          {...form.text("password")}
          {...keeps}
          label={t("password")}
          optional
          autocomplete="off"
        />
      </div>
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

function TryConnection({ values, route }: { values: Values; route: Route | undefined }) {
  const workspace = useWorkspace();
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<RouteCheck>();
  const run = async () => {
    setBusy(true);
    setResult(undefined);
    await attempt(async () => {
      const stored = route === undefined ? {} : { id: route.id };
      const body = { ...connectionOf(values), ...stored };
      setResult(await http.post<RouteCheck>(`${workspace.api}/routes/check`, body));
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
      {result !== undefined && (
        <Notice
          tone={result.ok ? "success" : "error"}
          title={result.ok ? t("checkOk") : t("checkFailed")}
        >
          <ol class="mt-1 flex flex-col gap-0.5">
            {result.steps.map((step) => (
              <li key={step.stage} class={step.ok ? "" : "text-error"}>
                {step.stage}: {step.message}
              </li>
            ))}
          </ol>
        </Notice>
      )}
    </div>
  );
}

function Limits({ form }: { form: Form<Values> }) {
  return (
    <fieldset>
      <legend class="mb-2 font-medium">{t("limits")}</legend>
      <div class="grid gap-4 sm:grid-cols-3">
        <TextField
          {...form.text("maxPerSecond")}
          label={t("maxPerSecond")}
          hint={t("noCap")}
          optional
          inputMode="numeric"
        />
        <TextField
          {...form.text("maxConnections")}
          label={t("maxConnections")}
          inputMode="numeric"
        />
        <TextField
          {...form.text("maxPerConnection")}
          label={t("maxPerConnection")}
          inputMode="numeric"
        />
      </div>
    </fieldset>
  );
}
