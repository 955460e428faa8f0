// argon2id with the second of OWASP's recommended configurations (Password Storage Cheat Sheet, 2025).
const PARAMETERS = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

// The hash of a random, unknown password, so that an unknown account takes the same work as a known one.
const NOBODY =
  "$argon2id$v=19$m=19456,t=2,p=1$uMp8/SVM9N/TJkjk3CMny8w/g97QpUwF8fK/wJqPbG4$ci+xvKHHZvGYwMBQzm1uWKCr/gNK3FXkCr2B8FuFXLo";

export async function hashPassword(password: string): Promise<string> {
  return await Bun.password.hash(password, PARAMETERS);
}

/** False, after the same work, when there is no hash to compare with. */
export async function isPassword(password: string, hash: string | undefined): Promise<boolean> {
  const known = hash !== undefined && hash !== "";
  const matches = await Bun.password.verify(password, known ? hash : NOBODY);
  return known && matches;
}
