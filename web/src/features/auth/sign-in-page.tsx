import { useLocation } from "preact-iso";
import { api, ask } from "../../api.ts";
import { queryClient } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { PasswordField, TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem } from "../../ui/states.tsx";
import { t } from "./auth.messages.ts";
import { EntryFrame } from "./entry-frame.tsx";

/** The page to open after signing in. Only our own paths are allowed, never another site. */
export function safeNext(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) ? next : "/";
}

/** Asks for email and password, then continues to the requested page. */
export function SignInPage() {
  const { query, route } = useLocation();
  const form = useForm({
    initial: { email: "", password: "" },
    submit: async (values) => {
      await ask(api.auth["sign-in"].post(values));
      queryClient.clear();
      route(safeNext(query["next"]), true);
    },
  });
  return (
    <EntryFrame
      title={t("signInTitle")}
      foot={
        <a class="link" href="/forgot">
          {t("forgot")}
        </a>
      }
    >
      <form class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField
          {...form.text("email")}
          label={t("email")}
          type="email"
          autocomplete="username"
          autofocus
        />
        <PasswordField
          {...form.text("password")}
          label={t("password")}
          autocomplete="current-password"
        />
        <Button type="submit" variant="primary" size="large" busy={form.busy}>
          {t("signIn")}
        </Button>
      </form>
    </EntryFrame>
  );
}
