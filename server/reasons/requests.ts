/** Why a request is refused before its content is looked at, or because this server cannot answer it now. */
export const requestReasons = {
  ambiguous_value:
    "A value of the request has a key called toString where a text or a number is expected.",
  nothing_at_url: "Nothing was found at this URL.",
  not_json: "The request body is not valid JSON.",
  body_not_object: "The request body is not an object. Send a JSON object.",
  request_does_not_fit: "The request does not match the schema of this route.",
  bad_host_header: "The Host header is not valid.",
  other_methods: ({ methods }: { methods: string }) => `This URL accepts only ${methods}.`,
  server_error: "Something went wrong on the server. Its log has details.",
  wrong_response: "The server created a response that does not match its schema.",
  disk_full:
    "The disk of this server is full, so this could not be saved. Free some space and try again.",
  body_without_length: "Send the body with Content-Length, not in chunks.",
  body_too_large: ({ limit }: { limit: string }) =>
    `The request is too large. The limit is ${limit}.`,
  too_many_values:
    "This request contains more than 100,000 values. Split it into several requests.",
  first_request_runs: "The first request with this key is still running.",
  too_many_requests: "Too many requests. Wait a moment and try again.",
  metrics_are_private: "Metrics are available only from a private network.",
  people_only: "Sign in to do this. API keys cannot.",
  instance_admins_only: "Only administrators of this instance can do this.",
  instance_not_set_up: "This instance is not set up yet. Open it in a browser.",
  held_for_administrator:
    "The server was started with an older copy of its database, so people who were removed might get in again. Only the administrator can sign in until they have checked this. If you are the administrator, the server's log explains how.",
  api_key_turned_off:
    "This API key is turned off, because the server was started with an older copy of its database, in which revoked keys work again. Someone who manages the API keys of the workspace can turn it on again.",
  not_signed_in: "You are not signed in, or your session has ended.",
  session_ended_waiting: "Your session ended while the request was waiting.",
  access_lost_waiting: "You lost access while the request was waiting.",
  permission_missing: ({ permission }: { permission: string }) =>
    `Your role or API key here does not include ${permission}.`,
  foreign_origin:
    "The request was not sent from SwiftMail's own pages (its Origin header does not match).",
  workspace_file_unusable:
    "This workspace is turned off because its file cannot be used. Its data cannot be viewed, changed or sent until an administrator of this instance has fixed it.",
  large_change_runs: "A large change to this workspace is being saved. Try again in a moment.",
  inbox_unusable: ({ fault }: { fault: string }) => `The inbox cannot be opened: ${fault}.`,
  counting_busy: "The server is busy counting. Try again in a moment.",
  counting_failed: "Counting failed. Try again.",
  server_busy: "The server is busy. Try again soon.",
  server_starting: "SwiftMail is starting.",
  server_stopping: "SwiftMail is stopping.",
  journal_closed: "The journal is closed.",
  journal_unwritable: ({ reason }: { reason: string }) =>
    `The journal cannot be written: ${reason}`,
  system_mail_not_set_up: "Sending of account emails is not set up.",
};
