// The import rules of ARCHITECTURE.md: an arrow only ever points down.
//   main → cli → start-server → app, jobs → features → inbound/index → delivery/index → platform
// tests/architecture.test.ts plants one violation per rule; a rule that catches nothing fails there.

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
    forbid("no-cycles", "Two files that need each other are one idea.", {}, { circular: true }),

    forbid(
      "nothing-imports-the-entry",
      "main, cli, commands/, start-server and app wire everything else and are wired by nothing.",
      { path: "^server/", pathNot: entry },
      { path: entry },
    ),
    forbid(
      "platform-is-the-bottom",
      "The platform has no business words, so that it can be tested and lifted out alone.",
      { path: "^server/platform/" },
      { path: "^server/(features|delivery|inbound|jobs)/" },
    ),
    forbid(
      "reasons-need-nothing",
      "Sentences and their codes lie under all that may say them.",
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
      "Only delivery/index.ts says what others may ask of it.",
      { path: "^server/(features|inbound|jobs)/" },
      { path: "^server/delivery/", pathNot: "^server/delivery/index\\.ts$" },
    ),
    forbid(
      "stages-do-not-meet",
      "A stage is testable alone; only run/ and threads/ see them all. Who may be mailed is one rule for several of them.",
      { path: "^server/delivery/(?!run/|threads/)([^/]+)/" },
      { path: "^server/delivery/", pathNot: `^server/delivery/($1/|${sharedByStages})` },
    ),
    forbid(
      "a-run-starts-no-thread",
      "threads → run → stages: what sends a campaign can be tested without a thread.",
      { path: "^server/delivery/run/" },
      { path: "^server/delivery/(threads/|index\\.ts$)" },
    ),
    forbid(
      "delivery-words-need-no-stage",
      "What all stages share lies under them; protocol.ts names what the queue hands over.",
      { path: `^server/delivery/${sharedByStages}` },
      { path: "^server/delivery/([^/]+/|(index|protocol)\\.ts$)" },
    ),
    forbid(
      "features-meet-by-service",
      "A slice's face is its service and its schema.",
      { path: "^server/features/([^/]+)/" },
      {
        path: "^server/features/",
        pathNot: "^server/features/($1/|(deps|ports)\\.ts$|.+\\.(service|schema)\\.ts$)",
      },
    ),
    forbid(
      "jobs-meet-features-by-service",
      "A slice's face is its service and its schema.",
      { path: "^server/jobs/" },
      { path: "^server/features/", pathNot: "(\\.(service|schema)|^server/features/ports)\\.ts$" },
    ),

    forbid(
      "features-know-no-job-thread",
      "The threads of jobs/ run what features do; features only queue work.",
      { path: "^server/features/" },
      { path: "^server/jobs/" },
    ),
    forbid(
      "inbound-knows-no-feature",
      "The SMTP listener is under features, which read what it keeps and tell it whose a domain is.",
      { path: "^server/inbound/" },
      { path: "^server/(features|jobs)/" },
    ),
    forbid(
      "one-door-to-inbound",
      "Only inbound/index.ts says what others may ask of it.",
      { path: "^server/", pathNot: "^server/inbound/" },
      { path: "^server/inbound/", pathNot: "^server/inbound/index\\.ts$" },
    ),

    forbid(
      "rules-are-pure",
      "A decision over plain values needs no clock, file, socket or database.",
      { path: "\\.rules\\.ts$" },
      {
        path: "^server/",
        pathNot: "(\\.rules\\.ts|^server/platform/errors\\.ts|^server/delivery/types\\.ts)$",
        dependencyTypesNot: ["type-only"],
      },
    ),
    forbid(
      "rules-touch-no-outside",
      "A decision over plain values needs no clock, file, socket or database.",
      { path: "\\.rules\\.ts$" },
      { dependencyTypes: ["core"], pathNot: pureCore },
    ),
    forbid(
      "routes-call-services",
      "Routes call services, services call stores: always, so that a reader never guesses.",
      { path: "\\.routes\\.ts$" },
      {
        path: "(\\.store\\.ts|^server/platform/db/(statements|driver|migrate)\\.ts)$",
        dependencyTypesNot: ["type-only"],
      },
    ),
    forbid(
      "stores-call-nothing-above",
      "A store is SQL and nothing else.",
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
      "Only the edge speaks HTTP.",
      {
        path: "^server/",
        pathNot: "(^server/app\\.ts$|^server/platform/http/|\\.(routes|schema)\\.ts$)",
      },
      { path: [npm("elysia"), npm("@elysiajs")] },
    ),
    forbid(
      "one-sqlite-driver",
      "The native addon is named once, so that a build can swap it.",
      { pathNot: "^server/platform/db/(driver\\.ts|better-sqlite3\\.d\\.ts)$" },
      { path: npm("better-sqlite3"), dependencyTypesNot: ["type-only"] },
    ),
    forbid(
      "nodemailer-composes-only",
      "Campaign mail leaves by our own SMTP client; nodemailer composes MIME and sends one-off system mail.",
      { path: "^server/", pathNot: "^server/(delivery/render/|platform/mail\\.ts$)" },
      { path: npm("nodemailer") },
    ),
    forbid(
      "croner-is-the-scheduler",
      "One clock, and work that outlives the process is in the job table.",
      { path: "^server/", pathNot: "^server/platform/scheduler/" },
      { path: npm("croner") },
    ),
    forbid(
      "lucia-is-fenced",
      "It is deprecated upstream and writes on reads: one file keeps it replaceable.",
      { path: "^server/", pathNot: "^server/features/users/sessions\\.service\\.ts$" },
      { path: npm("lucia") },
    ),
    forbid(
      "smtp-server-is-inbound",
      "The listener is one place; delivery never listens.",
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
