/** A way out, as the API tells it. */
export type Route = {
  id: number;
  name: string;
  kind: "relay" | "test_inbox";
  host: string;
  port: number;
  security: "starttls" | "tls" | "none";
  verifyCertificate: boolean;
  username: string;
  hasPassword: boolean;
  maxConnections: number;
  maxPerSecond: number | null;
  maxPerConnection: number;
  signDkim: boolean;
  enabled: boolean;
  lastCheck: { at: number; ok: boolean; stage: string; message: string } | null;
};

export type RouteCheck = {
  ok: boolean;
  steps: { stage: string; ok: boolean; message: string }[];
};
