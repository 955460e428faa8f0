// Known providers of SMTP relays, shared by the setup wizard, the dialog for sending methods and domain checks.
// Figures are the providers' defaults for a new account.

/** How to connect to a provider, and what to set up there. */
export type RoutePreset = {
  id: string;
  name: string;
  /** The provider's hosts; the first is the default. */
  hosts: { host: string; name: string }[];
  port: number;
  security: "starttls" | "tls";
  auth: "password" | "oauth";
  /** A fixed user name; empty when each customer has their own. */
  username: string;
  usernameHint: string;
  passwordHint: string;
  /** The token endpoint and scope of XOAUTH2; empty when not used. */
  tokenUrl: string;
  scope: string;
  limits: {
    maxPerSecond: number | null;
    maxPerDay: number | null;
    maxConnections: number;
    maxPerConnection: number;
  };
  /** relay: the provider signs with the domain verified there, so our signature is unnecessary; own: we sign. */
  signs: "relay" | "own";
  /** The name to include in SPF; empty when the provider's return path passes by itself, or it is unknown. */
  spfInclude: string;
  /** False for relays that accept only the sender's mailbox as the return path. */
  ownReturnPath: boolean;
  /** What to create at the provider and where, in order. */
  steps: string[];
  /** How to set up its webhook for bounces and complaints; empty when it reports them by mail. */
  webhook: string[];
};

const none = {
  username: "",
  tokenUrl: "",
  scope: "",
  security: "starttls",
  ownReturnPath: true,
} as const;
const password = { ...none, auth: "password", port: 587 } as const;
const unlimited = {
  maxPerSecond: null,
  maxPerDay: null,
  maxConnections: 10,
  maxPerConnection: 100,
} as const;

const sesRegions: [id: string, place: string][] = [
  ["eu-west-1", "Ireland"],
  ["eu-west-2", "London"],
  ["eu-west-3", "Paris"],
  ["eu-central-1", "Frankfurt"],
  ["eu-north-1", "Stockholm"],
  ["eu-south-1", "Milan"],
  ["us-east-1", "N. Virginia"],
  ["us-east-2", "Ohio"],
  ["us-west-1", "N. California"],
  ["us-west-2", "Oregon"],
  ["ca-central-1", "Canada"],
  ["sa-east-1", "São Paulo"],
  ["ap-south-1", "Mumbai"],
  ["ap-northeast-1", "Tokyo"],
  ["ap-northeast-2", "Seoul"],
  ["ap-southeast-1", "Singapore"],
  ["ap-southeast-2", "Sydney"],
];

export const routePresets: readonly RoutePreset[] = [
  {
    ...password,
    id: "ses",
    name: "Amazon SES",
    hosts: sesRegions.map(([region, place]) => ({
      host: `email-smtp.${region}.amazonaws.com`,
      name: `${region} (${place})`,
    })),
    usernameHint: "The SMTP user name, 20 characters that begin with AKIA.",
    passwordHint: "The SMTP password that belongs to it; a secret access key does not work.",
    limits: { maxPerSecond: 14, maxPerDay: 50_000, maxConnections: 10, maxPerConnection: 1_000 },
    signs: "relay",
    spfInclude: "amazonses.com",
    steps: [
      "In the SES console, under Identities, verify the domain you send from (Easy DKIM).",
      "Under Account dashboard, ask for production access: a new account is in the sandbox, where it sends 200 messages a day to verified addresses only.",
      "Under SMTP settings, create SMTP credentials in the region you choose here: they work only there.",
      "Copy your account's maximum send rate and daily quota to the limits of this sending method.",
    ],
    webhook: [
      "In the SES console, create a configuration set with an event destination to Amazon SNS for bounces and complaints, and make it the domain's default.",
      "In Amazon SNS, subscribe the webhook URL to that topic with the protocol HTTPS; the subscription is confirmed by itself.",
    ],
  },
  {
    ...password,
    id: "sendgrid",
    name: "SendGrid",
    hosts: [
      { host: "smtp.sendgrid.net", name: "Global" },
      { host: "smtp.eu.sendgrid.net", name: "EU" },
    ],
    username: "apikey",
    usernameHint: "Literally the word apikey.",
    passwordHint: "An API key; it begins with SG.",
    limits: { ...unlimited, maxConnections: 20, maxPerConnection: 1_000 },
    signs: "relay",
    spfInclude: "sendgrid.net",
    steps: [
      "Under Settings → Sender Authentication, authenticate your domain.",
      "Under Settings → API Keys, create a key with restricted access: Mail Send is enough.",
      "Under Settings → Tracking, switch click and open tracking off: SwiftMail does both, and twice breaks links.",
    ],
    webhook: [
      "Under Settings → Mail Settings → Event Webhook, add the webhook URL with the events Bounced, Dropped and Spam Reports.",
      "Switch on Signed Event Webhook there, and enter its verification key here.",
    ],
  },
  {
    ...password,
    id: "mailgun",
    name: "Mailgun",
    hosts: [
      { host: "smtp.mailgun.org", name: "US" },
      { host: "smtp.eu.mailgun.org", name: "EU" },
    ],
    usernameHint: "For example postmaster@mg.example.com.",
    passwordHint: "The SMTP password of that user, not the API key.",
    limits: unlimited,
    signs: "relay",
    spfInclude: "mailgun.org",
    steps: [
      "Under Sending → Domains, add your domain in the region you choose here, and set its DNS records.",
      "Under Domain settings → SMTP credentials, create a user and copy its password.",
      "Under Domain settings, switch click and open tracking off: SwiftMail does both.",
    ],
    webhook: [
      "Under Sending → Webhooks, add the webhook URL for Permanent failure, Temporary failure and Spam complaints.",
      "Copy the HTTP webhook signing key from there and enter it here.",
    ],
  },
  {
    ...password,
    id: "postmark",
    name: "Postmark",
    hosts: [
      { host: "smtp-broadcasts.postmarkapp.com", name: "Broadcasts: newsletters" },
      { host: "smtp.postmarkapp.com", name: "Transactional" },
    ],
    usernameHint: "The access key of the stream's SMTP token.",
    passwordHint: "The secret key of that token.",
    limits: unlimited,
    signs: "relay",
    spfInclude: "",
    steps: [
      "Under Sender Signatures, add your domain and set its DKIM and Return-Path records.",
      "Open the server's Broadcast stream: bulk mail over the transactional one breaks Postmark's rules.",
      "In the stream's settings, generate an SMTP token.",
    ],
    webhook: [
      "In the stream, under Webhooks, add the webhook URL for Bounce and Spam Complaint.",
      "Give it a user name and a password there (basic authentication), and enter both here.",
    ],
  },
  {
    ...password,
    id: "brevo",
    name: "Brevo",
    hosts: [{ host: "smtp-relay.brevo.com", name: "" }],
    usernameHint: "The login that SMTP & API shows; it is not always your e-mail address.",
    passwordHint: "An SMTP key; it begins with xsmtpsib-.",
    limits: unlimited,
    signs: "relay",
    spfInclude: "spf.brevo.com",
    steps: [
      "Under Senders, Domains & Dedicated IPs, authenticate your domain.",
      "Under SMTP & API → SMTP, generate an SMTP key.",
    ],
    webhook: [
      "Under Transactional → Settings → Webhook, add the webhook URL for hard bounce, soft bounce, blocked and complaint.",
    ],
  },
  {
    ...password,
    id: "mailjet",
    name: "Mailjet",
    hosts: [{ host: "in-v3.mailjet.com", name: "" }],
    usernameHint: "The API key.",
    passwordHint: "The secret key that belongs to it.",
    limits: unlimited,
    signs: "relay",
    spfInclude: "spf.mailjet.com",
    steps: [
      "Under Account settings → Sender domains & addresses, add your domain and set its SPF and DKIM records.",
      "Under Account settings → API keys, copy the API key and the secret key of the main account or of a sub-account.",
    ],
    webhook: [
      "Under Account settings → Event notifications, enter the webhook URL for Bounce, Spam, Blocked and Unsub, with events grouped.",
    ],
  },
  {
    ...password,
    id: "google",
    ownReturnPath: false,
    name: "Google Workspace relay",
    hosts: [{ host: "smtp-relay.gmail.com", name: "" }],
    usernameHint:
      "An address of your Workspace; leave both empty when the relay knows this host by its IP address.",
    passwordHint: "An app password of that account, made under Security → 2-Step Verification.",
    limits: { maxPerSecond: 5, maxPerDay: 10_000, maxConnections: 5, maxPerConnection: 100 },
    signs: "relay",
    spfInclude: "_spf.google.com",
    steps: [
      "In the Admin console, under Apps → Google Workspace → Gmail → Routing, set up the SMTP relay service for addresses of your domains, with TLS required.",
      "Allow this host's IP address there, or require SMTP authentication.",
      "Under Gmail → Authenticate email, switch DKIM on for your domain.",
    ],
    webhook: [],
  },
  {
    ...password,
    id: "microsoft365",
    ownReturnPath: false,
    name: "Microsoft 365",
    hosts: [{ host: "smtp.office365.com", name: "" }],
    auth: "oauth",
    usernameHint: "The mailbox that sends, for example news@example.com.",
    passwordHint: "",
    tokenUrl: "https://login.microsoftonline.com/YOUR-TENANT-ID/oauth2/v2.0/token",
    scope: "https://outlook.office365.com/.default",
    limits: { maxPerSecond: 0.5, maxPerDay: 10_000, maxConnections: 3, maxPerConnection: 30 },
    signs: "relay",
    spfInclude: "spf.protection.outlook.com",
    steps: [
      "In Microsoft Entra, register an application, and under API permissions add the application permission SMTP.SendAsApp of Office 365 Exchange Online; have it granted by an administrator.",
      "Under Certificates & secrets, create a client secret; put the tenant's ID into the token address.",
      "In Exchange Online PowerShell, register the service principal (New-ServicePrincipal) and give it the mailbox (Add-MailboxPermission … FullAccess).",
      "In the Exchange admin center, allow Authenticated SMTP for that mailbox.",
    ],
    webhook: [],
  },
  {
    ...password,
    id: "",
    name: "Any SMTP server",
    hosts: [],
    usernameHint: "",
    passwordHint: "",
    limits: unlimited,
    signs: "own",
    spfInclude: "",
    steps: [
      "Ask the administrator of the server for its host name, its port, and a user that may send from your address.",
    ],
    webhook: [],
  },
];

/** The preset with this id; undefined when unknown. */
export function findPreset(id: string): RoutePreset | undefined {
  return routePresets.find((preset) => preset.id === id);
}
