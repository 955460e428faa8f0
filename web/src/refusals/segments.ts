import type { RefusalWords } from "./words.ts";

export const segments = {
  segment_is_static: {
    de: "Ein statisches Segment ist eine feste Menge von Kontakten und hat keine Bedingungen.",
  },
  static_not_duplicable: { de: "Ein statisches Segment kann nicht dupliziert werden." },
  segment_in_audience: {
    de: "Das Segment „{segment}“ ist in der Zielgruppe von {campaigns}.",
  },
  segment_unfinished: {
    de: "Das Segment „{segment}“ wird noch erstellt oder gerade gelöscht.",
  },
  segment_deleted: { de: "Ein Segment der Zielgruppe wurde gelöscht." },
  segment_asks_deleted: {
    de: "Das Segment „{segment}“ fragt nach etwas, das gelöscht wurde. Beheben Sie das zuerst.",
  },
  segment_field_gone: {
    de: "Die Bedingungen fragen nach dem Feld „{field}“, das gelöscht oder umbenannt wurde.",
  },
  segment_exists: {
    en: "A segment named “{name}” already exists.",
    de: "Ein Segment mit dem Namen „{name}“ gibt es bereits.",
  },
  too_many_segments: { de: "Ein Arbeitsbereich hat höchstens {max, number} Segmente." },
  counting_too_long: {
    de: "Das Zählen hat zu lange gedauert. Fragen Sie nach weniger oder nach weniger Tagen.",
  },

  rule_empty: { de: "Es gibt keine Bedingungen." },
  rule_too_large: {
    en: "There are {count, number} conditions.",
    de: "Es gibt {count, number} Bedingungen.",
    hint: { de: "Höchstens {max, number} sind möglich." },
  },
  rule_not_one: {
    en: "This is not a condition.",
    de: "Das ist keine Bedingung.",
    hint: { de: "Möglich sind eine Gruppe, eine Verneinung oder eine Bedingung." },
  },
  rule_too_deep: {
    en: "The groups are nested more than {max, number} levels deep.",
    de: "Die Gruppen sind mehr als {max, number} Ebenen tief verschachtelt.",
    hint: { de: "Fassen Sie Gruppen zusammen, oder halten Sie eine als Tag fest." },
  },
  rule_none_of: {
    en: "This is not one of: {options}.",
    de: "Das ist keiner dieser Werte: {options}.",
  },
  group_empty: {
    en: "This group is empty.",
    de: "Diese Gruppe ist leer.",
    hint: { de: "Fügen Sie eine Bedingung hinzu, oder entfernen Sie die Gruppe." },
  },
  group_too_large: {
    en: "This group has {count, number} entries.",
    de: "Diese Gruppe hat {count, number} Einträge.",
    hint: { de: "Höchstens {max, number} sind möglich." },
  },
  condition_not_one: {
    en: "This is not a condition.",
    de: "Das ist keine Bedingung.",
    hint: { de: "Geben Sie genau eines an: field, tag, list, mail, status oder event." },
  },
  condition_tag_gone: {
    en: "This is not a tag in this workspace.",
    de: "Das ist kein Tag dieses Arbeitsbereichs.",
    hint: { de: "Vielleicht wurde es gelöscht." },
  },
  condition_list_gone: {
    en: "This is not a list in this workspace.",
    de: "Das ist keine Liste dieses Arbeitsbereichs.",
    hint: { de: "Vielleicht wurde sie gelöscht." },
  },
  condition_field_gone: {
    en: "This is not a field in this workspace.",
    de: "Das ist kein Feld dieses Arbeitsbereichs.",
    hint: { de: "Vielleicht wurde es gelöscht oder umbenannt." },
  },
  condition_campaign_gone: {
    en: "This is not a campaign in this workspace.",
    de: "Das ist keine Kampagne dieses Arbeitsbereichs.",
    hint: { de: "Vielleicht wurde sie gelöscht." },
  },
  condition_operator: {
    en: "This is not available for this field.",
    de: "Danach kann bei diesem Feld nicht gefragt werden.",
    hint: { de: "Möglich sind: {options}." },
  },
  condition_link: {
    en: "A link needs the campaign that contains it.",
    de: "Ein Link braucht die Kampagne, in der er steht.",
    hint: { de: "Wählen Sie „geklickt“ und genau eine Kampagne." },
  },
  operand_no_pair: {
    en: "This needs two values.",
    de: "Hier werden zwei Werte benötigt.",
    hint: { de: "Geben Sie den ersten und den letzten an." },
  },
  operand_turned: {
    en: "This ends before it begins.",
    de: "Das Ende liegt vor dem Anfang.",
    hint: { de: "Vertauschen Sie die beiden." },
  },
  operand_empty: {
    en: "This value is empty.",
    de: "Dieser Wert ist leer.",
    hint: { de: "Schreiben Sie, wonach gesucht wird, oder fragen Sie, ob es bekannt ist." },
  },
  operand_too_many: {
    en: "There are more than {max, number} entries.",
    de: "Es gibt mehr als {max, number} Einträge.",
  },
  operand_too_long: {
    en: "This text is longer than {max, number} characters, or contains a control character.",
    de: "Dieser Text ist länger als {max, number} Zeichen oder enthält ein Steuerzeichen.",
  },
  operand_no_integer: {
    en: "This must be a whole number from {min, number} to {max, number}.",
    de: "Das muss eine ganze Zahl von {min, number} bis {max, number} sein.",
  },
  operand_no_number: { en: "This is not a number.", de: "Das ist keine Zahl." },
  operand_no_date: {
    en: "This is not a date.",
    de: "Das ist kein Datum.",
    hint: { de: "Schreiben Sie es in der Form 2026-12-31." },
  },
  condition_properties: {
    en: "There are more than {max, number} properties.",
    de: "Es gibt mehr als {max, number} Eigenschaften.",
  },
  condition_property: {
    en: "This is not the name of a property.",
    de: "Das ist kein Name einer Eigenschaft.",
    hint: { de: "Möglich sind Buchstaben, Ziffern und _, höchstens 40." },
  },
} satisfies Record<string, RefusalWords>;
