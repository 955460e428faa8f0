import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { upload, type WorkspaceApi } from "../../api.ts";
import { useWorkspace } from "../../session.ts";
import { Card } from "../../ui/display.tsx";
import { FileDrop } from "../../ui/file-drop.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { FormProblem } from "../../ui/states.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { t } from "./imports.messages.ts";

const MAX_BYTES = 500 * 1024 * 1024;

/** Uploads a file. Its columns are mapped on the import's own page. */
export function NewImportPage() {
  const workspace = useWorkspace();
  const { route } = useLocation();
  const url = useUrlState();
  const [uploading, setUploading] = useState<string>();
  const [problem, setProblem] = useState<unknown>();
  const take = async (file: File) => {
    setUploading(file.name);
    setProblem(undefined);
    try {
      const form = new FormData();
      form.set("file", file);
      const preview = await upload<WorkspaceApi["imports"]["post"]>(
        `${workspace.api}/imports`,
        form,
      );
      const into = url.get("into") === "suppressions" ? "?into=suppressions" : "";
      route(`${workspace.base}/contacts/imports/${preview.id}${into}`);
    } catch (error) {
      setProblem(error);
      setUploading(undefined);
    }
  };
  return (
    <>
      <PageHeader
        title={t("newImport")}
        trail={[
          { label: t("contacts"), href: `${workspace.base}/contacts` },
          { label: t("importsExports"), href: `${workspace.base}/contacts/imports` },
        ]}
      />
      <PageBody narrow>
        <FormProblem problem={problem} />
        <Card>
          {uploading === undefined ? (
            <FileDrop
              label={t("chooseFile")}
              accept=".csv,.txt,.tsv,text/csv"
              maxBytes={MAX_BYTES}
              hint={t("fileHint")}
              onFile={(file) => void take(file)}
            />
          ) : (
            <p role="status" class="py-10 text-center text-muted">
              {t("uploading", { name: uploading })}
            </p>
          )}
        </Card>
      </PageBody>
    </>
  );
}
