import { Elysia } from "elysia";
import { AppError, because } from "../../platform/errors.ts";
import { Done, done, refusals } from "../../platform/http/schemas.ts";
import { ownOrigins } from "../auth/access.service.ts";
import { openSession } from "../auth/auth.service.ts";
import type { AppDeps } from "../deps.ts";
import { publicUrlOf } from "../instance/instance.service.ts";
import { RouteCheck } from "../routes/routes.schema.ts";
import {
  AdministratorRequest,
  OrganizationRequest,
  PublicUrlRequest,
  RouteRequest,
  SenderRequest,
  SetupDns,
  SetupFinished,
  SetupState,
  TestMessageReceipt,
  TestMessageRequest,
  UnlockRequest,
  WorkspaceRequest,
} from "./setup.schema.ts";
import {
  answerAdministrator,
  answerOrganization,
  answerPublicUrl,
  answerWorkspace,
  finishSetup,
  readSetup,
  type SetupDesk,
} from "./setup.service.ts";
import { isUnlocked, refuseWhenDone, requireUnlocked, unlockSetup } from "./setup-lock.service.ts";
import {
  answerRoute,
  answerSender,
  answerTestMessage,
  checkSetupRoute,
  readSetupDns,
} from "./setup-sending.ts";

const byToken = "no account exists yet; the one-time token from the console unlocks it";

export const setupRoutes = (deps: AppDeps) => {
  const { guard, databases, config, outside } = deps;
  const { system } = databases;
  const desk: SetupDesk = {
    ...deps,
    inboxPort: outside.inbound.port,
    checkRoute: outside.checkRoute,
  };
  const refuseForeignPage = (request: Request) => {
    const origin = request.headers.get("origin");
    if (origin !== null && !ownOrigins(publicUrlOf(config, system), request).includes(origin)) {
      throw new AppError("forbidden", because("foreign_origin"));
    }
  };
  const forUnlocked = ({ request }: { request: Request }) => {
    refuseWhenDone(system);
    refuseForeignPage(request);
    requireUnlocked(system, request.headers.get("cookie"));
  };
  const isSecure = () => publicUrlOf(config, system).startsWith("https://");
  const open = { open: byToken, beforeHandle: forUnlocked } as const;
  const step = {
    ...open,
    audit: { none: "a step of the setup; the end of the setup has an entry" },
  } as const;

  return new Elysia({ name: "setup", prefix: "/setup", detail: { tags: ["Setup"] } })
    .use(guard)
    .get("/", ({ request }) => readSetup(desk, isUnlocked(system, request.headers.get("cookie"))), {
      open: "a browser must learn that the setup is not done; answers are returned only after the token",
      response: { 200: SetupState, ...refusals },
      detail: { summary: "Get the state of the setup" },
    })
    .post(
      "/unlock",
      ({ body, request, set }) => {
        refuseForeignPage(request);
        set.headers["set-cookie"] = unlockSetup(
          system,
          body.token,
          isSecure() && request.url.startsWith("https:"),
          deps.clock(),
        );
        return done;
      },
      {
        open: byToken,
        audit: { none: "it unlocks the setup; the end of the setup has an entry" },
        body: UnlockRequest,
        response: { 200: Done, ...refusals },
        detail: { summary: "Unlock the setup with the token from the server's console" },
      },
    )
    .post(
      "/administrator",
      async ({ body }) => {
        await answerAdministrator(desk, body);
        return done;
      },
      {
        ...open,
        audit: { within: ["user.create"] },
        body: AdministratorRequest,
        response: { 200: Done, ...refusals },
        detail: { summary: "Create the first person, who administers the instance" },
      },
    )
    .post(
      "/organization",
      ({ body }) => {
        answerOrganization(desk, body);
        return done;
      },
      {
        ...open,
        audit: { within: ["organization.create"] },
        body: OrganizationRequest,
        response: { 200: Done, ...refusals },
        detail: { summary: "Name the organization" },
      },
    )
    .post(
      "/workspace",
      ({ body }) => {
        answerWorkspace(desk, body);
        return done;
      },
      {
        ...open,
        audit: { within: ["workspace.create", "workspace.change"] },
        body: WorkspaceRequest,
        response: { 200: Done, ...refusals },
        detail: { summary: "Create the first workspace" },
      },
    )
    .post(
      "/public-url",
      async ({ body }) => {
        await answerPublicUrl(desk, body);
        return done;
      },
      {
        ...step,
        body: PublicUrlRequest,
        response: { 200: Done, ...refusals },
        detail: { summary: "Set the public URL of the instance" },
      },
    )
    .post("/route/check", ({ body }) => checkSetupRoute(desk, body), {
      ...step,
      body: RouteRequest,
      response: { 200: RouteCheck, 502: refusals[503], ...refusals },
      detail: { summary: "Test a sending method up to the sign-in without saving it" },
    })
    .post("/route", ({ body }) => answerRoute(desk, body), {
      ...step,
      body: RouteRequest,
      response: { 200: RouteCheck, 502: refusals[503], ...refusals },
      detail: { summary: "Test a sending method and save it" },
    })
    .post(
      "/sender",
      async ({ body }) => {
        await answerSender(desk, body);
        return done;
      },
      {
        ...step,
        body: SenderRequest,
        response: { 200: Done, ...refusals },
        detail: { summary: "Create the first sender and the key of its domain" },
      },
    )
    .post("/test-message", ({ body }) => answerTestMessage(desk, body), {
      ...step,
      body: TestMessageRequest,
      response: { 200: TestMessageReceipt, 502: refusals[503], ...refusals },
      detail: { summary: "Send a test message and check that it arrives" },
    })
    .get("/dns", () => readSetupDns(desk, outside.dns), {
      ...open,
      response: { 200: SetupDns, ...refusals },
      detail: { summary: "Get the DNS records to publish and their current status" },
    })
    .post(
      "/finish",
      async ({ request, server, set }) => {
        const { userId, workspaceId } = finishSetup(desk);
        const from = {
          ip: deps.clientAddress(request, server),
          userAgent: request.headers.get("user-agent") ?? "",
          cookie: null,
        };
        const session = await openSession({ ...deps, system }, userId, from);
        set.headers["set-cookie"] = session.setCookie;
        return { done: true as const, workspaceId };
      },
      {
        ...open,
        audit: { within: ["instance.set-up", "session.open"] },
        response: { 200: SetupFinished, ...refusals },
        detail: { summary: "Finish the setup and sign the administrator in" },
      },
    );
};
