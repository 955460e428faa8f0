import { useQuery } from "@tanstack/preact-query";
import { useRoute } from "preact-iso";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import { bottleneckText } from "../../bottleneck.ts";
import { formatDate, formatDateTime, formatDuration } from "../../format.ts";
import { reasonText } from "../../reasons.ts";
import { useWorkspace } from "../../session.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { CodeBlock } from "../../ui/copy.tsx";
import { Badge, Card, Facts, RelativeTime } from "../../ui/display.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { Loaded, Notice } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { stateTones } from "./recipients-page.tsx";
import { t } from "./reports.messages.ts";
import { HeldMessage } from "./requeue-cards.tsx";

type Attempt = Story["attempts"][number];

type Event = Story["events"][number];

type Story = Answer<ReturnType<ReturnType<WorkspaceApi["campaigns"]>["recipients"]>["get"]>;

/** Why one person got a campaign or not. */
export function RecipientPage() {
  const { params } = useRoute();
  const campaignId = Number(params["campaignId"]);
  const seq = Number(params["seq"]);
  const workspace = useWorkspace();
  const base = `${workspace.base}/campaigns/${campaignId}`;
  const story = useQuery({
    queryKey: ["recipient", workspace.id, campaignId, seq],
    queryFn: () => ask(workspace.call.campaigns({ id: campaignId }).recipients({ seq }).get()),
  });
  const recipient = story.data?.recipient;
  return (
    <>
      <PageHeader
        title={recipient?.address ?? t("recipients")}
        trail={[
          { label: t("report"), href: `${base}/report` },
          { label: t("recipients"), href: `${base}/recipients` },
        ]}
        badge={recipient && <Badge tone={stateTones[recipient.state]}>{t(recipient.state)}</Badge>}
        actions={
          recipient && (
            <ButtonLink href={`${workspace.base}/contacts/${recipient.contactId}`}>
              {t("openContact")}
            </ButtonLink>
          )
        }
      />
      <Loaded query={story}>
        {(data) => (
          <PageBody>
            {data.recipient.state === "held" && (
              <HeldMessage
                campaignId={campaignId}
                seq={data.recipient.seq}
                onChanged={() => story.refetch()}
              />
            )}
            <Summary story={data} />
            <Waits story={data} />
            <Card title={t("attemptsTitle")}>
              <Attempts attempts={data.attempts} />
            </Card>
            {data.reports.length > 0 && (
              <Card title={t("reportsTitle")}>
                <Reports reports={data.reports} />
              </Card>
            )}
            <Card flush title={t("eventsTitle")}>
              <Events events={data.events} />
            </Card>
          </PageBody>
        )}
      </Loaded>
    </>
  );
}

function Summary({ story }: { story: Story }) {
  const { recipient, suppression, provider } = story;
  const facts: [string, preact.ComponentChildren][] = [
    [t("state"), t(recipient.state)],
    [t("provider"), provider === "other" ? t("otherProviders") : provider],
    [t("attempts"), recipient.attempts],
  ];
  const sources = [...story.included.map(({ name }) => name), ...story.segments];
  if (sources.length > 0) {
    facts.push([t("includedBy"), sources.join(", ")]);
  }
  if (recipient.reason !== "") {
    facts.splice(1, 0, [t("reason"), reasonText(recipient.reason)]);
  }
  if (recipient.dueAt !== null) {
    facts.push([t("nextTry"), <RelativeTime key="due" at={recipient.dueAt} />]);
  }
  return (
    <Card title={t("whatHappened")}>
      <div class="flex flex-col gap-4">
        <Facts items={facts} />
        {suppression !== null && (
          <Notice tone="warning">
            {t("suppressedSince", {
              time: formatDate(suppression.createdAt),
              reason: reasonText(suppression.reason),
            })}
          </Notice>
        )}
      </div>
    </Card>
  );
}

/** What the message waited for, and what it is waiting for now. */
function Waits({ story: { waits, now } }: { story: Story }) {
  const campaign = now?.bottleneck ? [bottleneckText(now.bottleneck)] : [];
  const current = [...new Set([...campaign, ...(now?.sites ?? []).map(siteWords)])];
  if (waits.length === 0 && current.length === 0) {
    return null;
  }
  return (
    <Card title={t("waitsTitle")}>
      <div class="flex flex-col gap-4">
        {current.length > 0 && (
          <Notice title={t("waitsNow")}>
            {current.map((line) => (
              <p key={line}>{line}</p>
            ))}
          </Notice>
        )}
        {waits.length > 0 && (
          <ul class="flex flex-col gap-2">
            {waits.map((wait) => (
              <li key={wait.at}>
                {reasonText(wait.reason)}
                <span class="text-sm text-muted">
                  {" · "}
                  {wait.host || wait.routeName}
                  {wait.until !== null &&
                    ` · ${t("waitedFor", { time: formatDuration(wait.until - wait.at) })}`}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}

type Site = NonNullable<Story["now"]>["sites"][number];

const siteWords = ({ siteName, reason, until }: Site) =>
  `${siteName}: ${reason}${until === null ? "" : ` ${t("untilTime", { time: formatDateTime(until) })}`}`;

/** The known facts of an attempt: a sending method may have been deleted, and not every attempt reached a server. */
const partsOf = ({ stage, routeName, host, durationMs }: Attempt): string[] => [
  ...(stage === "" ? [] : [t("atStage", { stage: stage.toUpperCase() })]),
  ...(routeName === "" ? [] : [t("via", { route: routeName })]),
  ...(host === "" ? [] : [host]),
  t("took", { time: formatDuration(durationMs) }),
];

function Attempts({ attempts }: { attempts: Attempt[] }) {
  if (attempts.length === 0) {
    return <p class="text-muted">{t("noAttempts")}</p>;
  }
  return (
    <ol class="flex flex-col gap-5">
      {attempts.map((one) => (
        <li key={`${one.at} ${one.outcome}`} class="flex flex-col gap-2">
          <div class="flex flex-wrap items-baseline gap-x-3">
            <span class="font-medium">{reasonText(one.category || one.outcome)}</span>
            <span class="text-sm text-muted">
              <RelativeTime at={one.at} />
              {partsOf(one).map((part) => ` · ${part}`)}
            </span>
          </div>
          <CodeBlock
            label={reasonText(one.category)}
            text={[one.code || "", one.enhanced, one.reply].filter((part) => part !== "").join(" ")}
          />
        </li>
      ))}
    </ol>
  );
}

function Reports({ reports }: { reports: Story["reports"] }) {
  return (
    <ol class="flex flex-col gap-5">
      {reports.map((one) => (
        <li key={`${one.at} ${one.action} ${one.code}`} class="flex flex-col gap-2">
          <div class="flex flex-wrap items-baseline gap-x-3">
            <span class="font-medium">
              {one.action === "complaint" ? t("complaint") : reasonText(one.category)}
            </span>
            <span class="text-sm text-muted">
              <RelativeTime at={one.at} /> · {t(`report_${one.action}`)} · {one.via.toUpperCase()}
              {one.address !== "" && ` · ${t("aboutAddress", { address: one.address })}`}
            </span>
          </div>
          {one.reply !== "" && (
            <CodeBlock
              label={reasonText(one.category)}
              text={[one.code || "", one.enhanced, one.reply]
                .filter((part) => part !== "")
                .join(" ")}
            />
          )}
        </li>
      ))}
    </ol>
  );
}

function Events({ events }: { events: Event[] }) {
  if (events.length === 0) {
    return <p class="p-4 text-muted">{t("noEvents")}</p>;
  }
  return (
    <Table
      label={t("eventsTitle")}
      rows={events}
      rowKey={(row) => `${row.at} ${row.kind} ${row.url}`}
      columns={[
        {
          key: "what",
          head: t("what"),
          cell: (row) => (
            <>
              {t(row.kind)}
              {row.url !== null && (
                <span class="block max-w-96 truncate text-sm text-muted">{row.url}</span>
              )}
            </>
          ),
        },
        {
          key: "class",
          head: t("whoClass"),
          cell: (row) => (
            <span data-tip={t("becauseRule", { rule: row.rule })}>{t(row.class)}</span>
          ),
        },
        {
          key: "agent",
          head: t("agent"),
          wide: true,
          cell: (row) => (
            <span class="block max-w-80 truncate text-muted" title={row.userAgent}>
              {row.userAgent}
            </span>
          ),
        },
        { key: "when", head: t("when"), align: "end", cell: (row) => <RelativeTime at={row.at} /> },
      ]}
    />
  );
}
