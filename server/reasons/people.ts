type SetupStep =
  | "administrator"
  | "organization"
  | "workspace"
  | "public-url"
  | "route"
  | "sender"
  | "test-message"
  | "finish";

/** Why a sign-in, or a change to people, workspaces, keys or the instance, is refused. */
export const peopleReasons = {
  wrong_credentials: "The email address or password is wrong.",
  too_many_attempts: ({ minutes }: { minutes: number }) =>
    `Too many attempts. Wait ${minutes} ${minutes === 1 ? "minute" : "minutes"}, or reset the password.`,
  too_many_strangers:
    "Too many wrong passwords were tried for this account from unknown networks. Wait a few minutes, or reset the password: the link in the email lets you sign in at once.",
  sign_in_busy: "Too many people are signing in right now. Try again.",
  not_your_password: "this is not your password",
  password_changed: "The password was just changed. Sign in with the new one.",
  password_short: {
    says: ({ length, min }: { length: number; min: number }) =>
      `it has ${length} characters; at least ${min} are required`,
    hint: "Four or five unrelated words are easy to remember and hard to guess.",
  },
  password_long: {
    says: ({ max }: { max: number }) => `it is longer than ${max} characters`,
    hint: "Shorten it.",
  },
  password_repeats: {
    says: "it repeats the same few characters",
    hint: "Four or five unrelated words are easy to remember and hard to guess.",
  },
  password_is_address: {
    says: "it is your email address",
    hint: "Choose something that nobody can look up.",
  },
  password_known: {
    says: "it is easy to guess: it is the same as, or similar to, a password from known breaches",
    hint: "Four or five unrelated words are easy to remember and hard to guess.",
  },
  account_exists: "An account with this address already exists.",
  unknown_account: "there is no account with this address",
  reset_link_stale: {
    says: "the link no longer works: it was already used or has expired",
    hint: "Ask for a new one.",
  },

  already_member: "This person is already a member of the workspace.",
  invitation_of_other: ({ email }: { email: string }) =>
    `This invitation is for ${email}. Sign in with that address.`,
  invitation_stale:
    "This invitation is no longer valid. It was used or withdrawn, is older than seven days, or its sender may no longer invite people. Ask for a new one.",
  workspace_invited_enough:
    "This workspace has reached its limit of invitations for today. Try again tomorrow.",
  organization_invited_enough:
    "This organization has reached its limit of invitations for today. Try again tomorrow.",
  address_invited_enough:
    "This organization has reached its limit of invitations to this address for today. Try again tomorrow.",
  members_permission_missing: "Your role in this workspace does not include members:write.",
  owners_only: "Only owners can change or remove owners.",
  last_owner: "A workspace needs an owner. Make someone else an owner first.",
  organization_owners_only: "Only owners of the organization can do this.",
  unknown_time_zone: {
    says: ({ name }: { name: string }) => `there is no time zone "${name}"`,
    hint: "Use an IANA name such as Europe/Berlin.",
  },
  postal_address_empty: {
    says: "it is empty",
    hint: "Most countries require a postal address in every marketing email.",
  },

  unknown_scope: ({ scope }: { scope: string }) =>
    `"${scope}" is not a permission that a key can have`,
  scope_beyond_role: ({ scope }: { scope: string }) => `your own role does not include ${scope}`,
  no_scopes: { says: "a key needs at least one permission", hint: "Choose at least one." },

  setup_token_wrong:
    "This is not the setup token. The server printed it to its console when it started.",
  setup_token_missing:
    "Enter the setup token first. The server printed it to its console when it started.",
  already_set_up: "This instance is already set up. Sign in instead.",
  step_done_elsewhere: "This step was just completed in another window.",
  step_missing: ({ step }: { step: SetupStep }) => `Complete the step "${step}" first.`,
  answer_lost: "An answer given earlier in the setup is missing.",
  route_check_failed: ({ stage, said }: { stage: string; said: string }) => `${stage}: ${said}`,
  test_message_lost:
    "The test inbox accepted the message, but it did not appear within 10 seconds.",
  url_without_protocol: {
    says: "it must start with https:// or http://",
    hint: "For example https://mail.example.com.",
  },
  url_with_user: {
    says: "it must not contain a user name",
    hint: "For example https://mail.example.com.",
  },
  url_with_path: {
    says: "it must end after the host name",
    hint: "For example https://mail.example.com.",
  },
  url_fixed: {
    says: ({ url }: { url: string }) => `is set to ${url} by PUBLIC_URL`,
    hint: "Change or remove that variable first.",
  },
  proxies_fixed: {
    says: ({ ranges }: { ranges: string }) => `is set to ${ranges} by TRUSTED_PROXIES`,
    hint: "Change or remove that variable first.",
  },
  not_a_proxy: {
    says: ({ range }: { range: string }) => `"${range}" is neither an IP address nor a range`,
    hint: "For example 10.0.0.7 or 172.28.0.0/16.",
  },
  mail_host_empty: { says: "must not be empty", hint: "For example smtp.example.com." },
  mail_refused: ({ host, said }: { host: string; said: string }) =>
    `${host} did not accept the message: ${said}`,
  mail_host_unreachable: ({ said }: { said: string }) => `The host cannot be reached: ${said}.`,
  not_a_host_name: { says: "is not a host name", hint: "For example bounce.example.com." },
  certificate_incomplete: "is missing: give both or neither",
  certificate_unusable: ({ fault }: { fault: string }) => `cannot be used with this key: ${fault}`,

  only_lost_logs: "Only a workspace whose -wal file is missing can be used anyway.",
  file_also_damaged: ({ fault }: { fault: string }) => `The file is also damaged: ${fault}`,
  job_not_retryable:
    "Only failed tasks can be tried again, and only if the same task is not already waiting.",
};
