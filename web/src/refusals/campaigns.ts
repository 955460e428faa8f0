import type { RefusalWords } from "./words.ts";

export const campaigns = {
  way_unusable: {
    de: "Ihr Versandweg wurde gelöscht oder ausgeschaltet. Siehe Versand → Versandwege.",
  },
  campaign_is_scheduled: {
    de: "Die Kampagne ist geplant. Machen Sie sie wieder zum Entwurf, um sie zu bearbeiten.",
  },
  campaign_was_launched: {
    de: "Die Kampagne wurde gestartet. Was gesendet wird, kann nicht mehr geändert werden.",
  },
  campaign_not_removable: {
    de: "Nur Entwürfe und beendete Kampagnen können gelöscht werden. Brechen Sie diese zuerst ab.",
  },
  campaign_status_refuses: {
    de: "Die Kampagne {status, select, draft {ist ein Entwurf} scheduled {ist geplant} preparing {wird vorbereitet} sending {wird gesendet} pausing {wird angehalten} paused {ist pausiert} cancelling {wird abgebrochen} cancelled {wurde abgebrochen} other {wurde gesendet}}. Das ist nur möglich, solange sie {move, select, schedule {ein Entwurf ist} unschedule {geplant ist} prepare {ein Entwurf oder geplant ist} start {vorbereitet wird} pause {gesendet wird} paused {angehalten wird} resume {pausiert ist} cancel {geplant ist, vorbereitet oder gesendet wird oder pausiert ist} cancelled {abgebrochen wird} other {vorbereitet oder gesendet wird}}.",
  },
  campaign_status_changed: {
    de: "Der Status der Kampagne hat sich gerade geändert. Laden Sie sie neu.",
  },
  campaign_changed_while_checked: {
    de: "Die Kampagne wurde während der Prüfung geändert. Prüfen Sie sie erneut.",
  },
  campaign_changed_meanwhile: {
    de: "Jemand anderes hat diese Kampagne geändert. Laden Sie sie neu.",
  },
  campaign_selecting_recipients: {
    de: "Die Kampagne „{campaign}“ wählt gerade ihre Empfänger aus. Versuchen Sie es gleich erneut.",
  },
  campaign_not_retryable: {
    de: "Die Kampagne muss im Versand, pausiert oder abgeschlossen sein.",
  },
  retry_count_changed: {
    de: "Die Zahl der Nachrichten hat sich auf {now, number} geändert (vorher {before, number}). Prüfen Sie erneut.",
  },
  message_cannot_be_made: { de: "Die Nachricht kann nicht erstellt werden: {reason}" },
  test_needs_sender: {
    de: "Wählen Sie einen Absender und einen Versandweg, bevor Sie einen Test senden.",
  },
  test_to_erased: {
    de: "Die Person mit der Adresse {address} wurde gelöscht. An sie darf nichts gesendet werden.",
  },
  test_to_barred: {
    de: "{address} steht auf der Sperrliste der Instanz oder gehört zu einer gesperrten Domain. An diese Adresse darf nichts gesendet werden.",
  },
  test_to_complaint: {
    de: "Die Person mit der Adresse {address} hat E-Mails als Spam gemeldet. An sie darf nichts gesendet werden.",
  },
  test_to_suppressed: {
    de: "{address} ist gesperrt. Ein Test darf an diese Adresse nur gehen, wenn sie einem Mitglied dieses Arbeitsbereichs gehört.",
  },
  no_such_time: {
    en: "“{time}” is not a valid time in the time zone “{zone}”.",
    de: "„{zone}“ und „{time}“ ergeben keinen Zeitpunkt.",
  },
  too_far_ahead: {
    en: "This time is more than two years ahead.",
    de: "Dieser Zeitpunkt liegt mehr als zwei Jahre in der Zukunft.",
  },
  not_a_sender: {
    en: "This is not a sender in this workspace.",
    de: "Das ist kein Absender dieses Arbeitsbereichs.",
  },
  not_a_route: {
    en: "This is not a sending method in this workspace.",
    de: "Das ist kein Versandweg dieses Arbeitsbereichs.",
  },
  not_a_route_group: {
    en: "This is not a sending method group in this workspace.",
    de: "Das ist keine Versandweg-Gruppe dieses Arbeitsbereichs.",
  },
  unknown_list: {
    en: "There is no list {list}.",
    de: "Die Liste {list} gibt es nicht.",
  },
  unknown_segment: {
    en: "There is no segment {segment}.",
    de: "Das Segment {segment} gibt es nicht.",
  },
} satisfies Record<string, RefusalWords>;
