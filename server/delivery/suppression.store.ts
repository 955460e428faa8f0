/** How the detail of a suppression begins that is there because nobody knew what a status in a file means. */
export const NOT_UNDERSTOOD = "Not understood in the file:";

/** SQL: true for a suppression that is only such a doubt, and goes when its import is undone. `row` is its table. */
export const isDoubt = (row: string) =>
  `(${row}.reason = 'unsubscribed' AND substr(${row}.detail, 1, ${NOT_UNDERSTOOD.length}) = '${NOT_UNDERSTOOD}')`;

const weight = (row: string) =>
  `CASE WHEN ${isDoubt(row)} THEN 0
        WHEN ${row}.reason = 'complaint' THEN 3 WHEN ${row}.reason = 'hard_bounce' THEN 2 ELSE 1 END`;

/**
 * SQL: when a suppression, `excluded`, takes the place of the one its address has. What holds for good is never
 * replaced by what expires, what lasts longer is not cut short, and of two for good the weightier reason stays:
 * somebody who complained and then unsubscribes has still complained. What somebody said replaces a doubt, which
 * may be lifted.
 */
export const replacesSuppression = `
  suppression.expires_at <= excluded.created_at
  OR (suppression.expires_at IS NOT NULL AND ifnull(excluded.expires_at > suppression.expires_at, 1))
  OR (excluded.expires_at IS NULL AND ${weight("excluded")} > ${weight("suppression")})`;
