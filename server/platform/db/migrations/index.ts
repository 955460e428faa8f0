import inbox001 from "./inbox/001-inbox.sql" with { type: "text" };
import inbox002 from "./inbox/002-received-mail.sql" with { type: "text" };
import system001 from "./system/001-people.sql" with { type: "text" };
import system002 from "./system/002-tenancy.sql" with { type: "text" };
import system003 from "./system/003-operations.sql" with { type: "text" };
import system004 from "./system/004-suppressions.sql" with { type: "text" };
import system005 from "./system/005-tracking-hosts.sql" with { type: "text" };
import system006 from "./system/006-mail-domains.sql" with { type: "text" };
import system007 from "./system/007-limit-rules.sql" with { type: "text" };
import system008 from "./system/008-asked-mail.sql" with { type: "text" };
import system009 from "./system/009-fair-jobs.sql" with { type: "text" };
import system010 from "./system/010-set-aside.sql" with { type: "text" };
import system011 from "./system/011-consent-version.sql" with { type: "text" };
import system012 from "./system/012-invitations.sql" with { type: "text" };
import system013 from "./system/013-lost-results.sql" with { type: "text" };
import system014 from "./system/014-languages.sql" with { type: "text" };
import system015 from "./system/015-audit-intents.sql" with { type: "text" };
import system016 from "./system/016-started-campaigns.sql" with { type: "text" };
import system017 from "./system/017-task-jobs.sql" with { type: "text" };
import system018 from "./system/018-workspace-seen.sql" with { type: "text" };
import system019 from "./system/019-log-base.sql" with { type: "text" };
import system020 from "./system/020-export-jobs.sql" with { type: "text" };
import system021 from "./system/021-privacy-jobs.sql" with { type: "text" };
import system022 from "./system/022-system-version.sql" with { type: "text" };
import system023 from "./system/023-import-jobs.sql" with { type: "text" };
import workspace001 from "./workspace/001-audience.sql" with { type: "text" };
import workspace002 from "./workspace/002-campaigns.sql" with { type: "text" };
import workspace003 from "./workspace/003-delivery.sql" with { type: "text" };
import workspace004 from "./workspace/004-routes.sql" with { type: "text" };
import workspace005 from "./workspace/005-bounces.sql" with { type: "text" };
import workspace006 from "./workspace/006-people.sql" with { type: "text" };
import workspace007 from "./workspace/007-consent.sql" with { type: "text" };
import workspace008 from "./workspace/008-sending.sql" with { type: "text" };
import workspace009 from "./workspace/009-segments.sql" with { type: "text" };
import workspace010 from "./workspace/010-results.sql" with { type: "text" };
import workspace011 from "./workspace/011-route-webhooks.sql" with { type: "text" };
import workspace012 from "./workspace/012-dmarc.sql" with { type: "text" };
import workspace013 from "./workspace/013-resend.sql" with { type: "text" };
import workspace014 from "./workspace/014-breaker.sql" with { type: "text" };
import workspace015 from "./workspace/015-merges.sql" with { type: "text" };
import workspace016 from "./workspace/016-import-check.sql" with { type: "text" };
import workspace017 from "./workspace/017-former-addresses.sql" with { type: "text" };
import workspace018 from "./workspace/018-consent-version.sql" with { type: "text" };
import workspace019 from "./workspace/019-list-going.sql" with { type: "text" };
import workspace020 from "./workspace/020-suppression-claim.sql" with { type: "text" };
import workspace021 from "./workspace/021-unclear.sql" with { type: "text" };
import workspace022 from "./workspace/022-task.sql" with { type: "text" };
import workspace023 from "./workspace/023-log-base.sql" with { type: "text" };
import workspace024 from "./workspace/024-export-task.sql" with { type: "text" };
import workspace025 from "./workspace/025-privacy-task.sql" with { type: "text" };
import workspace026 from "./workspace/026-task-log.sql" with { type: "text" };
import workspace027 from "./workspace/027-erased-contact.sql" with { type: "text" };
import workspace028 from "./workspace/028-kept-refusals.sql" with { type: "text" };
import workspace029 from "./workspace/029-import-task.sql" with { type: "text" };
import workspace030 from "./workspace/030-upload-digest.sql" with { type: "text" };
import workspace031 from "./workspace/031-file-identity.sql" with { type: "text" };

/**
 * The kinds of database file, each with its migrations in order. A file's user_version is the number of migrations
 * applied.
 */
export const migrations = {
  system: [
    system001,
    system002,
    system003,
    system004,
    system005,
    system006,
    system007,
    system008,
    system009,
    system010,
    system011,
    system012,
    system013,
    system014,
    system015,
    system016,
    system017,
    system018,
    system019,
    system020,
    system021,
    system022,
    system023,
  ],
  workspace: [
    workspace001,
    workspace002,
    workspace003,
    workspace004,
    workspace005,
    workspace006,
    workspace007,
    workspace008,
    workspace009,
    workspace010,
    workspace011,
    workspace012,
    workspace013,
    workspace014,
    workspace015,
    workspace016,
    workspace017,
    workspace018,
    workspace019,
    workspace020,
    workspace021,
    workspace022,
    workspace023,
    workspace024,
    workspace025,
    workspace026,
    workspace027,
    workspace028,
    workspace029,
    workspace030,
    workspace031,
  ],
  inbox: [inbox001, inbox002],
} as const satisfies Record<string, readonly string[]>;

export type DatabaseKind = keyof typeof migrations;
