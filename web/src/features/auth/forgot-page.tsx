import { useState } from "preact/hooks";
import { api, ask } from "../../api.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem } from "../../ui/states.tsx";
import { t } from "./auth.messages.ts";
import { EntryFrame } from "./entry-frame.tsx";

/** Asks for a reset link. The answer is the same for known and unknown addresses. */
export function ForgotPage() {
  const [sentTo, setSentTo] = useState<string>();
  const form = useForm({
    initial: { email: "" },
    submit: async (values) => {
      await ask(api.auth.forgot.post(values));
      setSentTo(values.email);
    },
  });
  const foot = (
    <a class="link" href="/sign-in">
      {t("backToSignIn")}
    </a>
  );
  if (sentTo !== undefined) {
    return (
      <EntryFrame title={t("linkSent")} foot={foot}>
        <p role="status" class="text-pretty">
          {t("linkSentBody", { email: sentTo })}
        </p>
      </EntryFrame>
    );
  }
  return (
    <EntryFrame title={t("forgotTitle")} description={t("forgotBody")} foot={foot}>
      <form class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField
          {...form.text("email")}
          label={t("email")}
          type="email"
          autocomplete="username"
          autofocus
        />
        <Button type="submit" variant="primary" size="large" busy={form.busy}>
          {t("sendLink")}
        </Button>
      </form>
    </EntryFrame>
  );
}
