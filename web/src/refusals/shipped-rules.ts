import type { RefusalWords } from "./words.ts";

/** The names of the built-in rules for server replies. */
export const shippedRules = {
  rule_google_rate: { de: "Gmail sieht eine ungewöhnliche Rate" },
  rule_google_authentication: { de: "Gmail vermisst SPF, DKIM oder deren Übereinstimmung" },
  rule_google_address: { de: "Gmail verlangt einen PTR-Eintrag oder TLS" },
  rule_google_domain_reputation: { de: "Gmail misstraut der Absenderdomain" },
  rule_microsoft_block_list: { de: "Microsoft führt die Adresse auf seiner Sperrliste" },
  rule_microsoft_rate: { de: "Microsoft begrenzt die Rate" },
  rule_microsoft_connections: { de: "Microsoft möchte weniger Verbindungen" },
  rule_microsoft_authentication: { de: "Microsoft vermisst SPF, DKIM oder DMARC" },
  rule_yahoo_volume: { de: "Yahoo sieht eine unerwartete Menge oder Beschwerden (TSS04)" },
  rule_yahoo_complaints: { de: "Yahoo hat Beschwerden erhalten (TSS05, TSS09)" },
  rule_yahoo_connections: { de: "Yahoo möchte weniger Nachrichten pro Verbindung" },
  rule_apple_policy: { de: "Apple lehnt nach eigenen Richtlinien ab" },
  rule_apple_connections: { de: "Apple möchte weniger Verbindungen" },
  rule_gmx_connections: { de: "GMX oder Web.de möchte weniger Verbindungen" },
  rule_gmx_rate: { de: "GMX oder Web.de begrenzt die Rate" },
  rule_gmx_block_list: { de: "GMX oder Web.de führt die Adresse auf seiner Sperrliste" },
  rule_tonline_rate: { de: "T-Online begrenzt die Rate" },
  rule_orange_connections: { de: "Orange möchte weniger Verbindungen" },
  rule_qq_frequency: { de: "QQ begrenzt die Häufigkeit" },
  rule_ses_daily_quota: { de: "Das Tageskontingent von Amazon SES ist aufgebraucht" },
  rule_virus: { de: "Server halten die Nachricht für einen Virus" },
  rule_connections: { de: "Ein Server möchte weniger Verbindungen" },
  rule_deferred: { de: "Ein Server vertröstet uns wegen unserer Menge" },
  rule_block_list: { de: "Die Adresse steht auf einer Sperrliste" },
} satisfies Record<string, RefusalWords>;
