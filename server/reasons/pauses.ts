/** Why a campaign, a sending method or a limit is paused. Some reasons appear inside others. */
export const pauseReasons = {
  never_launched: "The campaign has no content: it was never launched.",
  message_unmakeable: ({ fault }: { fault: string }) => `The message cannot be created: ${fault}`,
  route_gone: "The campaign's sending method was removed or turned off.",
  routes_gone: "All sending methods in the campaign's group were removed or turned off.",
  dkim_key_unusable: ({ fault }: { fault: string }) => `The DKIM key cannot be used: ${fault}`,
  start_failed: "SwiftMail could not start the campaign because of an internal error.",
  own_failure: "An internal error occurred. SwiftMail tries again.",
  not_sent_in_time: ({ why }: { why: string }) =>
    `The campaign was not sent at the scheduled time: ${why}`,
  unfilled_in_a_row: ({ count, fault }: { count: number; fault: string }) =>
    `${count} messages in a row could not be personalized. ${fault}`,

  many_bounce: ({ percent, part, whole, limit }: Rate) =>
    `Too many addresses do not exist: ${percent} % (${part} of ${whole}) bounced. Campaigns are paused above ${limit} %.`,
  many_refused: ({ percent, part, whole, limit }: Rate) =>
    `Servers refuse the campaign because of its reputation or content: ${percent} % (${part} of ${whole}). Campaigns are paused above ${limit} %.`,
  many_complain: ({ percent, part, whole, limit }: Rate) =>
    `Too many people reported it as spam: ${percent} % (${part} of ${whole}). Campaigns are paused above ${limit} %.`,

  older_copy_sent:
    "This workspace's file is an older copy. This campaign was sent after the copy was made, so its recipients would get it twice. To send it anyway, duplicate it and send the duplicate.",
  older_copy_unstarted:
    "This workspace's file is an older copy or has lost its latest changes. This campaign may have been sent, changed or cancelled since. Check that before you send it.",
  older_copy_running:
    "This workspace's file is an older copy or has lost its latest changes. Recipients shown as waiting may have received this campaign already, or may have unsubscribed. Resume it to send to them anyway.",
  journal_lost:
    "Some journal records were lost, so SwiftMail may not know of some unsubscribes. An administrator of the instance must dismiss the damage notice before this campaign can be resumed. Check who unsubscribed first.",
  older_system_file:
    "The server was started with an older copy of its main database (system.db). Addresses and domains that this instance blocked since then may be missing. Check that before you send this campaign.",

  route_broken: ({ route, fault }: { route: string; fault: string }) =>
    `The sending method “${route}” does not work: ${fault}`,
  route_loses_answers: ({ route, often }: { route: string; often: string }) =>
    `The sending method “${route}” closed the connection after receiving ${often}, without confirming that it accepted them. The recipients may have received the message, so nothing more is sent to them until you decide. Ask the relay's operator whether the messages were delivered, then resume the campaign.`,
  relay_broke_off: ({ often }: { often: string }) =>
    `it closed the connection after receiving ${often} without confirming them`,
  site_broke_off: ({ site, often }: { site: string; often: string }) =>
    `${site} closed the connection after receiving ${often} without confirming them`,
  messages_in_a_row: ({ count }: { count: number }) => `${count} messages in a row`,
  messages_of_last: ({ count, last }: { count: number; last: number }) =>
    `${count} of the last ${last} messages`,
  site_unreachable: ({ site, fault }: { site: string; fault: string }) =>
    `${site} cannot be reached: ${fault}`,
  site_refuses_us: ({ site, said }: { site: string; said: string }) =>
    `${site} refuses mail from this server: ${said}`,
  site_refuses_sender: ({ site, sender, said }: { site: string; sender: string; said: string }) =>
    `${site} refuses mail from ${sender}: ${said}`,
  sites_refuse_us: ({ count, site, said }: { count: number; site: string; said: string }) =>
    `${count} mail servers in a row refuse mail from this server; the last one, ${site}, says ${said}`,
  no_site_reachable:
    "no mail server can be reached from this server. Check whether port 25 is open.",
  source_rests: ({ source, why }: { source: string; why: string }) => `${source} is paused: ${why}`,
  template_slow: ({ ms }: { ms: number }) =>
    `Filling in this campaign's template takes ${ms} ms for each message. The campaign is sent more slowly, so that other campaigns are not delayed.`,
  server_said: ({ said }: { said: string }) => `the server said “${said}”`,
  connections_fail: ({ fault }: { fault: string }) => `connections fail (${fault})`,
  rule_matched: ({ rule, said }: { rule: string; said: string }) => `${rule} (“${said}”)`,
  paused_by_member: "Paused by a member of this workspace.",
};

type Rate = { percent: number; part: number; whole: number; limit: number };
