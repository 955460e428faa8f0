/** Why templates, forms, reports and the queue cannot be read or changed as asked. */
export const contentReasons = {
  template_changed_meanwhile: "Someone else changed this template. Reload it and try again.",
  contacts_permission_missing:
    "You need the permission contacts:read to choose a contact for the preview.",
  unknown_starter: ({ key }: { key: string }) => `there is no built-in template "${key}"`,

  form_changed_meanwhile: "Someone else changed this form. Reload it and try again.",
  not_a_web_address: {
    says: "is not a web address",
    hint: "For example https://www.example.org/thanks",
  },
  not_an_origin: {
    says: ({ text }: { text: string }) => `"${text}" is not an origin`,
    hint: "For example https://www.example.org",
  },
  not_a_color: "is not a colour such as #3b5bdb",
  not_an_image_url: "is not an https:// address of an image",
  form_field_twice: ({ field }: { field: string }) => `contains the field ${field} twice`,
  form_field_unknown: ({ field }: { field: string }) => `there is no field ${field}`,
  form_list_not_public: "a form can subscribe people only to public lists",
  template_mistake: ({ mistake }: { mistake: string }) => `it contains a mistake: ${mistake}`,

  unknown_category: {
    says: "is not a reason in this campaign's report",
    hint: "Choose a reason from the report.",
  },

  nothing_paused_there: "This is no longer paused.",
  no_such_limit: "This workspace has no such limit.",
};
