import { Elysia } from "elysia";
import { AppError, because } from "../../platform/errors.ts";
import type { PeerAddress } from "../../platform/http/client-address.ts";
import { requirePerson } from "../../platform/http/person.ts";
import { Done, done, refusals } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { isSetUp, publicUrlOf } from "../instance/instance.service.ts";
import { ownOrigins } from "./access.service.ts";
import {
  ForgotRequest,
  Me,
  PasswordChange,
  ProfileChange,
  ResetRequest,
  SessionList,
  SessionParams,
  SignedIn,
  SignInRequest,
} from "./auth.schema.ts";
import {
  type AuthDesk,
  askForReset,
  changeMe,
  changePassword,
  endSession,
  listSessions,
  readMe,
  resetPassword,
  signIn,
  signOut,
  signOutEverywhere,
} from "./auth.service.ts";

export const authRoutes = (deps: AppDeps) => {
  const { guard, config, databases, keyRing, audit, jobs, clock, sessions } = deps;
  const { system } = databases;
  const desk: AuthDesk = { config, system, keyRing, audit, jobs, clock, sessions };
  const cameFrom = (request: Request, server: PeerAddress) => ({
    ip: deps.clientAddress(request, server),
    userAgent: request.headers.get("user-agent") ?? "",
    cookie: request.headers.get("cookie"),
  });
  // These routes are public, so the guard does not check the origin of a write. Without this check a foreign page
  // could sign a browser in as someone else, or sign it out.
  const refuseForeignPage = ({ request }: { request: Request }) => {
    const origin = request.headers.get("origin");
    const own = ownOrigins(publicUrlOf(config, databases.system), request);
    if (origin !== null && !own.includes(origin)) {
      throw new AppError("forbidden", because("foreign_origin"));
    }
    if (!isSetUp(databases.system)) {
      throw new AppError("setup_required", because("instance_not_set_up"));
    }
  };

  return new Elysia({ name: "auth", prefix: "/auth", detail: { tags: ["Sign-in"] } })
    .use(guard)
    .post(
      "/sign-in",
      async ({ body, request, server, set }) => {
        const { user, setCookies } = await signIn(desk, body, cameFrom(request, server));
        set.headers["set-cookie"] = setCookies;
        return { user };
      },
      {
        open: "it is how people sign in; limited per account and network",
        audit: { within: ["session.open", "session.refuse", "session.guessing"] },
        beforeHandle: refuseForeignPage,
        body: SignInRequest,
        response: { 200: SignedIn, ...refusals },
        detail: { summary: "Sign in with email address and password" },
      },
    )
    .post(
      "/sign-out",
      async ({ request, set }) => {
        set.headers["set-cookie"] = await signOut(desk, request.headers.get("cookie"));
        return done;
      },
      {
        open: "it ends the session of the request, and also works if that session has already ended",
        audit: { within: ["session.close"] },
        beforeHandle: refuseForeignPage,
        response: { 200: Done, ...refusals },
        detail: { summary: "End this session" },
      },
    )
    .post(
      "/sign-out-everywhere",
      ({ actor, set }) => {
        set.headers["set-cookie"] = signOutEverywhere(desk, requirePerson(actor));
        return done;
      },
      {
        signedIn: true,
        audit: { within: ["session.close-all"] },
        response: { 200: Done, ...refusals },
        detail: { summary: "End all your sessions" },
      },
    )
    .get("/me", ({ actor }) => readMe(desk, requirePerson(actor)), {
      signedIn: true,
      response: { 200: Me, ...refusals },
      detail: { summary: "Get the signed-in person and their workspaces" },
    })
    .patch("/me", ({ actor, body }) => changeMe(desk, requirePerson(actor), body), {
      signedIn: true,
      audit: { within: ["user.change"] },
      body: ProfileChange,
      response: { 200: Me, ...refusals },
      detail: { summary: "Change your profile" },
    })
    .post(
      "/forgot",
      ({ body, request, server }) => {
        askForReset(desk, body.email, cameFrom(request, server));
        return done;
      },
      {
        open: "a person who forgot the password cannot sign in; the answer is the same for every address",
        audit: { none: "nothing changes, and the mail goes only to the owner of the account" },
        beforeHandle: refuseForeignPage,
        body: ForgotRequest,
        response: { 200: Done, ...refusals },
        detail: { summary: "Request a password reset link" },
      },
    )
    .post(
      "/reset",
      async ({ body, set }) => {
        const { setCookie } = await resetPassword(desk, body.token, body.password);
        set.headers["set-cookie"] = setCookie;
        return done;
      },
      {
        open: "the mailed token is the proof; it works once",
        audit: { within: ["user.reset-password"] },
        beforeHandle: refuseForeignPage,
        body: ResetRequest,
        response: { 200: Done, ...refusals },
        detail: { summary: "Set a new password with a mailed link" },
      },
    )
    .post(
      "/password",
      async ({ actor, body, request }) => {
        await changePassword(desk, requirePerson(actor), body, request.headers.get("cookie"));
        return done;
      },
      {
        signedIn: true,
        audit: { within: ["user.change-password"] },
        body: PasswordChange,
        response: { 200: Done, ...refusals },
        detail: { summary: "Change your password and end all other sessions" },
      },
    )
    .get(
      "/sessions",
      ({ actor, request }) =>
        listSessions(desk, requirePerson(actor), request.headers.get("cookie")),
      {
        signedIn: true,
        response: { 200: SessionList, ...refusals },
        detail: { summary: "List your sessions" },
      },
    )
    .delete(
      "/sessions/:id",
      ({ actor, params }) => {
        endSession(desk, requirePerson(actor), params.id);
        return done;
      },
      {
        signedIn: true,
        audit: { within: ["session.close"] },
        params: SessionParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "End one of your sessions" },
      },
    );
};
