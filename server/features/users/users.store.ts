import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type UserRow = {
  id: string;
  email: string;
  name: string;
  passwordHash: string;
  isAdmin: 0 | 1;
  locale: string;
  disabledAt: number | null;
  /** 1 = the password is from before an older copy of system.db was found. */
  passwordIsOld: 0 | 1;
};

export type NewUserRow = {
  id: string;
  email: string;
  address: string;
  name: string;
  passwordHash: string;
  isAdmin: 0 | 1;
  locale: string;
  now: number;
};

const columns = `id, email, name, password_hash AS passwordHash, is_admin AS isAdmin, locale,
  disabled_at AS disabledAt, password_is_old AS passwordIsOld`;

const selectById = statement<[id: string], UserRow>(`SELECT ${columns} FROM user WHERE id = ?`);

const selectByAddress = statement<[address: string], UserRow>(
  `SELECT ${columns} FROM user WHERE address = ?`,
);

const insertUser = statement<[NewUserRow]>(`
  INSERT INTO user (id, email, address, name, password_hash, is_admin, locale, created_at, updated_at)
  VALUES (@id, @email, @address, @name, @passwordHash, @isAdmin, @locale, @now, @now)
  ON CONFLICT (address) DO NOTHING
`);

const updateProfile = statement<[{ id: string; name: string; locale: string; now: number }]>(`
  UPDATE user SET name = @name, locale = @locale, updated_at = @now WHERE id = @id
`);

const updatePassword = statement<[{ id: string; passwordHash: string; now: number }]>(`
  UPDATE user SET password_hash = @passwordHash, password_is_old = 0, updated_at = @now WHERE id = @id
`);

const updateAllOld = statement<[]>("UPDATE user SET password_is_old = 1");

const updateIdentity = statement<[Omit<NewUserRow, "isAdmin" | "locale">]>(`
  UPDATE user
     SET email = @email, address = @address, name = @name, password_hash = @passwordHash,
         password_is_old = 0, updated_at = @now
   WHERE id = @id
`);

export function findUserById(db: Connection, id: string): UserRow | undefined {
  return selectById(db).get(id);
}

export function findUserByAddress(db: Connection, address: string): UserRow | undefined {
  return selectByAddress(db).get(address);
}

/** False when somebody already has that address. */
export function addUser(db: Connection, user: NewUserRow): boolean {
  return insertUser(db).run(user).changes === 1;
}

export function setProfile(
  db: Connection,
  profile: { id: string; name: string; locale: string; now: number },
): void {
  updateProfile(db).run(profile);
}

export function setPasswordHash(
  db: Connection,
  change: { id: string; passwordHash: string; now: number },
): void {
  updatePassword(db).run(change);
}

/** Marks every password as older than now. */
export function markPasswordsOld(db: Connection): void {
  updateAllOld(db).run();
}

export function replaceUser(db: Connection, user: Omit<NewUserRow, "isAdmin" | "locale">): void {
  updateIdentity(db).run(user);
}

const selectMember = statement<[workspaceId: string, address: string], { n: number }>(`
  SELECT EXISTS (SELECT 1 FROM user JOIN membership ON membership.user_id = user.id
                  WHERE membership.workspace_id = ? AND user.address = ? AND user.disabled_at IS NULL) AS n
`);

/** True when a member of the workspace has this address, in normal form. */
export const isMemberAddress = (system: Connection, workspaceId: string, address: string) =>
  selectMember(system).get(workspaceId, address)?.n === 1;
