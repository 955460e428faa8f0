import { FileQuestionMark } from "lucide-preact";
import { ButtonLink } from "../ui/button.tsx";
import { EmptyState } from "../ui/states.tsx";
import { t } from "./shell.messages.ts";

/** Shown for a URL without a page. */
export function NotFound() {
  return (
    <EmptyState
      isPage
      icon={FileQuestionMark}
      title={t("notFound")}
      action={<ButtonLink href="/">{t("home")}</ButtonLink>}
    >
      {t("notFoundBody")}
    </EmptyState>
  );
}
