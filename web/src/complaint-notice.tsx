import { t } from "./complaints.messages.ts";
import { formatShare } from "./format.ts";
import { useWorkspace } from "./session.ts";
import { ButtonLink } from "./ui/button.tsx";
import { Notice } from "./ui/states.tsx";

/** Warns that too many people reported a campaign as spam. */
export function ComplaintNotice({
  warning,
}: {
  warning: { complaints: number; sent: number; limitPercent: number } | null;
}) {
  const workspace = useWorkspace();
  if (warning === null) {
    return null;
  }
  const { complaints, sent, limitPercent } = warning;
  return (
    <Notice
      tone="warning"
      title={t("title", { count: complaints, share: formatShare(complaints, sent) })}
      action={<ButtonLink href={`${workspace.base}/sending/settings`}>{t("change")}</ButtonLink>}
    >
      {t("body", { limit: formatShare(limitPercent, 100) })}
    </Notice>
  );
}
