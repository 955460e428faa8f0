/** Messages a workspace of weight 1 sends before the next one's turn. */
const WORKSPACE_QUANTUM = 10;
const CAMPAIGN_QUANTUM = 10;
/** Messages of large campaigns that earn one place ahead for a small one: delays them by 1/4 at most. */
const SENT_PER_PLACE = 5;

export type FairJob = {
  workspaceId: string;
  campaignId: number;
  /** Messages the campaign still has to send; an estimate will do. */
  remaining: number;
};

type Queued = FairJob & { deficit: number; isReady: boolean };
type Tenant = {
  id: string;
  weight: number;
  deficit: number;
  /** In the order of their turns; the first one's turn it is. */
  jobs: Queued[];
  /** Places ahead that its large campaigns have earned for small ones. */
  places: number;
};

/**
 * Whose turn it is: deficit round robin over workspaces by weight, then over a workspace's campaigns.
 * Inside a workspace a campaign no larger than the places its siblings have earned goes first. One
 * that cannot go now is skipped and loses nothing but its turn.
 *
 * @see Shreedhar and Varghese, "Efficient fair queuing using deficit round robin", SIGCOMM 1995;
 *   the places are those of Postfix's queue manager (SCHEDULER_README)
 */
export class FairQueue {
  #tenants: Tenant[] = [];
  #byId = new Map<string, Tenant>();
  #byCampaign = new Map<string, Queued>();

  get size(): number {
    return this.#byCampaign.size;
  }

  /** Adds a campaign that is ready, or renews how much it has left. */
  add(job: FairJob, weight = 1): void {
    const known = this.#byCampaign.get(nameOf(job));
    if (known !== undefined) {
      known.remaining = job.remaining;
      return;
    }
    let tenant = this.#byId.get(job.workspaceId);
    if (tenant === undefined) {
      tenant = { id: job.workspaceId, weight, deficit: 0, jobs: [], places: 0 };
      this.#byId.set(tenant.id, tenant);
      this.#tenants.push(tenant);
    }
    tenant.weight = weight;
    const queued: Queued = { ...job, deficit: 0, isReady: true };
    tenant.jobs.push(queued);
    this.#byCampaign.set(nameOf(job), queued);
  }

  /** Takes a campaign out: done, paused or cancelled. */
  remove(job: Pick<FairJob, "workspaceId" | "campaignId">): void {
    const tenant = this.#byId.get(job.workspaceId);
    const queued = this.#byCampaign.get(nameOf(job));
    if (tenant === undefined || queued === undefined) {
      return;
    }
    this.#byCampaign.delete(nameOf(job));
    tenant.jobs.splice(tenant.jobs.indexOf(queued), 1);
    if (tenant.jobs.length === 0) {
      this.#byId.delete(tenant.id);
      this.#tenants.splice(this.#tenants.indexOf(tenant), 1);
    }
  }

  /** Says whether a campaign can go now: not while the limiter or an empty stock holds it back. */
  setReady(job: Pick<FairJob, "workspaceId" | "campaignId">, isReady: boolean): void {
    const queued = this.#byCampaign.get(nameOf(job));
    if (queued !== undefined) {
      queued.isReady = isReady;
    }
  }

  /** Whose turn it is; undefined when nobody is ready. Changes nothing that a second call would not. */
  next(): FairJob | undefined {
    if (!this.#tenants.some(isReady)) {
      return undefined;
    }
    for (;;) {
      const tenant = this.#tenants[0] as Tenant;
      if (isReady(tenant)) {
        tenant.deficit += tenant.deficit > 0 ? 0 : WORKSPACE_QUANTUM * tenant.weight;
        if (tenant.deficit > 0) {
          return pickCampaign(tenant);
        }
      } else {
        // Who has nothing to send saves nothing up.
        tenant.deficit = Math.min(0, tenant.deficit);
      }
      rotate(this.#tenants);
    }
  }

  /** Books a message of the campaign that `next` named. `cost` is 1 plus its size / 64 KB. */
  charge(job: Pick<FairJob, "workspaceId" | "campaignId">, cost = 1): void {
    const tenant = this.#byId.get(job.workspaceId);
    const queued = this.#byCampaign.get(nameOf(job));
    if (tenant === undefined || queued === undefined) {
      return;
    }
    queued.remaining = Math.max(0, queued.remaining - 1);
    tenant.deficit -= cost;
    if (tenant.deficit <= 0 && this.#tenants[0] === tenant) {
      rotate(this.#tenants);
    }
    if (queued === tenant.jobs[0]) {
      queued.deficit -= cost;
      tenant.places += cost / SENT_PER_PLACE;
      if (queued.deficit <= 0) {
        rotate(tenant.jobs);
      }
    } else {
      tenant.places = Math.max(0, tenant.places - cost);
    }
  }
}

function isReady(tenant: Tenant): boolean {
  return tenant.jobs.some((job) => job.isReady);
}

/** The smallest campaign that fits into the places earned, else the one whose turn it is. */
function pickCampaign(tenant: Tenant): FairJob {
  for (;;) {
    const first = tenant.jobs[0] as Queued;
    if (first.isReady) {
      first.deficit += first.deficit > 0 ? 0 : CAMPAIGN_QUANTUM;
      if (first.deficit > 0) {
        return smallCampaign(tenant, first) ?? first;
      }
    } else {
      first.deficit = Math.min(0, first.deficit);
    }
    rotate(tenant.jobs);
  }
}

function smallCampaign({ jobs, places }: Tenant, first: Queued): Queued | undefined {
  let smallest: Queued | undefined;
  for (const job of places >= 1 ? jobs : []) {
    const fits = job.isReady && job.remaining <= places;
    if (fits && job.remaining < (smallest ?? first).remaining) {
      smallest = job;
    }
  }
  return smallest;
}

function rotate<T>(turns: T[]): void {
  const first = turns.shift();
  if (first !== undefined) {
    turns.push(first);
  }
}

function nameOf(job: Pick<FairJob, "workspaceId" | "campaignId">): string {
  return `${job.workspaceId}/${job.campaignId}`;
}
