import { api, ask } from "../../api.ts";
import { useWorkspace } from "../../session.ts";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { t } from "./inbox.messages.ts";
import { ReceivedList } from "./received-list.tsx";

/** Mail received by the workspace: bounces, complaints, replies. */
export function ReceivedPage() {
  const { id: workspaceId, base } = useWorkspace();
  return (
    <>
      <PageHeader title={t("receivedTitle")} description={t("receivedAbout")} />
      <PageBody>
        <ReceivedList
          queryKey={["received", workspaceId]}
          read={(query) => ask(api.workspaces({ workspaceId }).received.get({ query }))}
          hrefOf={(id) => `${base}/inbox/received/${id}`}
          withKinds
        />
      </PageBody>
    </>
  );
}

/** Mail to postmaster@ and abuse@ of the instance. */
export function InstanceMailPage() {
  return (
    <>
      <PageHeader
        title={t("instanceMail")}
        description={t("instanceMailAbout")}
        trail={[{ label: t("instance"), href: "/instance" }]}
      />
      <PageBody>
        <ReceivedList
          queryKey={["received", "instance"]}
          read={(query) => ask(api.instance.received.get({ query }))}
          hrefOf={(id) => `/instance/mail/${id}`}
          withKinds={false}
        />
      </PageBody>
    </>
  );
}
