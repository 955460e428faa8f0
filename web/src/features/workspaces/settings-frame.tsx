import type { ComponentChildren } from "preact";
import { useLocation } from "preact-iso";
import { useWorkspace } from "../../session.ts";
import { PageHeader, TabLinks } from "../../ui/page.tsx";
import { t } from "./workspaces.messages.ts";

/** The header and tabs of the settings pages. */
export function SettingsFrame({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
}) {
  const { base, canAdmin } = useWorkspace();
  const { path } = useLocation();
  const tabs = [
    { href: `${base}/settings`, label: t("general") },
    { href: `${base}/settings/members`, label: t("members") },
    ...(canAdmin
      ? [
          { href: `${base}/settings/api-keys`, label: t("apiKeys") },
          { href: `${base}/settings/audit`, label: t("audit") },
        ]
      : []),
  ];
  return (
    <>
      <PageHeader
        title={title}
        trail={[{ label: t("settings"), href: `${base}/settings` }]}
        actions={actions}
      />
      <div class="md:hidden">
        <TabLinks label={t("settings")} tabs={tabs} current={path} />
      </div>
      {children}
    </>
  );
}
