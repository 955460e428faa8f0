import { useWorkspace } from "../../session.ts";
import { TabLinks } from "../../ui/page.tsx";
import { t } from "./forms.messages.ts";

/** The two pages of a form. */
export function FormTabs({ id, current }: { id: number; current: "edit" | "numbers" }) {
  const workspace = useWorkspace();
  const page = `${workspace.base}/contacts/forms/${id}`;
  const tabs = { edit: page, numbers: `${page}/numbers` };
  return (
    <TabLinks
      label={t("forms")}
      current={tabs[current]}
      tabs={[
        { href: tabs.edit, label: t("edit") },
        { href: tabs.numbers, label: t("numbers") },
      ]}
    />
  );
}
