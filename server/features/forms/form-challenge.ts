import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import { deriveKey, type KeyRing } from "../../platform/secrets.ts";

/** The hash must begin with this many zero bits: about 16,000 attempts, half a second on a phone. */
export const WORK_BITS = 14;
const MIN_AGE_MS = 2_000;
const MAX_AGE_MS = 60 * 60_000;
const MAX_SPENT = 100_000;

/**
 * What a submission proves.
 * - worked: it solved a fresh challenge, which is now used up.
 * - hurried: it arrived less than two seconds after the page was created; people take longer.
 * - nothing: no solution, or an old challenge. Browsers without scripts end up here, so it does not indicate a
 *   bot.
 */
export type Proof = "worked" | "hurried" | "nothing";

/**
 * A captcha without pictures or third parties: the browser searches for a number whose hash begins with zero bits.
 * This costs a person nothing, but costs a spammer processor time for every address. A challenge is signed, belongs
 * to one form, and can be used once in this process within an hour.
 */
export class FormChallenges {
  readonly #key: Buffer;
  readonly #spent = new LRUCache<string, true>({ max: MAX_SPENT, ttl: MAX_AGE_MS });

  constructor(keyRing: KeyRing) {
    this.#key = deriveKey(keyRing, keyRing.current, "form-challenge");
  }

  issue(form: string, now: number): string {
    const head = `${now.toString(36)}.${randomBytes(9).toString("base64url")}`;
    return `${head}.${this.#sign(form, head)}`;
  }

  check(form: string, challenge: string, nonce: string, now: number): Proof {
    const [issued = "", salt = "", mac = ""] = challenge.split(".");
    const isOurs = safeEqual(mac, this.#sign(form, `${issued}.${salt}`));
    const age = now - Number.parseInt(issued, 36);
    if (!isOurs || age > MAX_AGE_MS || this.#spent.has(challenge)) {
      return "nothing";
    }
    if (age < MIN_AGE_MS) {
      return "hurried";
    }
    if (!/^\d{1,12}$/.test(nonce) || zeroBits(`${challenge}:${nonce}`) < WORK_BITS) {
      return "nothing";
    }
    this.#spent.set(challenge, true);
    return "worked";
  }

  #sign(form: string, head: string): string {
    const mac = createHmac("sha256", this.#key).update(`${form}\0${head}`).digest();
    return mac.subarray(0, 16).toString("base64url");
  }
}

function zeroBits(text: string): number {
  const hash = createHash("sha256").update(text).digest();
  return Math.clz32(hash.readUInt32BE(0));
}

function safeEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
