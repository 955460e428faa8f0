type CampaignStatus =
  | "draft"
  | "scheduled"
  | "preparing"
  | "sending"
  | "pausing"
  | "paused"
  | "cancelling"
  | "cancelled"
  | "completed";

const campaignIs: Record<CampaignStatus, string> = {
  draft: "is a draft",
  scheduled: "is scheduled",
  preparing: "is being prepared",
  sending: "is being sent",
  pausing: "is being paused",
  paused: "is paused",
  cancelling: "is being cancelled",
  cancelled: "was cancelled",
  completed: "has been sent",
};

const possibleWhile = {
  schedule: "a draft",
  unschedule: "scheduled",
  prepare: "a draft or scheduled",
  start: "being prepared",
  pause: "being sent",
  paused: "being paused",
  resume: "paused",
  cancel: "scheduled, being prepared, being sent, being paused or paused",
  cancelled: "being cancelled",
  complete: "being prepared, being sent or being paused",
};

/** Why a campaign cannot be changed, sent, paused or deleted. */
export const campaignReasons = {
  way_unusable: "Its sending method was deleted or turned off. See Sending → Sending methods.",
  campaign_is_scheduled: "The campaign is scheduled. Move it back to draft to edit it.",
  campaign_was_launched: "The campaign was already launched, so its content can no longer change.",
  campaign_not_removable:
    "Only drafts and finished campaigns can be deleted. Cancel this one first.",
  campaign_status_refuses: ({
    status,
    move,
  }: {
    status: CampaignStatus;
    move: keyof typeof possibleWhile;
  }) =>
    `The campaign ${campaignIs[status]}; this is possible only while it is ${possibleWhile[move]}.`,
  campaign_status_changed: "The campaign's status just changed. Reload it and try again.",
  campaign_changed_while_checked:
    "The campaign changed while it was being checked. Check it again.",
  campaign_changed_meanwhile: "Someone else changed this campaign. Reload it and try again.",
  campaign_selecting_recipients: ({ campaign }: { campaign: string }) =>
    `The campaign "${campaign}" is selecting its recipients. Try again in a moment.`,
  campaign_not_retryable: "The campaign must be sending, paused or completed.",
  retry_count_changed: ({ now, before }: { now: number; before: number }) =>
    `The number of messages changed to ${now} (was ${before}). Check again.`,
  message_cannot_be_made: ({ reason }: { reason: string }) =>
    `The message could not be created: ${reason}`,
  test_needs_sender: "Choose a sender and a sending method before you send a test.",
  test_to_erased: ({ address }: { address: string }) =>
    `The person with the address ${address} was erased. Nothing can be sent to this address.`,
  test_to_barred: ({ address }: { address: string }) =>
    `${address} is on the instance's suppression list or at a blocked domain. Nothing can be sent to it.`,
  test_to_complaint: ({ address }: { address: string }) =>
    `The person with the address ${address} reported email as spam. Nothing can be sent to this address.`,
  test_to_suppressed: ({ address }: { address: string }) =>
    `${address} is suppressed. A suppressed address gets a test only if it belongs to a member of this workspace.`,
  no_such_time: ({ time, zone }: { time: string; zone: string }) =>
    `"${time}" is not a valid time in the time zone "${zone}"`,
  too_far_ahead: "is more than two years ahead",
  not_a_sender: "is not a sender in this workspace",
  not_a_route: "is not a sending method in this workspace",
  not_a_route_group: "is not a sending method group in this workspace",
  unknown_list: ({ list }: { list: number }) => `there is no list ${list}`,
  unknown_segment: ({ segment }: { segment: number }) => `there is no segment ${segment}`,
};
