import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { isAddressFault, parseEmailAddress } from "../../platform/email-address.ts";
import { type AppError, because, invalidField, refusedField } from "../../platform/errors.ts";
import { newId } from "../../platform/ids.ts";
import { passwordFault } from "./password.rules.ts";
import { hashPassword } from "./password-hash.ts";
import { isEasyToGuess } from "./password-strength.ts";
import {
  addUser,
  findUserByAddress,
  findUserById,
  replaceUser,
  type UserRow,
} from "./users.store.ts";

/** What signing in also needs: the person's language, passwords, and the rows. */
export { type MailLocale, mailLocaleOf } from "./mail-locale.rules.ts";
export { hashPassword, isPassword } from "./password-hash.ts";
export {
  findUserByAddress,
  findUserById,
  isMemberAddress,
  markPasswordsOld,
  setPasswordHash,
  setProfile,
  type UserRow,
} from "./users.store.ts";

/** A person as other users may see them. */
export type Person = {
  id: string;
  email: string;
  name: string;
  /** Empty until they choose a language. */
  locale: string;
};

/** The normal form of an entered address. @throws AppError `invalid_input` naming `field`. */
export function readEmail(input: string, field = "email"): { email: string; address: string } {
  const parsed = parseEmailAddress(input);
  if (isAddressFault(parsed)) {
    throw invalidField(field, parsed.why);
  }
  return { email: parsed.email, address: parsed.address };
}

/** Refuses a weak password. @throws AppError `invalid_input` naming `field`. */
export async function requireGoodPassword(
  field: string,
  password: string,
  email: string,
): Promise<void> {
  const fault = passwordFault(password, email);
  if (fault !== undefined) {
    throw invalidField(field, fault);
  }
  if (await isEasyToGuess(password, email.split(/[@.+_-]/))) {
    throw invalidField(field, because("password_known"));
  }
}

/**
 * Creates a person who can sign in. `alongside` runs in the same transaction, so that related rows commit with the
 * person; when it throws, nobody is created.
 *
 * @throws AppError `invalid_input` for the address or the password, `conflict` when the address is taken.
 */
export async function createPerson(
  system: Connection,
  input: { email: string; name: string; password: string; isAdmin: boolean; locale?: string },
  now: number,
  alongside: (id: string) => void = () => {},
): Promise<Person> {
  const { email, address } = readEmail(input.email);
  await requireGoodPassword("password", input.password, email);
  const passwordHash = await hashPassword(input.password);
  const user = { id: newId(now), email, address, name: input.name.trim(), passwordHash };
  const locale = input.locale ?? "";
  inTransaction(system, () => {
    if (!addUser(system, { ...user, isAdmin: input.isAdmin ? 1 : 0, locale, now })) {
      throw addressTaken();
    }
    alongside(user.id);
  });
  return { id: user.id, email, name: user.name, locale };
}

/**
 * Changes a person's address, name and password.
 *
 * @throws AppError `invalid_input`, `conflict` when the address belongs to another person.
 */
export async function replacePerson(
  system: Connection,
  id: string,
  input: { email: string; name: string; password: string },
  now: number,
): Promise<void> {
  const { email, address } = readEmail(input.email);
  await requireGoodPassword("password", input.password, email);
  const passwordHash = await hashPassword(input.password);
  inTransaction(system, () => {
    // Checked under the write lock, because hashing takes time and another thread can create an account at any
    // moment.
    const known = findUserByAddress(system, address);
    if (known !== undefined && known.id !== id) {
      throw addressTaken();
    }
    replaceUser(system, { id, email, address, name: input.name.trim(), passwordHash, now });
  });
}

function addressTaken(): AppError {
  return refusedField("conflict", "email", because("account_exists"));
}

/** The person with this address, ignoring case. @throws AppError `invalid_input` for a malformed address. */
export function findPersonByEmail(system: Connection, email: string): Person | undefined {
  const user = findUserByAddress(system, readEmail(email).address);
  return user === undefined ? undefined : toPerson(user);
}

export function findPerson(system: Connection, id: string): Person | undefined {
  const user = findUserById(system, id);
  return user === undefined ? undefined : toPerson(user);
}

function toPerson(user: UserRow): Person {
  return { id: user.id, email: user.email, name: user.name, locale: user.locale };
}
