import { expect, test } from "bun:test";
import { compileCampaign } from "../../../../server/delivery/render/compile.ts";
import { buildContent } from "../../../../server/delivery/render/content.ts";
import { emptyContact } from "../../../../server/delivery/render/link-target.ts";
import { renderMessage } from "../../../../server/delivery/render/message.ts";
import { starters } from "../../../../server/features/templates/starters.ts";
import { campaignContent, recipient, testTokenKeys } from "../../../support/campaign-content.ts";
import { assertBulkMessage } from "../../../support/message-checks.ts";

const date = Date.UTC(2026, 10, 21, 7, 0, 0);

function build(source: string, subject: string) {
  const { html: _html, text: _text, links: _links, ...rest } = campaignContent({ subject });
  const body = { bodyKind: "mjml" as const, bodySource: source, textSource: null };
  return buildContent({ ...rest, ...body }, []);
}

test("there are five starters with different keys and names", () => {
  expect(starters).toHaveLength(5);
  expect(new Set(starters.map((starter) => starter.key)).size).toBe(5);
  expect(new Set(starters.map((starter) => starter.name)).size).toBe(5);
});

for (const starter of starters) {
  test(`the starter "${starter.key}" compiles without problems, is small and loads nothing`, async () => {
    const { content, problems } = await build(starter.source, starter.subject);

    expect(problems).toEqual([]);
    expect(Buffer.byteLength(content.html)).toBeLessThan(60 * 1024);
    expect(content.html).not.toMatch(/<img|@import|url\(|<link|fonts\.googleapis/);
    expect(content.html).toContain("prefers-color-scheme: dark");
    expect(content.html).toContain('lang="en"');
    expect(content.links.length).toBeGreaterThan(1);
    for (const name of ["unsubscribe_url", "preferences_url", "web_view_url"]) {
      expect(content.html).toContain(`{{ ${name} }}`);
    }
    expect(content.html).toContain("{{ workspace.postal_address }}");
  });

  test(`the starter "${starter.key}" produces a correct bulk message, also for a contact without a name`, async () => {
    const { content } = await build(starter.source, starter.subject);
    const campaign = await compileCampaign(content, { campaignId: 1, keys: testTokenKeys });
    const unnamed = { ...emptyContact, email: "jane@example.org", tracking_off: false };

    for (const to of [recipient(), recipient({ contact: unnamed })]) {
      const message = renderMessage(campaign, to, { date });
      const email = await assertBulkMessage(message.bytes, {
        envelopeTo: "jane@example.org",
        domain: "acme.example",
      });

      expect(email.subject).not.toBe("");
      expect(email.text).not.toMatch(/(Hi|Hello|Dear) ,/);
      expect(email.text?.match(/\/u\//g)).toHaveLength(1);
      expect(email.text).toContain("London N1");
      // The footer is the template's own, not an additional one of ours.
      expect(email.html).not.toContain("on the mailing list of");
    }
  });
}
