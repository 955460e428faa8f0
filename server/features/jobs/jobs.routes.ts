import { Elysia } from "elysia";
import { refusals } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { JobPage, JobParams, JobQuery, JobView } from "./jobs.schema.ts";
import { listJobs, retryJob } from "./jobs.service.ts";

export const jobRoutes = ({ guard, jobs, databases }: AppDeps) =>
  new Elysia({ name: "jobs", prefix: "/jobs", detail: { tags: ["Instance"] } })
    .use(guard)
    .get("/", ({ query }) => listJobs(jobs, query), {
      instanceAdmin: true,
      query: JobQuery,
      response: { 200: JobPage, ...refusals },
      detail: { summary: "List the instance's jobs, including dead ones" },
    })
    .post("/:id/retry", ({ params }) => retryJob({ jobs, system: databases.system }, params.id), {
      instanceAdmin: true,
      audit: "job.retry",
      params: JobParams,
      response: { 200: JobView, ...refusals },
      detail: { summary: "Retry a dead job" },
    });
