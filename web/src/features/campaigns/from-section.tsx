import { useChoices } from "../../choices.ts";
import { useWorkspace } from "../../session.ts";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Loaded, Notice } from "../../ui/states.tsx";
import { t } from "./campaigns.messages.ts";
import { Controls, problemOf, Section } from "./section.tsx";
import type { CampaignEditor } from "./use-campaign-editor.ts";
import type { Campaign, Route, RouteGroup, Sender } from "./use-campaigns.ts";

type Part = { editor: CampaignEditor; campaign: Campaign };

/** The sender, reply-to address and sending method. */
export function FromSection({ editor, campaign, editable }: Part & { editable: boolean }) {
  const workspace = useWorkspace();
  const senders = useChoices(workspace, "senders");
  const routes = useChoices(workspace, "routes");
  const sender = senders.data?.items.find((one) => one.id === campaign.senderId);
  const groups = useChoices(workspace, "route-groups");
  const route = routes.data?.items.find((one) => one.id === campaign.routeId);
  const group = groups.data?.items.find((one) => one.id === campaign.routeGroupId);
  const summary = [sender && `${sender.name} <${sender.email}>`, group?.name ?? route?.name];
  return (
    <Section
      id="sender"
      title={t("from")}
      state={campaign.sections.sender}
      summary={summary.filter((part) => part !== undefined).join(" · ")}
    >
      <Controls editable={editable}>
        <div class="grid gap-5 md:grid-cols-2">
          <Loaded query={senders} rows={1}>
            {({ items }) => <SenderField editor={editor} campaign={campaign} senders={items} />}
          </Loaded>
          <TextField
            label={t("replyTo")}
            hint={t("replyToHint")}
            optional
            type="email"
            value={campaign.replyTo}
            error={problemOf(campaign.sections.sender, "replyTo")}
            onInput={(replyTo) => editor.change({ replyTo })}
          />
          <Loaded query={routes} rows={1}>
            {({ items }) => (
              <RouteField
                editor={editor}
                campaign={campaign}
                routes={items}
                groups={groups.data?.items ?? []}
              />
            )}
          </Loaded>
          <SelectField
            label={t("onAmbiguous")}
            hint={t(campaign.onAmbiguous === "hold" ? "holdHint" : "resendHint")}
            value={campaign.onAmbiguous}
            options={[
              { value: "resend", label: t("onAmbiguousResend") },
              { value: "hold", label: t("onAmbiguousHold") },
            ]}
            onChange={(value) =>
              editor.change({ onAmbiguous: value === "hold" ? "hold" : "resend" })
            }
          />
        </div>
        {group === undefined && route?.kind === "test_inbox" && (
          <Notice>{t("testInboxNote")}</Notice>
        )}
      </Controls>
    </Section>
  );
}

function SenderField({ editor, campaign, senders }: Part & { senders: Sender[] }) {
  const workspace = useWorkspace();
  return (
    <SelectField
      label={t("sender")}
      value={String(campaign.senderId ?? "")}
      placeholder={t("chooseSender")}
      error={problemOf(campaign.sections.sender, "senderId")}
      hint={
        senders.length === 0 && (
          <>
            {t("noSender")}{" "}
            <a class="link" href={`${workspace.base}/sending/domains`}>
              {t("addSender")}
            </a>
          </>
        )
      }
      options={senders.map((one) => ({
        value: String(one.id),
        label: `${one.name} <${one.email}>`,
      }))}
      onChange={(value) => editor.change({ senderId: value === "" ? null : Number(value) })}
    />
  );
}

/** Selects a sending method or a group of them. The value of a group begins with a g. */
function RouteField({
  editor,
  campaign,
  routes,
  groups,
}: Part & { routes: Route[]; groups: RouteGroup[] }) {
  const { routeId, routeGroupId } = campaign;
  const choose = (value: string) => {
    const id = value.replace(/^g/, "");
    const chosen = id === "" ? null : Number(id);
    editor.change(
      value.startsWith("g")
        ? { routeGroupId: chosen, routeId: null }
        : { routeGroupId: null, routeId: chosen },
    );
  };
  return (
    <SelectField
      label={t("route")}
      hint={t("routeHint")}
      value={routeGroupId === null ? String(routeId ?? "") : `g${routeGroupId}`}
      placeholder={t("chooseRoute")}
      error={problemOf(campaign.sections.sender, "routeId")}
      options={[
        ...routes.map((one) => ({
          value: String(one.id),
          label: one.name,
          disabled: !one.enabled,
        })),
        ...groups.map((one) => ({
          value: `g${one.id}`,
          label: t("routeGroup", { name: one.name }),
        })),
      ]}
      onChange={choose}
    />
  );
}
