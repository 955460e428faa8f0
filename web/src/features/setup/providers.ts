/** Submission hosts as the providers' own pages give them; all take STARTTLS on the port. */
export const providers: { name: string; host: string; port: number; username?: string }[] = [
  { name: "Amazon SES (eu-west-1)", host: "email-smtp.eu-west-1.amazonaws.com", port: 587 },
  { name: "Amazon SES (us-east-1)", host: "email-smtp.us-east-1.amazonaws.com", port: 587 },
  { name: "Brevo", host: "smtp-relay.brevo.com", port: 587 },
  { name: "Mailgun (EU)", host: "smtp.eu.mailgun.org", port: 587 },
  { name: "Mailgun (US)", host: "smtp.mailgun.org", port: 587 },
  { name: "Mailjet", host: "in-v3.mailjet.com", port: 587 },
  { name: "Postmark", host: "smtp.postmarkapp.com", port: 587 },
  { name: "SendGrid", host: "smtp.sendgrid.net", port: 587, username: "apikey" },
];
