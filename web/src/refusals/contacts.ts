import { campaignStatus } from "./status.ts";
import type { RefusalWords } from "./words.ts";

export const contacts = {
  contact_does_not_fit: { de: "Der Kontakt hat einen Wert, der nicht gespeichert werden kann." },
  contact_or_email: {
    en: "Give either contactId or email.",
    de: "Geben Sie entweder contactId oder email an.",
  },
  contact_or_address: {
    en: "Give either a contact or an address.",
    de: "Geben Sie entweder einen Kontakt oder eine Adresse an.",
  },
  ids_or_filter: {
    en: "Give either ids or a filter.",
    de: "Geben Sie entweder IDs oder einen Filter an.",
  },
  no_tag_named: {
    en: "Choose a tag to add or remove.",
    de: "Nennen Sie ein Tag, das hinzugefügt oder entfernt werden soll.",
  },
  needed_for_action: {
    en: "This action requires a value.",
    de: "Für diese Aktion wird hier eine Angabe benötigt.",
  },
  sort_needs_everybody: {
    en: "Contacts can only be sorted by address when no filter is set.",
    de: "Nach Adresse lassen sich nur alle Kontakte sortieren, nicht die eines Filters.",
  },
  unknown_contact: { en: "There is no such contact.", de: "Diesen Kontakt gibt es nicht." },
  unknown_contact_address: {
    en: "There is no contact with this address.",
    de: "Es gibt keinen Kontakt mit dieser Adresse.",
  },
  contact_exists: {
    en: "A contact with this address already exists.",
    de: "Einen Kontakt mit dieser Adresse gibt es bereits.",
  },
  not_another_contact: {
    en: "Choose another contact.",
    de: "Wählen Sie einen anderen Kontakt.",
  },
  person_erased: {
    en: "This person was erased on request and cannot be added again.",
    de: "Diese Person wurde auf Verlangen gelöscht und kann nicht wieder hinzugefügt werden.",
    hint: {
      de: "Ein Administrator des Arbeitsbereichs kann die Löschsperre unter Datenschutz aufheben.",
    },
  },
  complaint_stays: {
    de: "Diese Person hat Ihre E-Mail als Spam gemeldet. Nur ein Administrator des Arbeitsbereichs kann die Sperre aufheben.",
    hint: {
      de: "Fragen Sie einen Administrator, wenn die Person wieder E-Mails von Ihnen möchte.",
    },
  },
  not_a_language: {
    en: "This is not a language code such as en or pt-BR.",
    de: "Das ist kein Sprachcode wie en oder pt-BR.",
  },
  not_a_time_zone: {
    en: "This is not a time zone.",
    de: "Das ist keine Zeitzone.",
    hint: { de: "Schreiben Sie sie in der Form Europe/Berlin." },
  },
  not_a_country: {
    en: "This is not a country code.",
    de: "Das ist kein Ländercode.",
    hint: { de: "Schreiben Sie zwei Buchstaben, zum Beispiel DE oder US." },
  },

  not_a_field: {
    en: "This is not a field in this workspace.",
    de: "Das ist kein Feld dieses Arbeitsbereichs.",
  },
  field_key_spelling: {
    en: "A key begins with a lowercase letter and contains only lowercase letters, digits and _, at most 40 characters.",
    de: "Ein Schlüssel beginnt mit einem Kleinbuchstaben; es folgen Kleinbuchstaben, Ziffern und _, zusammen höchstens 40 Zeichen.",
  },
  field_key_reserved: {
    en: "Contacts have a built-in property with this name.",
    de: "Diesen Namen haben Kontakte bereits.",
  },
  field_key_exists: {
    en: "The field {key} already exists.",
    de: "Das Feld {key} gibt es bereits.",
  },
  field_key_moves: {
    en: "Values are still being moved from the previous key.",
    de: "Die Werte werden noch vom letzten Schlüssel übertragen.",
  },
  field_values_move: { de: "Die Werte werden noch auf einen neuen Namen übertragen." },
  too_many_fields: {
    de: "Ein Arbeitsbereich hat höchstens {max, number} eigene Felder.",
  },
  choice_separator: {
    en: "“{choice}” contains ; or |, which separate choices in a file.",
    de: "„{choice}“ enthält ; oder |. Diese Zeichen trennen in einer Datei die Auswahlwerte.",
  },
  no_choices: {
    en: "A choice field needs at least one choice.",
    de: "Ein Auswahlfeld braucht mindestens einen Auswahlwert.",
  },
  too_many_choices: {
    en: "There are more than {max, number} choices.",
    de: "Es gibt mehr als {max, number} Auswahlwerte.",
  },

  value_not_single: { en: "Enter a single value.", de: "Geben Sie einen einzelnen Wert ein." },
  value_has_nul: {
    en: "This text contains a NUL character.",
    de: "Dieser Text enthält ein NUL-Zeichen.",
  },
  value_too_long: {
    en: "This text has {length, number} characters. The limit is {max, number}.",
    de: "Dieser Text hat {length, number} Zeichen. Höchstens {max, number} sind möglich.",
  },
  value_two_numbers: {
    en: "“{text}” could mean two numbers. Write {large} or {small}.",
    de: "„{text}“ kann auf zwei Arten gelesen werden. Schreiben Sie {large} oder {small}.",
  },
  value_no_number: { en: "“{text}” is not a number.", de: "„{text}“ ist keine Zahl." },
  value_number_large: {
    en: "“{text}” is too large for a number.",
    de: "„{text}“ ist zu groß für eine Zahl.",
  },
  value_no_boolean: {
    en: "“{text}” is neither yes nor no.",
    de: "„{text}“ ist weder Ja noch Nein.",
  },
  value_no_date: {
    en: "“{text}” is not a date. Write it like 2026-12-31.",
    de: "„{text}“ ist kein Datum. Schreiben Sie es in der Form 2026-12-31.",
  },
  value_two_dates: {
    en: "“{text}” could mean two dates. Write it like 2026-12-31.",
    de: "„{text}“ kann als zwei verschiedene Daten gelesen werden. Schreiben Sie es in der Form 2026-12-31.",
  },
  value_unknown_date: { en: "There is no date “{text}”.", de: "Das Datum „{text}“ gibt es nicht." },
  value_no_choice: {
    en: "“{text}” is not one of: {choices}.",
    de: "„{text}“ ist keiner dieser Werte: {choices}.",
  },
  value_no_url: {
    en: "“{text}” is not the address of a web page.",
    de: "„{text}“ ist nicht die Adresse einer Webseite.",
  },

  tag_separator: {
    en: "A tag cannot contain ; or |, which separate tags in a file.",
    de: "Ein Tag darf weder ; noch | enthalten. Diese Zeichen trennen in einer Datei die Tags.",
  },
  tag_unusable: {
    en: "“{tag}” cannot be a tag: it is empty or too long, or contains ;, | or a control character.",
    de: "„{tag}“ kann kein Tag sein: Es ist leer oder zu lang oder enthält ;, | oder ein Steuerzeichen.",
  },
  tag_exists: {
    en: "A tag named “{name}” already exists.",
    de: "Ein Tag mit dem Namen „{name}“ gibt es bereits.",
    hint: { de: "Führen Sie die beiden stattdessen zusammen." },
  },
  too_many_tags: { de: "Ein Arbeitsbereich hat höchstens {max, number} Tags." },
  not_another_tag: {
    en: "Choose another tag in this workspace.",
    de: "Wählen Sie ein anderes Tag dieses Arbeitsbereichs.",
  },

  list_exists: {
    en: "A list named “{name}” already exists.",
    de: "Eine Liste mit dem Namen „{name}“ gibt es bereits.",
  },
  list_excluded: {
    de: `Die Kampagne „{campaign}“ (${campaignStatus}) schließt diese Liste aus. Löschen Sie die Liste, sobald die Kampagne beendet ist.`,
  },
  list_in_use: {
    de: "Die Liste wird verwendet. Mit force=true wird sie trotzdem gelöscht.",
  },
  list_only_of_form: {
    en: "“{form}” subscribes people to no other list and would stop accepting sign-ups.",
    de: "„{form}“ führt zu keiner anderen Liste und würde keine Anmeldungen mehr annehmen.",
  },
  list_of_form: {
    en: "“{form}” subscribes people to this list.",
    de: "„{form}“ führt zu dieser Liste.",
  },
  list_of_segment: {
    en: "“{segment}” uses this list.",
    de: "„{segment}“ fragt nach dieser Liste.",
  },
  list_of_campaign: {
    en: "“{campaign}” ({status}) has this list in its audience.",
    de: `„{campaign}“ (${campaignStatus}) hat sie in der Zielgruppe.`,
  },
  list_has_signups: {
    en: "Sign-ups that are not confirmed yet: {count, number}.",
    de: "Noch nicht bestätigte Anmeldungen: {count, number}.",
  },

  not_a_domain: {
    en: "This is not a domain such as example.com.",
    de: "Das ist keine Domain wie example.com.",
  },

  no_event: { de: "Es gibt kein Ereignis." },
  event_name_unusable: {
    en: "This name is empty or too long, or contains a control character.",
    de: "Dieser Name ist leer oder zu lang oder enthält ein Steuerzeichen.",
  },
  event_time_impossible: {
    en: "This is not a time in the past.",
    de: "Das ist kein vergangener Zeitpunkt.",
    hint: { de: "In Unix-Millisekunden." },
  },
  event_too_many_properties: {
    en: "There are more than {max, number} properties.",
    de: "Es gibt mehr als {max, number} Eigenschaften.",
  },
  event_property_name: {
    en: "This is not a valid property name. Use letters, digits and _, at most 40 characters.",
    de: "Das ist kein Name einer Eigenschaft: Buchstaben, Ziffern und _, höchstens 40.",
  },
  event_property_long: {
    en: "This text is longer than {max, number} characters, or contains a NUL character.",
    de: "Dieser Text ist länger als {max, number} Zeichen oder enthält ein NUL-Zeichen.",
  },
  event_property_kind: {
    en: "This must be text, a number, yes or no.",
    de: "Das ist weder ein Text noch eine Zahl noch Ja oder Nein.",
  },
  event_names_full: {
    en: "This name is new, and the limit of {max, number} names is reached.",
    de: "Dieser Name ist neu, und es sind bereits {max, number} Namen bekannt.",
  },
} satisfies Record<string, RefusalWords>;
