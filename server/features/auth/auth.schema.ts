import { t } from "elysia";
import { RoleSchema } from "../workspaces/workspaces.schema.ts";

const password = (description: string) => t.String({ minLength: 1, maxLength: 1000, description });
const email = t.String({ minLength: 1, maxLength: 320 });

export const SignInRequest = t.Object({ email, password: password("The account's password") });
export const ForgotRequest = t.Object({ email });
export const ResetRequest = t.Object({
  token: t.String({
    minLength: 1,
    maxLength: 200,
    description: "The token from the link in the mail",
  }),
  password: password("At least 12 characters"),
});
export const PasswordChange = t.Object({
  current: password("The current password"),
  next: password("At least 12 characters"),
});
export const ProfileChange = t.Object({
  name: t.Optional(t.String({ maxLength: 200 })),
  locale: t.Optional(t.String({ pattern: "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", maxLength: 35 })),
});

const User = t.Object({
  id: t.String(),
  email: t.String(),
  name: t.String(),
  locale: t.String({
    description: "Language of the interface; empty until the person chooses one",
  }),
  isAdmin: t.Boolean({ description: "True for an administrator of the instance" }),
});
export const SignedIn = t.Object({ user: User });
export const Me = t.Object({
  user: User,
  workspaces: t.Array(
    t.Object({
      id: t.String(),
      name: t.String(),
      role: RoleSchema,
      timeZone: t.String(),
      organizationId: t.String(),
      organizationName: t.String(),
    }),
  ),
  instance: t.Object({ setupDone: t.Boolean() }),
});
export const SessionList = t.Object({
  items: t.Array(
    t.Object({
      id: t.String(),
      createdAt: t.Number(),
      expiresAt: t.Number(),
      ip: t.String(),
      userAgent: t.String(),
      current: t.Boolean({ description: "True for the current session" }),
    }),
  ),
});
export const SessionParams = t.Object({ id: t.String({ maxLength: 64 }) });
