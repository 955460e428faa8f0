/** Messages that a workspace of weight 1 sends before the next workspace takes its turn. */
const WORKSPACE_QUANTUM = 10;
const CAMPAIGN_QUANTUM = 10;
/** Messages sent by the current campaign that earn one place for a small one. Delays large campaigns by at most 1/5. */
const SENT_PER_PLACE = 5;

export type FairJob = {
  workspaceId: string;
  campaignId: number;
  /** Messages the campaign still has to send; an estimate is enough. */
  remaining: number;
};

type Queued = FairJob & { deficit: number; isReady: boolean };
type Tenant = {
  id: string;
  weight: number;
  deficit: number;
  /** In round-robin order; the first one has the turn. */
  jobs: Queued[];
  /** Messages that small campaigns of this workspace may send out of turn. */
  places: number;
};

/**
 * Picks the campaign that sends next: deficit round robin over workspaces by weight, then over the campaigns of each
 * workspace. Inside a workspace, a campaign with no more messages left than the places its siblings have earned goes
 * first. A campaign that is not ready is skipped and loses only its turn.
 *
 * @see Shreedhar and Varghese, "Efficient fair queuing using deficit round robin", SIGCOMM 1995; the places follow
 *   Postfix's queue manager (SCHEDULER_README)
 */
export class FairQueue {
  #tenants: Tenant[] = [];
  #byId = new Map<string, Tenant>();
  #byCampaign = new Map<string, Queued>();

  get size(): number {
    return this.#byCampaign.size;
  }

  /** Adds a campaign as ready. For one that is already queued, only updates how much it has left. */
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

  /** Removes a campaign that has finished, was paused or was cancelled. */
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

  /**
   * Marks whether a campaign can send now. It cannot while the limiter refuses it or none of its messages are loaded.
   */
  setReady(job: Pick<FairJob, "workspaceId" | "campaignId">, isReady: boolean): void {
    const queued = this.#byCampaign.get(nameOf(job));
    if (queued !== undefined) {
      queued.isReady = isReady;
    }
  }

  /**
   * Returns the campaign that sends next; undefined when none is ready. Returns the same one until another method is
   * called.
   */
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
        // A workspace with nothing ready must not save up credit for a later burst.
        tenant.deficit = Math.min(0, tenant.deficit);
      }
      rotate(this.#tenants);
    }
  }

  /** Charges one message to the campaign that `next` returned. `cost` is 1 plus the message size / 64 KB. */
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

/** Returns the smallest campaign that fits into the earned places; without one, the campaign whose turn it is. */
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
