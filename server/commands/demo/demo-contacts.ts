const GIVEN = [
  "Ada",
  "Amara",
  "Anton",
  "Beatriz",
  "Björn",
  "Carla",
  "Chloé",
  "Daniel",
  "Elif",
  "Emil",
  "Fatima",
  "Felix",
  "Giulia",
  "Hana",
  "Henrik",
  "Inès",
  "Ivo",
  "Jonas",
  "Jürgen",
  "Kaito",
  "Lena",
  "Łukasz",
  "Maja",
  "Mateo",
  "Mira",
  "Nadia",
  "Noah",
  "Olga",
  "Oskar",
  "Paula",
  "Priya",
  "Rafael",
  "Renée",
  "Samuel",
  "Şirin",
  "Sofia",
  "Tomás",
  "Ursula",
  "Viktor",
  "Wen",
  "Yara",
  "Zoë",
];
const FAMILY = [
  "Aalto",
  "Abe",
  "Andersen",
  "Bauer",
  "Becker",
  "Costa",
  "Dubois",
  "Eriksen",
  "Fischer",
  "Garcia",
  "Haddad",
  "Ivanova",
  "Jensen",
  "Kaya",
  "Keller",
  "Kowalski",
  "Lefèvre",
  "Lindqvist",
  "Marino",
  "Müller",
  "Nakamura",
  "Novák",
  "O'Brien",
  "Okafor",
  "Peeters",
  "Petrov",
  "Quinn",
  "Rossi",
  "Sánchez",
  "Schäfer",
  "Silva",
  "Sørensen",
  "Tanaka",
  "Urbán",
  "Varga",
  "Weiß",
  "Yilmaz",
  "Zhang",
];
const CITIES = [
  "Berlin",
  "Hamburg",
  "Wien",
  "Zürich",
  "Paris",
  "Lisboa",
  "Roma",
  "Kraków",
  "London",
  "Oslo",
];
const PLANS = ["free", "starter", "team", "business"];
// Reserved names (RFC 2606), so that the demo never reaches a real mailbox.
const HOSTS = [
  "mail.example",
  "post.example",
  "inbox.example",
  "studio.example",
  "example.org",
  "example.net",
];

/**
 * A contact list like a shop's export: semicolons, a byte order mark, quotes, and near its end a few rows that an
 * import must reject or merge. The same count always gives the same file.
 *
 * @param count The number of different, valid contacts.
 */
export function demoContactsCsv(count: number): string {
  const rows = ["E-mail;First name;Last name;Language;City;Plan;Customer since"];
  for (let index = 0; index < count; index += 1) {
    rows.push(row(index));
  }
  rows.push(
    "not-an-address;No;Address;en;Berlin;free;2024-01-01",
    "two@@signs.example;Two;Signs;en;Berlin;free;2024-01-01",
    ";Nobody;Here;en;Berlin;free;2024-01-01",
    row(0).replace("ada", "ADA"),
  );
  return `\uFEFF${rows.join("\r\n")}\r\n`;
}

/** The number of rows that an import must not add. */
export const DEMO_REJECTED_ROWS = 4;

function row(index: number): string {
  const given = pick(GIVEN, index);
  const family = pick(FAMILY, Math.floor(index / GIVEN.length) + index * 7);
  const email = `${ascii(given)}.${ascii(family)}.${index + 1}@${pick(HOSTS, index * 5)}`;
  const year = 2019 + (index % 7);
  const month = String(1 + (index % 12)).padStart(2, "0");
  const day = String(1 + (index % 28)).padStart(2, "0");
  const language = index % 3 === 0 ? "de" : "en";
  const city = pick(CITIES, index * 3);
  const cells = [
    email,
    given,
    family,
    language,
    city,
    pick(PLANS, index * 11),
    `${year}-${month}-${day}`,
  ];
  return cells.map((cell) => (index % 40 === 7 ? `"${cell}"` : cell)).join(";");
}

function pick(values: readonly string[], index: number): string {
  return values[index % values.length] ?? "";
}

function ascii(name: string): string {
  return name
    .replace(/ß/g, "ss")
    .replace(/ø/gi, "o")
    .replace(/ł/gi, "l")
    .normalize("NFD")
    .replace(/[^a-z]/gi, "")
    .toLowerCase();
}
