const weight = (row: string) =>
  `CASE ${row}.reason WHEN 'unclear' THEN 0 WHEN 'complaint' THEN 3 WHEN 'hard_bounce' THEN 2 ELSE 1 END`;

/**
 * SQL: whether a new suppression, `excluded`, replaces the existing one of its address. A temporary one never replaces
 * a permanent one, and a longer one is never shortened. Between two permanent ones the weightier reason is kept: a
 * contact who complained and later unsubscribes has still complained. Anything that is understood replaces `unclear`,
 * which an import adds for a status that it does not understand, because that one may be lifted.
 */
export const replacesSuppression = `
  suppression.expires_at <= excluded.created_at
  OR (suppression.expires_at IS NOT NULL AND ifnull(excluded.expires_at > suppression.expires_at, 1))
  OR (excluded.expires_at IS NULL AND ${weight("excluded")} > ${weight("suppression")})`;
