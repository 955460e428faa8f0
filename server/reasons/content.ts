/** Why templates, forms, reports and the queue cannot be read or changed as asked. */
export const contentReasons = {
  template_changed_meanwhile: "Someone else changed this template. Load it again.",
  contacts_permission_missing: "You need the permission contacts:read to choose a contact.",
  unknown_starter: ({ key }: { key: string }) => `there is no starter "${key}"`,

  form_changed_meanwhile: "Someone else changed this form. Load it again.",
  not_a_web_address: {
    says: "is no web address",
    hint: "For example https://www.example.org/thanks",
  },
  not_an_origin: {
    says: ({ text }: { text: string }) => `"${text}" is no origin`,
    hint: "For example https://www.example.org",
  },
  not_a_color: "is no colour such as #3b5bdb",
  not_an_image_url: "is no address of an image that begins with https://",
  form_field_twice: ({ field }: { field: string }) => `asks for ${field} twice`,
  form_field_unknown: ({ field }: { field: string }) => `there is no field ${field}`,
  form_list_not_public: "a form leads only to public lists",
  template_mistake: ({ mistake }: { mistake: string }) => `there is a mistake in it: ${mistake}`,

  unknown_category: {
    says: "is no reason of this campaign",
    hint: "The reasons of a campaign are in its report.",
  },

  nothing_paused_there: "Nothing is paused there any more.",
  no_such_limit: "This workspace has no such limit.",
};
