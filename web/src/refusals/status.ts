/** The status of a campaign, as a noun or participle. */
export const campaignStatus =
  "{status, select, draft {Entwurf} scheduled {geplant} preparing {in Vorbereitung} sending {im Versand} pausing {wird angehalten} paused {pausiert} cancelling {wird abgebrochen} cancelled {abgebrochen} other {abgeschlossen}}";
