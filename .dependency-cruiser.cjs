// The import rules of ARCHITECTURE.md: imports only point down.
//   main → cli → start-server → app, jobs → features → inbound/index → delivery/index → platform
// tests/architecture.test.ts plants one violation per rule and fails for a rule that catches nothing.

/** @param {string} name @param {string} why @param {object} from @param {object} to */
const forbid = (name, why, from, to) => ({ name, comment: why, severity: "error", from, to });

const entry = "^server/((main|cli|app|start-server)\\.ts$|commands/)";
/** Files of server/delivery that every stage may use. */
const sharedByStages =
  "(types|facts|ports|tokens|(consent|person|suppression|settings|block-list|unknown-outcomes)\\.store)\\.ts$";
const pureCore = "^(node:)?(crypto|url|buffer|util|path|punycode)$";

/** A package by name, resolved or not: a native sub-path such as better-sqlite3/linux-x64 stays unresolved. */
const npm = (name) => `(^|node_modules/)${name}(/|$)`;

module.exports = {
  forbidden: [
    forbid(
      "no-cycles",
      "Two files that import each other cannot be understood separately.",
      {},
      { circular: true },
    ),

    forbid(
      "nothing-imports-the-entry",
      "main, cli, commands/, start-server and app import everything else, and nothing imports them.",
      { path: "^server/", pathNot: entry },
      { path: entry },
    ),
    forbid(
      "platform-is-the-bottom",
      "The platform knows nothing about the product, so that it can be tested and reused separately.",
      { path: "^server/platform/" },
      { path: "^server/(features|delivery|inbound|jobs)/" },
    ),
    forbid(
      "reasons-need-nothing",
      "Reasons are below everything that uses them.",
      { path: "^server/reasons/" },
      { path: "^", pathNot: "^server/reasons/" },
    ),
    forbid(
      "delivery-knows-no-feature",
      "What delivery needs is in ports.ts; app.ts fills it.",
      { path: "^server/delivery/" },
      { path: "^server/(features|inbound|jobs)/" },
    ),
    forbid(
      "one-door-to-delivery",
      "Other folders may use only what delivery/index.ts exports.",
      { path: "^server/(features|inbound|jobs)/" },
      { path: "^server/delivery/", pathNot: "^server/delivery/index\\.ts$" },
    ),
    forbid(
      "stages-do-not-meet",
      "A stage can be tested alone; only run/ and threads/ import several stages. The rule who may be mailed is shared by several of them.",
      { path: "^server/delivery/(?!run/|threads/)([^/]+)/" },
      { path: "^server/delivery/", pathNot: `^server/delivery/($1/|${sharedByStages})` },
    ),
    forbid(
      "a-run-starts-no-thread",
      "threads → run → stages, so that sending a campaign can be tested without threads.",
      { path: "^server/delivery/run/" },
      { path: "^server/delivery/(threads/|index\\.ts$)" },
    ),
    forbid(
      "delivery-words-need-no-stage",
      "Files that all stages share are below them; protocol.ts declares what the queue passes on.",
      { path: `^server/delivery/${sharedByStages}` },
      { path: "^server/delivery/([^/]+/|(index|protocol)\\.ts$)" },
    ),
    forbid(
      "features-meet-by-service",
      "Other code uses only a slice's services and schemas.",
      { path: "^server/features/([^/]+)/" },
      {
        path: "^server/features/",
        pathNot: "^server/features/($1/|(deps|ports)\\.ts$|.+\\.(service|schema)\\.ts$)",
      },
    ),
    forbid(
      "jobs-meet-features-by-service",
      "Other code uses only a slice's services and schemas.",
      { path: "^server/jobs/" },
      { path: "^server/features/", pathNot: "(\\.(service|schema)|^server/features/ports)\\.ts$" },
    ),

    forbid(
      "features-know-no-job-thread",
      "The threads of jobs/ run the work of features; features only queue it.",
      { path: "^server/features/" },
      { path: "^server/jobs/" },
    ),
    forbid(
      "inbound-knows-no-feature",
      "The SMTP listener is below features, which read what it stores and tell it who owns a domain.",
      { path: "^server/inbound/" },
      { path: "^server/(features|jobs)/" },
    ),
    forbid(
      "one-door-to-inbound",
      "Other folders may use only what inbound/index.ts exports.",
      { path: "^server/", pathNot: "^server/inbound/" },
      { path: "^server/inbound/", pathNot: "^server/inbound/index\\.ts$" },
    ),

    forbid(
      "rules-are-pure",
      "Rules decide about plain values, without a clock, file, socket or database.",
      { path: "\\.rules\\.ts$" },
      {
        path: "^server/",
        pathNot: "(\\.rules\\.ts|^server/platform/errors\\.ts|^server/delivery/types\\.ts)$",
        dependencyTypesNot: ["type-only"],
      },
    ),
    forbid(
      "rules-touch-no-outside",
      "Rules decide about plain values, without a clock, file, socket or database.",
      { path: "\\.rules\\.ts$" },
      { dependencyTypes: ["core"], pathNot: pureCore },
    ),
    forbid(
      "routes-call-services",
      "Routes call services, and services call stores.",
      { path: "\\.routes\\.ts$" },
      {
        path: "(\\.store\\.ts|^server/platform/db/(statements|driver|migrate)\\.ts)$",
        dependencyTypesNot: ["type-only"],
      },
    ),
    forbid(
      "stores-call-nothing-above",
      "A store contains only SQL.",
      { path: "\\.store\\.ts$" },
      { path: "\\.(service|routes)\\.ts$" },
    ),
    forbid(
      "sql-stays-in-stores",
      "All SQL is in *.store.ts and migrations, where a review can read it.",
      { path: "^server/", pathNot: "(\\.store\\.ts$|^server/platform/)" },
      { path: "^server/platform/db/statements\\.ts$" },
    ),

    forbid(
      "elysia-at-the-edge",
      "Only app.ts, platform/http, routes and schemas use the HTTP framework.",
      {
        path: "^server/",
        pathNot: "(^server/app\\.ts$|^server/platform/http/|\\.(routes|schema)\\.ts$)",
      },
      { path: [npm("elysia"), npm("@elysiajs")] },
    ),
    forbid(
      "one-sqlite-driver",
      "The native addon is imported in one file, so that the build can replace it.",
      { pathNot: "^server/platform/db/(driver\\.ts|better-sqlite3\\.d\\.ts)$" },
      { path: npm("better-sqlite3"), dependencyTypesNot: ["type-only"] },
    ),
    forbid(
      "nodemailer-composes-only",
      "Campaigns are sent by our own SMTP client; nodemailer only composes MIME and sends single system messages.",
      { path: "^server/", pathNot: "^server/(delivery/render/|platform/mail\\.ts$)" },
      { path: npm("nodemailer") },
    ),
    forbid(
      "croner-is-the-scheduler",
      "Only the scheduler uses cron patterns; other deferred work is in the job table.",
      { path: "^server/", pathNot: "^server/platform/scheduler/" },
      { path: npm("croner") },
    ),
    forbid(
      "lucia-is-fenced",
      "It is deprecated upstream and writes on reads, so only one file uses it.",
      { path: "^server/", pathNot: "^server/features/users/sessions\\.service\\.ts$" },
      { path: npm("lucia") },
    ),
    forbid(
      "smtp-server-is-inbound",
      "Only inbound/ listens for SMTP; delivery never does.",
      { path: "^server/", pathNot: "^server/inbound/" },
      { path: npm("smtp-server") },
    ),

    forbid(
      "web-sees-only-the-app-type",
      "The API's shape is the whole contract.",
      { path: "^web/" },
      { path: "^server/", pathNot: "^server/app\\.ts$" },
    ),
    forbid(
      "web-imports-types-only",
      "A value import would pull the server into the browser bundle.",
      { path: "^web/" },
      { path: "^server/app\\.ts$", dependencyTypesNot: ["type-only"] },
    ),
    forbid(
      "web-features-do-not-meet",
      "What two pages share belongs to ui/ or to src/.",
      { path: "^web/src/features/([^/]+)/" },
      { path: "^web/src/features/", pathNot: "^web/src/features/$1/" },
    ),
    forbid(
      "ui-knows-no-feature",
      "Buttons and tables have no feature words and fetch nothing.",
      { path: "^web/src/ui/" },
      { path: "^web/src/(features/|api\\.ts$)" },
    ),
    forbid(
      "server-sees-no-web",
      "The built UI reaches the server as assets.gen.ts alone.",
      { path: "^server/" },
      { path: "^web/" },
    ),
    forbid(
      "the-product-sees-no-tests",
      "Nothing that is shipped may need what is not.",
      { path: "^(server|web)/" },
      { path: "^(tests|scripts)/" },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "\\.gen\\.ts$|^web/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
