import { useState } from "preact/hooks";
import { Button } from "../../ui/button.tsx";
import { CodeEditor } from "../../ui/code-editor.tsx";
import { TextArea, TextField } from "../../ui/field.tsx";
import { Segmented, Switch } from "../../ui/toggles.tsx";
import { CampaignPreview } from "./campaign-preview.tsx";
import { t } from "./campaigns.messages.ts";
import { Controls, problemOf, Section } from "./section.tsx";
import { TestSendDialog } from "./test-send-dialog.tsx";
import type { CampaignEditor } from "./use-campaign-editor.ts";
import type { Campaign, OneCampaign } from "./use-campaigns.ts";

type Part = { editor: CampaignEditor; campaign: Campaign };

/** Subject, message, plain text and tracking, beside a live preview. */
export function ContentSection({
  editor,
  campaign,
  editable,
  call,
}: Part & { editable: boolean; call: OneCampaign }) {
  const [testing, setTesting] = useState(false);
  return (
    <Section
      id="content"
      title={t("content")}
      state={campaign.sections.content}
      summary={campaign.subject}
      open
    >
      <div class="grid gap-6 xl:grid-cols-2">
        <div class="flex min-w-0 flex-col gap-5">
          <Controls editable={editable}>
            <Words editor={editor} campaign={campaign} />
            <BodyKind editor={editor} campaign={campaign} />
          </Controls>
          <CodeEditor
            label={t("body")}
            value={campaign.bodySource}
            readOnly={!editable}
            onInput={(bodySource) => editor.change({ bodySource })}
          />
          <Controls editable={editable}>
            <PlainText editor={editor} campaign={campaign} />
            <Tracking editor={editor} campaign={campaign} />
          </Controls>
        </div>
        <CampaignPreview
          call={call}
          campaign={campaign}
          saving={editor.saving}
          action={
            editable && (
              <Button
                onClick={async () => {
                  if (await editor.flush()) {
                    setTesting(true);
                  }
                }}
              >
                {t("testSend")}
              </Button>
            )
          }
        />
      </div>
      {testing && <TestSendDialog call={call} onClose={() => setTesting(false)} />}
    </Section>
  );
}

function Words({ editor, campaign }: Part) {
  const { content } = campaign.sections;
  return (
    <>
      <TextField
        label={t("name")}
        hint={t("nameHint")}
        value={campaign.name}
        maxLength={200}
        onInput={(name) => name.trim() !== "" && editor.change({ name })}
      />
      <TextField
        label={t("subject")}
        hint={t("subjectHint", { example: "{{ contact.first_name }}" })}
        value={campaign.subject}
        error={problemOf(content, "subject")}
        onInput={(subject) => editor.change({ subject })}
      />
      <TextField
        label={t("preheader")}
        hint={t("preheaderHint")}
        optional
        value={campaign.preheader}
        error={problemOf(content, "preheader")}
        onInput={(preheader) => editor.change({ preheader })}
      />
    </>
  );
}

function BodyKind({ editor, campaign }: Part) {
  return (
    <div class="flex justify-end">
      <Segmented
        label={t("bodyKind")}
        value={campaign.bodyKind}
        onChange={(bodyKind) => editor.change({ bodyKind })}
        options={[
          { value: "html", label: "HTML" },
          { value: "mjml", label: "MJML" },
        ]}
      />
    </div>
  );
}

function PlainText({ editor, campaign }: Part) {
  const own = campaign.textSource !== null;
  return (
    <div class="flex flex-col gap-2">
      <div class="flex flex-wrap items-center justify-between gap-2">
        <span class="text-sm font-medium">{t("text")}</span>
        <Segmented
          label={t("text")}
          value={own ? "own" : "auto"}
          onChange={(value) => editor.change({ textSource: value === "auto" ? null : "" })}
          options={[
            { value: "auto", label: t("textAuto") },
            { value: "own", label: t("textOwn") },
          ]}
        />
      </div>
      {own ? (
        <TextArea
          label={t("text")}
          hideLabel
          mono
          rows={10}
          value={campaign.textSource ?? ""}
          onInput={(textSource) => editor.change({ textSource })}
        />
      ) : (
        <p class="text-sm text-muted">{t("textHint")}</p>
      )}
    </div>
  );
}

function Tracking({ editor, campaign }: Part) {
  return (
    <fieldset class="flex flex-col gap-3">
      <legend class="mb-2 text-sm font-medium">{t("tracking")}</legend>
      <Switch
        label={t("trackOpens")}
        hint={t("trackOpensHint")}
        checked={campaign.trackOpens}
        onChange={(trackOpens) => editor.change({ trackOpens })}
      />
      <Switch
        label={t("trackClicks")}
        hint={t("trackClicksHint")}
        checked={campaign.trackClicks}
        onChange={(trackClicks) => editor.change({ trackClicks })}
      />
    </fieldset>
  );
}
