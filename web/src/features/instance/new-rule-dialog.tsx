import { api, ask } from "../../api.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { t } from "./rules.messages.ts";

const MINUTE_MS = 60_000;
const FORM = "new-rule";

const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== "");

type Values = {
  name: string;
  providers: string;
  codes: string;
  text: string;
  times: string;
  action: string;
  minutes: string;
};

/** Creates a custom rule of the usual form. The API supports more. */
export function NewRuleDialog({
  onClose,
  onCreated,
}: {
  onClose: () => void;
  onCreated: () => void;
}) {
  const form = useForm<Values>({
    initial: {
      ...{ name: "", providers: "", codes: "4xx", text: "", times: "1" },
      ...{ action: "suspend", minutes: "30" },
    },
    submit: async (values) => {
      await ask(api.instance["limit-rules"].post(ruleOf(values)));
      toast(t("saved"));
      onCreated();
      onClose();
    },
  });
  return (
    <Dialog
      title={t("addRule")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" form={FORM} variant="primary" busy={form.busy}>
            {t("addRule")}
          </Button>
        </>
      }
    >
      <form id={FORM} class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("name")} label={t("rule")} />
        <TextField {...form.text("providers")} label={t("provider")} hint={t("providersHint")} />
        <TextField
          {...form.text("codes")}
          label={t("codes")}
          hint={t("codesHint")}
          error={form.errorOf("match.codes")}
        />
        <TextField
          {...form.text("text")}
          label={t("pattern")}
          hint={t("patternHint")}
          error={form.errorOf("match.text")}
        />
        <div class="grid gap-4 sm:grid-cols-3">
          <TextField {...form.text("times")} label={t("times")} type="number" />
          <SelectField
            {...form.choice("action")}
            label={t("does")}
            options={(["suspend", "set", "rotate_source", "pause_campaign"] as const).map(
              (value) => ({ value, label: t(value) }),
            )}
          />
          <TextField {...form.text("minutes")} label={t("minutes")} type="number" />
        </div>
      </form>
    </Dialog>
  );
}

function ruleOf(values: Values) {
  const providers = words(values.providers);
  const codes = words(values.codes);
  return {
    name: values.name.trim(),
    enabled: true,
    match: {
      ...(providers.length === 0 ? {} : { providers }),
      ...(codes.length === 0 ? {} : { codes }),
      ...(values.text === "" ? {} : { text: values.text }),
    },
    trigger: { times: Number(values.times), withinMs: 60 * MINUTE_MS },
    actions: [actionOf(values.action, Number(values.minutes) * MINUTE_MS)],
  };
}

function actionOf(action: string, forMs: number) {
  switch (action) {
    case "set":
      return { do: "set" as const, scope: "route_provider" as const, connections: 1, forMs };
    case "rotate_source":
      return { do: "rotate_source" as const, forMs };
    case "pause_campaign":
      return { do: "pause_campaign" as const };
    default:
      return { do: "suspend" as const, scope: "route_provider" as const, forMs };
  }
}
