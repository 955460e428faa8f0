import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { api, ask } from "../../api.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { PasswordField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem } from "../../ui/states.tsx";
import { t } from "./auth.messages.ts";
import { EntryFrame } from "./entry-frame.tsx";

/** Sets a new password with the token from the link. */
export function ResetPage() {
  const token = useLocation().query["token"] ?? "";
  const [isDone, setDone] = useState(false);
  if (token === "") {
    return (
      <EntryFrame title={t("linkIncomplete")} description={t("linkIncompleteBody")}>
        <ButtonLink href="/forgot" class="w-full">
          {t("newLink")}
        </ButtonLink>
      </EntryFrame>
    );
  }
  if (isDone) {
    return (
      <EntryFrame title={t("passwordSet")} description={t("passwordSetBody")}>
        <ButtonLink href="/sign-in" variant="primary" size="large" class="w-full">
          {t("signIn")}
        </ButtonLink>
      </EntryFrame>
    );
  }
  return <ResetForm token={token} onDone={() => setDone(true)} />;
}

function ResetForm({ token, onDone }: { token: string; onDone: () => void }) {
  const form = useForm({
    initial: { password: "" },
    submit: async ({ password }) => {
      await ask(api.auth.reset.post({ token, password }));
      onDone();
    },
  });
  return (
    <EntryFrame
      title={t("resetTitle")}
      foot={
        <a class="link" href="/forgot">
          {t("newLink")}
        </a>
      }
    >
      <form class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <PasswordField
          {...form.text("password")}
          label={t("newPassword")}
          hint={t("passwordHint")}
          autocomplete="new-password"
          autofocus
        />
        <Button type="submit" variant="primary" size="large" busy={form.busy}>
          {t("setPassword")}
        </Button>
      </form>
    </EntryFrame>
  );
}
