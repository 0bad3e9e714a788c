/** The rate limits of the EC2 API: one bucket for each action in each Region of the account. */
export interface TokenBuckets {
  /** Takes a token, or says false if none is left. `wide`: a listing with neither identifiers, filters nor pages. */
  take(region: string, action: string, wide: boolean, resources: number, nowMs: number): boolean;
}

interface Limit {
  capacity: number;
  refillPerSecond: number;
}

const reading: Limit = { capacity: 100, refillPerSecond: 20 };
const changing: Limit = { capacity: 50, refillPerSecond: 5 };
const frequentChanging: Limit = { capacity: 100, refillPerSecond: 5 };
const tagging: Limit = { capacity: 100, refillPerSecond: 10 };
const storing: Limit = { capacity: 50, refillPerSecond: 0.1 };
const launching: Limit = { capacity: 5, refillPerSecond: 2 };

const requestLimits: Readonly<Record<string, Limit>> = {
  CopyImage: { capacity: 100, refillPerSecond: 1 },
  CreateStoreImageTask: storing,
  CreateRestoreImageTask: storing,
  DescribeStoreImageTasks: { capacity: 50, refillPerSecond: 0.5 },
  DeregisterImage: frequentChanging,
  ModifyImageAttribute: frequentChanging,
  CreateSnapshot: frequentChanging,
  DeleteSnapshot: frequentChanging,
  TerminateInstances: frequentChanging,
  CreateTags: tagging,
  DeleteTags: tagging,
  RunInstances: launching,
  StartInstances: launching,
};

/** Listings that get the smaller bucket when they ask for everything at once. */
const wideListing: Limit = { capacity: 50, refillPerSecond: 10 };
const wideListings = new Set([
  'DescribeInstances',
  'DescribeInstanceStatus',
  'DescribeSnapshots',
  'DescribeSpotInstanceRequests',
  'DescribeVolumes',
]);

/** These count instances as well as requests. */
const resourceLimits: Readonly<Record<string, Limit>> = {
  RunInstances: { capacity: 1000, refillPerSecond: 2 },
  StartInstances: { capacity: 1000, refillPerSecond: 2 },
  StopInstances: { capacity: 1000, refillPerSecond: 20 },
  TerminateInstances: { capacity: 1000, refillPerSecond: 20 },
};

export function tokenBuckets(): TokenBuckets {
  const buckets = new Map<string, { tokens: number; filledAtMs: number }>();
  const filled = (key: string, limit: Limit, nowMs: number): { tokens: number } => {
    const bucket = buckets.get(key) ?? { tokens: limit.capacity, filledAtMs: nowMs };
    buckets.set(key, bucket);
    const seconds = Math.max(0, nowMs - bucket.filledAtMs) / 1000;
    bucket.tokens = Math.min(limit.capacity, bucket.tokens + seconds * limit.refillPerSecond);
    bucket.filledAtMs = Math.max(bucket.filledAtMs, nowMs);
    return bucket;
  };
  return {
    take(region, action, wide, resources, nowMs) {
      const isWide = wide && wideListings.has(action);
      const requests = filled(`${region} ${action} ${isWide}`, isWide ? wideListing : requestLimit(action), nowMs);
      const resourceLimit = resourceLimits[action];
      const perResource = resourceLimit && filled(`${region} ${action} resources`, resourceLimit, nowMs);
      if (requests.tokens < 1 || (perResource && perResource.tokens < resources)) return false;
      requests.tokens -= 1;
      if (perResource) perResource.tokens -= resources;
      return true;
    },
  };
}

export function requestLimit(action: string): Limit {
  return requestLimits[action] ?? (/^(Describe|Get|List|Search)/.test(action) ? reading : changing);
}
