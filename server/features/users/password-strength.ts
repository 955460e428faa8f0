/** How many characters are analysed. The cost grows faster than the length, and the first characters are enough. */
const MAX_ANALYSED_CHARS = 48;
/** "Safely unguessable" on zxcvbn's scale from 0 to 4. */
const MIN_SCORE = 3;

type Estimator = { check(password: string, own: string[]): { score: number } };
let loading: Promise<Estimator> | undefined;

/**
 * True for a password that guessing programs try early: one of the 49,000 most common passwords from known breaches,
 * including altered or doubled ones and those with digits appended; keyboard rows; the person's own name.
 *
 * @param own Words that an attacker would try for this person, such as parts of their address.
 * @see Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016
 */
export async function isEasyToGuess(password: string, own: readonly string[]): Promise<boolean> {
  loading ??= load();
  const estimator = await loading;
  const analysed = [...password].slice(0, MAX_ANALYSED_CHARS).join("");
  return estimator.check(analysed, ["swiftmail", ...own]).score < MIN_SCORE;
}

// Loaded on first use: the word lists take half a second and 30 MB, which most processes never need.
async function load(): Promise<Estimator> {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("@zxcvbn-ts/language-common"),
  ]);
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
}
