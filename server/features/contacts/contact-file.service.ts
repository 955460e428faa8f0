/** The format of the contacts file, for the export that writes it and the import that reads it. */
export {
  type FileColumn,
  type FileStatus,
  fieldHeader,
  fileColumns,
  fileStatus,
  isContactsFile,
  readFieldHeader,
  readItems,
  writeItems,
  writeTags,
} from "./contact-file.rules.ts";
