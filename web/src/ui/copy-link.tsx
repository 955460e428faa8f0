import { Link } from "lucide-preact";
import { formatExact } from "../format.ts";
import { IconButton } from "./button.tsx";
import { attempt, toast } from "./toast.tsx";
import { t } from "./ui.messages.ts";

/** Copies a link that downloads a file without signing in, and says when it expires. */
export function CopyLink({ make }: { make: () => Promise<{ path: string; expiresAt: number }> }) {
  const copy = () =>
    attempt(async () => {
      const made = await make();
      await navigator.clipboard.writeText(location.origin + made.path);
      toast(t("linkCopied", { until: formatExact(made.expiresAt) }));
    });
  return <IconButton icon={Link} size="small" label={t("copyLink")} onClick={copy} />;
}
