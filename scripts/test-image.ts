// `bun run test:image` builds the Dockerfile and starts the image. The container is set up over HTTP, sends, is stopped
// by SIGTERM in the middle and started again; then every message must have arrived exactly once. Needs Debian, root,
// buildah and mmdebstrap, but no daemon and no image registry.
import { join } from "node:path";
import { apiClient } from "../server/commands/demo/api-client.ts";
import { demoContactsCsv } from "../server/commands/demo/demo-contacts.ts";
import {
  answerSetup,
  importContacts,
  launchCampaign,
  type ReadyWorkspace,
  untilCompleted,
} from "../server/commands/demo/seed.ts";
import { freePort } from "../server/platform/free-port.ts";
import { makeBaseImages } from "./base-images.ts";
import { type Buildah, buildah, descendants, type ImageConfig } from "./buildah.ts";
import { canInstallPackages, installPackages } from "./debian-packages.ts";

const root = join(import.meta.dir, "..");
const IMAGE = "localhost/swiftmail-test";
const CONTACTS = 400;
const PER_SECOND = 60;
const STOP_LIMIT_MS = 30_000;

type Running = { url: string; setupToken: string; stop(): Promise<{ code: number; ms: number }> };

let passed = 0;

function holds(what: string, isTrue: boolean, found?: unknown): void {
  if (!isTrue) {
    throw new Error(`failed: ${what}${found === undefined ? "" : ` (${JSON.stringify(found)})`}`);
  }
  passed += 1;
  console.log(`ok   ${what}`);
}

async function need(): Promise<void> {
  const missing = ["buildah", "mmdebstrap"].filter((name) => Bun.which(name) === null);
  if (missing.length > 0 && !(canInstallPackages() && (await installPackages(missing)))) {
    throw new Error(`run as root on Debian: apt-get install ${missing.join(" ")}`);
  }
}

async function build(tool: Buildah, folder: string): Promise<ImageConfig> {
  const bases = await makeBaseImages(tool, folder);
  await tool.call(
    "build",
    "--isolation=chroot",
    "--format=docker",
    `--build-arg=BUILD_IMAGE=${bases.build}`,
    `--build-arg=RUNTIME_IMAGE=${bases.runtime}`,
    `--tag=${IMAGE}`,
    root,
  );
  return await tool.inspect(IMAGE);
}

/**
 * Starts the container with the image's own entry point, user and environment. Its volume /data is created from the
 * image with the image's owner, and is kept between starts.
 */
async function start(tool: Buildah, config: ImageConfig, container: string): Promise<Running> {
  const port = await freePort();
  const options = [`--env=PORT=${port}`, `--env=SMTP_IN_PORT=${await freePort()}`];
  const child = tool.start(container, options, [...config.Entrypoint, ...config.Cmd]);
  const output = collect(child.stdout, child.stderr);
  const health = (config.Healthcheck?.Test ?? []).slice(1);
  const isHealthy = async () =>
    (await tool.start(container, [`--env=PORT=${port}`], health).exited) === 0;
  await until("the health check of the image succeeds", isHealthy, 30_000);

  return {
    url: `http://127.0.0.1:${port}`,
    setupToken: /token=([\w-]+)/.exec(output.text)?.[1] ?? "",
    async stop() {
      const startedAt = performance.now();
      for (const pid of descendants(child.pid).slice(-1)) {
        process.kill(pid, "SIGTERM");
      }
      const code = await Promise.race([child.exited, Bun.sleep(STOP_LIMIT_MS).then(() => -1)]);
      return { code, ms: performance.now() - startedAt };
    },
  };
}

function collect(...streams: ReturnType<typeof Bun.spawn>["stdout"][]): { text: string } {
  const output = { text: "" };
  for (const stream of streams as ReadableStream<Uint8Array>[]) {
    void (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of stream) {
        output.text += decoder.decode(chunk, { stream: true });
      }
    })();
  }
  return output;
}

async function until(what: string, isSo: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > end) {
      throw new Error(`timed out after ${timeoutMs / 1000} s: ${what}`);
    }
    await Bun.sleep(250);
  }
}

function imageHolds(config: ImageConfig): void {
  holds("it does not run as root", /^[1-9]\d*(:|$)/.test(config.User), config.User);
  holds("it has one volume, /data", Object.keys(config.Volumes).join() === "/data", config.Volumes);
  holds("it stops on SIGTERM", config.StopSignal === "SIGTERM", config.StopSignal);
  holds("it checks its own health", config.Healthcheck?.Test[1] === "/usr/local/bin/swiftmail");
}

const EMAIL = "image@swiftmail.example";
const PASSWORD = "image test of swiftmail";
const SUBJECT = "Stopped and started";

async function sendHalf(
  running: Running,
): Promise<{ workspace: ReadyWorkspace; campaign: number }> {
  const api = apiClient(running.url);
  const workspace = await answerSetup(api, {
    token: running.setupToken,
    email: EMAIL,
    password: PASSWORD,
    publicUrl: running.url,
    workspaceName: "Image test",
  });
  holds("the setup is completed over HTTP", workspace.id !== "");
  const { listId, added } = await importContacts(api, workspace, demoContactsCsv(CONTACTS), "All");
  holds("a file is imported", added === CONTACTS, added);
  await api.patch(`${workspace.path}/routes/${workspace.routeId}`, { maxPerSecond: PER_SECOND });
  const campaign = await launchCampaign(api, workspace, {
    name: SUBJECT,
    subject: SUBJECT,
    preheader: "",
    starter: "newsletter",
    listId,
    routeId: workspace.routeId,
  });
  await until(
    "a third is sent",
    async () => (await received(running, workspace)).length > CONTACTS / 3,
    60_000,
  );
  return { workspace, campaign };
}

/** The recipients of all captured messages of the campaign. */
async function received(running: Running, workspace: ReadyWorkspace): Promise<string[]> {
  const api = apiClient(running.url);
  await api.post("/auth/sign-in", { email: EMAIL, password: PASSWORD });
  type Page = { items: { to: string }[]; nextCursor: string | null };
  const found: string[] = [];
  let after: string | null = "";
  while (after !== null) {
    const page: Page = await api.get(
      `${workspace.path}/inbox?limit=200&q=${encodeURIComponent(SUBJECT)}${after}`,
    );
    found.push(...page.items.map(({ to }) => to));
    after = page.nextCursor === null ? null : `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
  return found;
}

async function main(): Promise<void> {
  await need();
  const folder = join(root, ".cache/image-test");
  const tool = buildah(folder);
  const config = await build(tool, folder);
  imageHolds(config);
  const container = await tool.call("from", IMAGE);

  const first = await start(tool, config, container);
  const { workspace, campaign } = await sendHalf(first);
  const stopped = await first.stop();
  holds(`SIGTERM ends it cleanly, in ${Math.round(stopped.ms)} ms`, stopped.code === 0, stopped);

  const second = await start(tool, config, container);
  const api = apiClient(second.url);
  await api.post("/auth/sign-in", { email: EMAIL, password: PASSWORD });
  const sent = await untilCompleted(api, workspace, campaign, 60_000);
  const recipients = await received(second, workspace);
  holds("the campaign is finished after the restart", sent === CONTACTS, sent);
  holds("nobody was lost", new Set(recipients).size === CONTACTS, new Set(recipients).size);
  holds("nobody got it twice", recipients.length === CONTACTS, recipients.length);
  holds("it ends cleanly again", (await second.stop()).code === 0);
  await tool.call("rm", container);
}

const startedAt = performance.now();
await main();
console.log(`${passed} passed, 0 failed, ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
