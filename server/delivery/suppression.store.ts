/** Start of the detail text of a suppression that an import adds because it does not understand a contact's status. */
export const NOT_UNDERSTOOD = "Not understood in the file:";

/** SQL: true when `row` (a suppression) is such a doubt, which is removed when its import is undone. */
export const isDoubt = (row: string) =>
  `(${row}.reason = 'unsubscribed' AND substr(${row}.detail, 1, ${NOT_UNDERSTOOD.length}) = '${NOT_UNDERSTOOD}')`;

const weight = (row: string) =>
  `CASE WHEN ${isDoubt(row)} THEN 0
        WHEN ${row}.reason = 'complaint' THEN 3 WHEN ${row}.reason = 'hard_bounce' THEN 2 ELSE 1 END`;

/**
 * SQL: whether a new suppression, `excluded`, replaces the existing one of its address. A temporary one never replaces
 * a permanent one, and a longer one is never shortened. Between two permanent ones the weightier reason is kept: a
 * contact who complained and later unsubscribes has still complained. An explicit statement replaces a doubt, because a
 * doubt may be lifted.
 */
export const replacesSuppression = `
  suppression.expires_at <= excluded.created_at
  OR (suppression.expires_at IS NOT NULL AND ifnull(excluded.expires_at > suppression.expires_at, 1))
  OR (excluded.expires_at IS NULL AND ${weight("excluded")} > ${weight("suppression")})`;
