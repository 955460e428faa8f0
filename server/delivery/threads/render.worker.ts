// A rendering thread: compiles and renders users' content outside the HTTP thread. It opens no database and may be
// terminated at any time.
import { systemClock } from "../../platform/clock.ts";
import { log } from "../../platform/log.ts";
import { readKeyRing } from "../../platform/secrets.ts";
import { serve } from "../../platform/workers/channel.ts";
import { lowerThreadPriority, niceness } from "../../platform/workers/niceness.ts";
import { compileCampaign } from "../render/compile.ts";
import { buildAndTry, renderPreview, renderWebView, showContent } from "../render/preview.ts";
import { loadTokenKeys, type TokenKeys } from "../tokens.ts";
import type { RendererMethods } from "./renderer-methods.ts";

declare const self: Worker;

lowerThreadPriority(niceness.answer);

let keys: TokenKeys | undefined;

const methods: RendererMethods = {
  start({ dataDir, masterKeyFile }) {
    keys = loadTokenKeys(readKeyRing(dataDir, masterKeyFile));
  },
  build: ({ source, fieldKeys }) => buildAndTry(source, fieldKeys, systemClock()),
  show: ({ source, fieldKeys, contact, now }) => showContent(source, fieldKeys, contact, now),
  preview: ({ content, contact, now }) => renderPreview(content, contact, now),
  async webView({ campaignId, content, recipient, date }) {
    if (keys === undefined) {
      throw new Error("the rendering thread was not started");
    }
    const compiled = await compileCampaign(content, { campaignId, keys });
    return renderWebView(compiled, recipient, date).html;
  },
};

serve(self, methods, (name, error) =>
  log.error({ method: name, err: error }, "a call to a rendering thread failed"),
);
