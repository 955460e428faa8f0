import { useState } from "preact/hooks";
import { type Answer, api, ask } from "../../api.ts";
import { asProblem, type Problem } from "../../problem.ts";
import { Button } from "../../ui/button.tsx";
import { CheckSteps } from "../../ui/check-steps.tsx";
import { PasswordField, SelectField, TextField } from "../../ui/field.tsx";
import { type Form, fieldError } from "../../ui/form.ts";
import { FormProblem } from "../../ui/states.tsx";
import { Checkbox, ChoiceCards } from "../../ui/toggles.tsx";
import { useProviders } from "./providers.ts";
import { t } from "./setup.messages.ts";
import { StepForm } from "./step-form.tsx";
import { type RouteAnswer, type StepProps, useStepForm } from "./use-setup.ts";

type Values = {
  kind: "relay" | "test_inbox";
  preset: string;
  host: string;
  port: string;
  security: RouteAnswer["security"];
  username: string;
  password: string;
  verifyCertificate: boolean;
  allowPrivateRelays: boolean;
};

/** The request. An empty password keeps the stored one, if there is one. */
function routeBody(values: Values, hasPassword: boolean) {
  const { kind, port, password, ...rest } = values;
  if (kind === "test_inbox") {
    return { kind };
  }
  const keep = password === "" && hasPassword;
  return { kind, ...rest, port: Number(port), ...(keep ? {} : { password }) };
}

/** The sending method: the test inbox, or a relay that is tested before it is saved. */
export function RouteStep(props: StepProps) {
  const saved = props.state.answers.route;
  const hasPassword = saved?.hasPassword ?? false;
  const form = useStepForm<Values>(
    props,
    {
      kind: saved?.kind ?? "test_inbox",
      preset: saved?.preset ?? "",
      host: saved?.host ?? "",
      port: String(saved?.port || 587),
      security: saved?.security ?? "starttls",
      username: saved?.username ?? "",
      password: "",
      verifyCertificate: saved?.verifyCertificate ?? true,
      allowPrivateRelays: saved?.allowPrivateRelays ?? false,
    },
    (values) => ask(api.setup.route.post(routeBody(values, hasPassword))),
  );
  return (
    <StepForm form={form}>
      <ChoiceCards
        label={t("step.route")}
        value={form.values.kind}
        onChange={(kind) => form.set("kind", kind)}
        options={[
          { value: "test_inbox", label: t("testInbox"), hint: t("testInboxHint") },
          { value: "relay", label: t("relay"), hint: t("relayHint") },
        ]}
      />
      {form.values.kind === "relay" && <Relay form={form} hasPassword={hasPassword} />}
    </StepForm>
  );
}

type Check = Answer<typeof api.setup.route.check.post>;

function Relay({ form, hasPassword }: { form: Form<Values>; hasPassword: boolean }) {
  const [check, setCheck] = useState<Check>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    setProblem(undefined);
    setCheck(undefined);
    try {
      setCheck(await ask(api.setup.route.check.post(routeBody(form.values, hasPassword))));
    } catch (error) {
      setProblem(asProblem(error));
    }
    setBusy(false);
  };
  const text = (key: "host" | "port" | "username" | "password") => {
    const field = form.text(key);
    return { ...field, error: field.error ?? fieldError(problem, key) };
  };
  return (
    <>
      <RelayServer form={form} host={text("host")} port={text("port")} />
      <div class="grid gap-4 sm:grid-cols-2">
        <TextField {...text("username")} label={t("username")} autocomplete="off" optional />
        <PasswordField
          {...text("password")}
          label={t("password")}
          autocomplete="off"
          optional
          {...(hasPassword ? { hint: t("passwordKept") } : {})}
        />
      </div>
      <Checkbox
        label={t("verifyCertificate")}
        hint={t("verifyCertificateHint")}
        checked={form.values.verifyCertificate}
        onChange={(on) => form.set("verifyCertificate", on)}
      />
      <Checkbox
        label={t("privateRelay")}
        hint={t("privateRelayHint")}
        checked={form.values.allowPrivateRelays}
        onChange={(on) => form.set("allowPrivateRelays", on)}
      />
      <div>
        <Button busy={busy} onClick={run}>
          {t("check")}
        </Button>
      </div>
      {problem?.fields.length === 0 && <FormProblem problem={problem} />}
      {check !== undefined && <CheckSteps {...check} />}
    </>
  );
}

type TextProps = ReturnType<Form<Values>["text"]>;

function RelayServer({
  form,
  host,
  port,
}: {
  form: Form<Values>;
  host: TextProps;
  port: TextProps;
}) {
  const providers = useProviders();
  const provider = providers.find((one) => one.host === form.values.host)?.host ?? "";
  const choose = (wanted: string) => {
    const found = providers.find((one) => one.host === wanted);
    form.set("host", found?.host ?? "");
    form.set("preset", found?.preset ?? "");
    if (found !== undefined) {
      form.set("port", String(found.port));
      form.set("security", found.security);
      form.set("username", found.username);
    }
  };
  return (
    <>
      <SelectField
        label={t("provider")}
        value={provider}
        onChange={choose}
        placeholder={t("otherProvider")}
        options={providers.map((one) => ({ value: one.host, label: one.name }))}
      />
      <div class="grid gap-4 sm:grid-cols-[minmax(0,1fr)_96px]">
        <TextField {...host} label={t("host")} placeholder="smtp.example.com" autocomplete="off" />
        <TextField {...port} label={t("port")} inputMode="numeric" />
      </div>
      <SelectField
        {...form.choice("security")}
        label={t("security")}
        options={[
          { value: "starttls", label: t("starttls") },
          { value: "tls", label: t("tls") },
          { value: "none", label: t("noEncryption") },
        ]}
      />
    </>
  );
}
