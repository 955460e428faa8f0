/** What the main thread tells the inbound thread. */
export type InboundRequest =
  | {
      kind: "start";
      dataDir: string;
      masterKeyFile: string | undefined;
      port: number;
      host: string;
    }
  | { kind: "clear"; requestId: number; workspaceId: string }
  | { kind: "stop" };

/** What it answers. */
export type InboundReply =
  | { kind: "listening"; port: number }
  | { kind: "failed"; message: string }
  | { kind: "cleared"; requestId: number; removed: number }
  | { kind: "clear_failed"; requestId: number; message: string }
  | { kind: "stopped" };
