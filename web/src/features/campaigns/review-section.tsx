import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { ask } from "../../api.ts";
import { displayZone, formatNumber } from "../../format.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Spinner } from "../../ui/spinner.tsx";
import { Loaded, Notice } from "../../ui/states.tsx";
import { attempt, toast, toastProblem } from "../../ui/toast.tsx";
import { ChoiceCards } from "../../ui/toggles.tsx";
import { t } from "./campaigns.messages.ts";
import { launchFault } from "./launch-faults.ts";
import { Section } from "./section.tsx";
import type { CampaignEditor } from "./use-campaign-editor.ts";
import type { Campaign, OneCampaign, Preflight } from "./use-campaigns.ts";

type When = { kind: "now" | "later"; localTime: string; timeZone: string };

/** Summarizes the send, lists problems, and has the button that sends or schedules. */
export function ReviewSection({
  editor,
  campaign,
  call,
}: {
  editor: CampaignEditor;
  campaign: Campaign;
  call: OneCampaign;
}) {
  const workspaceId = useWorkspace().id;
  const [when, setWhen] = useState<When>({
    kind: "now",
    localTime: "",
    timeZone: displayZone.value,
  });
  const queryKey = ["preflight", workspaceId, campaign.id, campaign.version];
  const preflight = useQuery({
    queryKey,
    queryFn: () => ask(call.preflight.get()),
    placeholderData: (last: Preflight | undefined) => last,
    enabled: editor.saving.kind === "saved",
    // Counting millions of contacts takes seconds, so the result is not refetched whenever the window gets focus.
    staleTime: 60_000,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const [recounting, setRecounting] = useState(false);
  const recount = async () => {
    setRecounting(true);
    await attempt(async () => {
      const counted = await ask(call.preflight.get({ query: { anew: true } }));
      queryClient.setQueryData(queryKey, counted);
    });
    setRecounting(false);
  };
  const counting = preflight.isFetching || recounting;
  return (
    <Section id="review" title={t("review")} state={campaign.sections.review} open>
      {counting && <Counting again={preflight.data !== undefined} />}
      <Loaded query={preflight} rows={6}>
        {(data) => (
          <div class="grid gap-8 lg:grid-cols-2">
            <Waterfall preflight={data} />
            <div class="flex flex-col gap-5">
              <Checks checks={data.checks} busy={counting} onRecheck={recount} />
              <WhenFields when={when} onChange={setWhen} />
              <Launch
                editor={editor}
                call={call}
                preflight={data}
                when={when}
                outdated={preflight.isPlaceholderData}
              />
            </div>
          </div>
        )}
      </Loaded>
    </Section>
  );
}

/** Shown while counting, which takes several seconds for an audience of millions. */
function Counting({ again }: { again: boolean }) {
  return (
    <p role="status" class="flex items-center gap-2 text-sm text-muted">
      <Spinner />
      {t(again ? "countingAgain" : "counting")}
    </p>
  );
}

function Waterfall({ preflight: { waterfall } }: { preflight: Preflight }) {
  const { suppressed } = waterfall;
  const losses = [
    [t("lost.excluded"), waterfall.excluded],
    [t("lost.unsubscribed"), waterfall.unsubscribed],
    [t("lost.unconfirmed"), waterfall.unconfirmed],
    [t("lost.paused"), waterfall.paused],
    [t("lost.hardBounce"), suppressed.hardBounce],
    [t("lost.complaint"), suppressed.complaint],
    [t("lost.manual"), suppressed.manual],
    [t("lost.unclear"), suppressed.unclear],
    [t("lost.invalid"), waterfall.invalid],
  ] as const;
  const most = Math.max(1, waterfall.inAudience);
  return (
    <div class="flex flex-col gap-2">
      <h2 class="text-sm font-medium">{t("waterfall")}</h2>
      <dl class="flex flex-col">
        <WaterfallRow label={t("inAudience")} count={waterfall.inAudience} most={most} />
        {losses
          .filter(([, count]) => count > 0)
          .map(([label, count]) => (
            <WaterfallRow key={label} label={label} count={-count} most={most} />
          ))}
        <div class="flex justify-between py-3 text-lg font-semibold tabular-nums">
          <dt>{t("willGetIt")}</dt>
          <dd>{formatNumber(waterfall.recipients)}</dd>
        </div>
      </dl>
      {waterfall.duplicates > 0 && (
        <p class="text-sm text-muted">{t("onceEach", { count: waterfall.duplicates })}</p>
      )}
    </div>
  );
}

function WaterfallRow({ label, count, most }: { label: string; count: number; most: number }) {
  return (
    <div class="grid grid-cols-[1fr_auto] gap-x-4 border-b border-line py-2 tabular-nums">
      <dt>{label}</dt>
      <dd class="text-right">{formatNumber(count)}</dd>
      <dd aria-hidden="true" class="col-span-2 mt-1 h-1 rounded-full bg-base-300">
        <div
          class="h-full rounded-full bg-primary"
          style={{ width: `${(100 * Math.abs(count)) / most}%` }}
        />
      </dd>
    </div>
  );
}

function Checks({
  checks,
  busy,
  onRecheck,
}: {
  checks: Preflight["checks"];
  busy: boolean;
  onRecheck: () => void;
}) {
  const workspace = useWorkspace();
  const places: Record<string, string> = {
    domains: `${workspace.base}/sending/domains`,
    route: "#sender",
    sender: "#sender",
    audience: "#audience",
    subject: "#content",
    content: "#content",
    text: "#content",
    "public-url": "/instance",
    instance: "/instance",
  };
  return (
    <div class="flex flex-col gap-2">
      <div class="flex items-center justify-between">
        <h2 class="text-sm font-medium">{t("checks")}</h2>
        <Button variant="ghost" size="small" busy={busy} onClick={onRecheck}>
          {t("recheck")}
        </Button>
      </div>
      {checks.length === 0 && <Notice tone="success">{t("noProblems")}</Notice>}
      {checks.map((check) => (
        <Notice
          key={`${check.code} ${check.message}`}
          tone={check.severity}
          action={<FixLink href={places[check.fix]} />}
        >
          {launchFault(check)}
        </Notice>
      ))}
    </div>
  );
}

function FixLink({ href }: { href: string | undefined }) {
  return href === undefined ? null : (
    <a class="link flex-none text-sm" href={href} onClick={() => openSection(href)}>
      {t("fixIt")}
    </a>
  );
}

/** Opens a folded section first, because the browser cannot scroll to hidden content. */
function openSection(href: string): void {
  if (href.startsWith("#")) {
    document.querySelector<HTMLDetailsElement>(href)?.setAttribute("open", "");
  }
}

const zones = () => Intl.supportedValuesOf("timeZone");

function WhenFields({ when, onChange }: { when: When; onChange: (when: When) => void }) {
  return (
    <div class="flex flex-col gap-3">
      <h2 class="text-sm font-medium">{t("when")}</h2>
      <ChoiceCards
        label={t("when")}
        value={when.kind}
        onChange={(kind) => onChange({ ...when, kind })}
        options={[
          { value: "now", label: t("whenNow"), hint: t("whenNowHint") },
          { value: "later", label: t("whenLater"), hint: t("whenLaterHint") },
        ]}
      />
      {when.kind === "later" && (
        <div class="grid gap-4 sm:grid-cols-2">
          <TextField
            type="datetime-local"
            label={t("localTime")}
            value={when.localTime}
            onInput={(localTime) => onChange({ ...when, localTime })}
          />
          <SelectField
            label={t("timeZone")}
            value={when.timeZone}
            onChange={(timeZone) => onChange({ ...when, timeZone })}
            options={[...new Set([when.timeZone, ...zones()])].map((zone) => ({
              value: zone,
              label: zone.replaceAll("_", " "),
            }))}
          />
        </div>
      )}
    </div>
  );
}

function Launch({
  editor,
  call,
  preflight,
  when,
  outdated,
}: {
  editor: CampaignEditor;
  call: OneCampaign;
  preflight: Preflight;
  when: When;
  /** The result belongs to an earlier version of the campaign; a new one is being computed. */
  outdated: boolean;
}) {
  const { route } = useLocation();
  const [busy, setBusy] = useState(false);
  const later = when.kind === "later";
  const go = async () => {
    if (later && when.localTime === "") {
      toastProblem(new Error(t("pickTime")));
      return;
    }
    setBusy(true);
    const { localTime, timeZone } = when;
    // If the last edit could not be saved, the campaign is not sent, and the page says why.
    const done =
      (await editor.flush()) &&
      (await attempt(() =>
        later ? ask(call.schedule.post({ localTime, timeZone })) : ask(call.launch.post()),
      ));
    setBusy(false);
    if (done) {
      toast(later ? t("scheduled") : t("launched"));
      if (later) {
        await editor.reload();
      } else {
        route(`${location.pathname}/report`);
      }
    }
  };
  const count = preflight.waterfall.recipients;
  return (
    <div>
      <Button
        variant="primary"
        size="large"
        busy={busy}
        disabled={outdated || !preflight.canSend || count === 0}
        onClick={go}
      >
        {later ? t("scheduleFor", { count }) : t("sendNow", { count })}
      </Button>
    </div>
  );
}
