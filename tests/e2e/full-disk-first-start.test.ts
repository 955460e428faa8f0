// The first start of the compiled binary on a full disk, and its setup on a disk that fills up: both say what to do and
// continue afterwards.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { apiClient } from "../../server/commands/demo/api-client.ts";
import { answerSetup } from "../../server/commands/demo/seed.ts";
import { type RunningBinary, runBinary, startBinary } from "../support/binary.ts";
import { freePort } from "../support/free-port.ts";
import { setupToken } from "../support/seeded-binary.ts";
import { mayMountDisks, mountSmallDisk, type SmallDisk } from "../support/small-disk.ts";

/** From no space at all to nearly enough: each amount stops the start at another step. */
const LEFT_BYTES = [0, 4_096, 8_192, 20_000, 50_000, 100_000, 200_000, 300_000];
const ADVICE =
  /^swiftmail: the disk of the data folder (\S+) is full\. Free some space and start again; what was saved before is untouched\s*$/;

let disk: SmallDisk;
let binary: RunningBinary | undefined;
let env: Record<string, string>;

beforeAll(async () => {
  if (mayMountDisks) {
    disk = mountSmallDisk(80);
    env = {
      DATA_DIR: `${disk.path}/data`,
      PORT: String(await freePort()),
      SMTP_IN_PORT: String(await freePort()),
      PATH: process.env["PATH"] ?? "",
    };
  }
});

afterAll(async () => {
  await binary?.dispose();
  disk?.unmount();
});

test.skipIf(!mayMountDisks).each(LEFT_BYTES)(
  "a first start with %d bytes left exits with the reason and what to do",
  async (left) => {
    disk.fill(left);
    const { code, err } = await runBinary(["serve"], env);
    disk.empty();

    expect(err).toMatch(ADVICE);
    expect(ADVICE.exec(err)?.[1]).toBe(env["DATA_DIR"] ?? "");
    expect(code).toBe(1);
  },
  30_000,
);

test.skipIf(!mayMountDisks)(
  "once there is space, files of those starts are no obstacle; a setup whose disk fills up says so and continues where it was",
  async () => {
    binary = await startBinary({ env });
    const api = apiClient(binary.url);
    const answers = {
      token: await setupToken(binary),
      email: "ada@agency.test",
      password: "correct horse battery staple",
      publicUrl: binary.url,
      workspaceName: "Acme Books",
    };
    await api.post("/setup/unlock", { token: answers.token });

    disk.fill(0);
    const refused = await answerSetup(api, answers).then(
      () => "answered",
      (error: Error) => error.message,
    );
    disk.empty();
    const workspace = await answerSetup(api, answers);
    await binary.kill("SIGTERM");
    binary = await binary.restart();

    expect(refused).toContain(": 503 ");
    expect(refused).toContain("The disk of this server is full");
    expect(refused).toContain("Free some space and try again.");
    expect(await apiStatus(binary.url, workspace.path)).toBe(401);
    const doctor = await runBinary(["doctor"], env);
    expect(doctor.out).toMatch(/ok {4}workspaces +1 can be used/);
  },
  60_000,
);

/** After the setup, it requires a session and no longer prints a setup token. */
async function apiStatus(url: string, path: string): Promise<number> {
  return (await fetch(`${url}/api/v1${path}`)).status;
}
