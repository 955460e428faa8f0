import type { BuiltBody, ContentSource } from "../render/content.ts";
import type { Preview } from "../render/preview.ts";
import type { CampaignContent, ContactFields, Recipient } from "../types.ts";

/** The methods of a rendering thread. */
export type RendererMethods = {
  start(request: { dataDir: string; masterKeyFile: string | undefined }): void;
  build(request: { source: ContentSource; fieldKeys: string[] | undefined }): Promise<BuiltBody>;
  show(request: {
    source: ContentSource;
    fieldKeys: string[] | undefined;
    contact: ContactFields;
    now: number;
  }): Promise<Preview>;
  preview(request: {
    content: CampaignContent;
    contact: ContactFields;
    now: number;
  }): Promise<Preview>;
  webView(request: WebViewRequest): Promise<string>;
};

export type WebViewRequest = {
  campaignId: number;
  content: CampaignContent;
  recipient: Recipient;
  date: number;
};
