import { afterEach, beforeAll, expect, test } from "bun:test";
import {
  described,
  type LaunchFault,
} from "../../server/features/campaigns/launch-faults.rules.ts";
import { launchFault } from "../../web/src/features/campaigns/launch-faults.ts";
import { formatDate } from "../../web/src/format.ts";
import { locale, locales } from "../../web/src/i18n.ts";
import { loadRefusalWords } from "../../web/src/refusal.ts";

beforeAll(loadRefusalWords);
afterEach(() => {
  locale.value = "en";
});

const at = Date.parse("2026-11-20T10:00:00Z");
const domain = "acme.example";
const url = "http://mail.acme.example";

/** One of each code; the compiler reports a missing one. */
const faults: Record<LaunchFault["code"], LaunchFault> = {
  no_subject: { code: "no_subject" },
  no_body: { code: "no_body" },
  content_unchecked: { code: "content_unchecked" },
  refusals_lost: { code: "refusals_lost" },
  no_audience: { code: "no_audience" },
  list_deleted: { code: "list_deleted" },
  no_sender: { code: "no_sender" },
  no_route: { code: "no_route" },
  route_disabled: { code: "route_disabled" },
  sender_test_only: { code: "sender_test_only" },
  empty_audience: { code: "empty_audience" },
  no_unsubscribe_link: { code: "no_unsubscribe_link" },
  no_text: { code: "no_text" },
  only_images: { code: "only_images" },
  no_postal_address: { code: "no_postal_address" },
  sent_before: { code: "sent_before", params: { at } },
  route_unsigned: { code: "route_unsigned", params: { route: "SES" } },
  domain_missing: { code: "domain_missing", params: { domain } },
  domain_missing_direct: { code: "domain_missing_direct", params: { domain } },
  domain_unverified: { code: "domain_unverified", params: { domain } },
  domain_key_lost: { code: "domain_key_lost", params: { domain, at } },
  public_url_local: { code: "public_url_local", params: { url } },
  public_url_http: { code: "public_url_http", params: { url } },
};

test.each(Object.values(faults))("$code is worded in every language with its values", (fault) => {
  const sent = described(fault);
  for (const language of locales) {
    locale.value = language;
    const sentence = launchFault(sent);

    expect(sentence).not.toMatch(/[{}]/);
    for (const [name, value] of Object.entries(sent.params ?? {})) {
      expect(sentence, name).toContain(name === "at" ? formatDate(Number(value)) : String(value));
    }
    if (language === "de") {
      expect(sentence).not.toBe(sent.message);
    } else if (sent.params?.["at"] === undefined) {
      expect(sentence, "people and API clients read the same English").toBe(sent.message);
    }
  }
});

test("a warning about a template, which names what a person wrote, keeps the server's sentence", () => {
  locale.value = "de";
  const message = 'There is no tag "x". (line 3)';
  expect(launchFault({ code: "template_warning", message })).toBe(message);
});
