/** What CloudWatch is told under; functions write it, alarms and the dashboard read it. */
export const metricNamespace = 'AmiLifecycle';

/**
 * `region` is the Region that a number is about; where a function names none, it is that of the stack. `stack` is the name
 * of the stack, for what is of no policy: two stages may share a Region.
 */
export type MetricDimension = 'stack' | 'policy' | 'region' | 'error';

export interface Metric {
  unit: 'Count' | 'Seconds' | 'Gigabytes';
  /** Every set under which CloudWatch keeps it: an alarm finds a metric under one of these sets, whole, or not at all. */
  by: readonly (readonly MetricDimension[])[];
}

const stackWide = [['stack', 'region']] as const;
const ofPolicy = [['policy', 'region']] as const;

/** Every metric that a function writes: whoever reads one names it from here. */
export const metricCatalogue = {
  Selected: { unit: 'Count', by: ofPolicy },
  Captured: { unit: 'Count', by: ofPolicy },
  Skipped: { unit: 'Count', by: ofPolicy },
  Failed: {
    unit: 'Count',
    by: [...ofPolicy, ['policy', 'region', 'error']],
  },
  Downtime: { unit: 'Seconds', by: ofPolicy },
  TimeToAvailable: { unit: 'Seconds', by: ofPolicy },
  CopyLag: { unit: 'Seconds', by: ofPolicy },
  NewestImageAge: { unit: 'Seconds', by: ofPolicy },
  Images: { unit: 'Count', by: ofPolicy },
  Gigabytes: { unit: 'Gigabytes', by: ofPolicy },
  Retired: { unit: 'Count', by: ofPolicy },
  HeldByReference: {
    unit: 'Count',
    by: ofPolicy,
  },
  Archived: { unit: 'Count', by: ofPolicy },
  EvidenceIncomplete: { unit: 'Count', by: ofPolicy },
  BlastRadiusExceeded: { unit: 'Count', by: ofPolicy },
  Stranded: { unit: 'Count', by: stackWide },
  LeasesUnclear: { unit: 'Count', by: stackWide },
  Rescued: { unit: 'Count', by: stackWide },
  RescueFailed: { unit: 'Count', by: stackWide },
  RestartDelayed: { unit: 'Count', by: stackWide },
  Throttled: { unit: 'Count', by: stackWide },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof metricCatalogue;

/** For people; by itself, so that functions need not carry it. */
export const metricMeanings: Readonly<Record<MetricName, string>> = {
  Selected: 'Instances that a run was to capture',
  Captured: 'Instances that have a new image, with all its copies',
  Skipped: 'Instances that were left alone, for a reason',
  Failed: 'Instances whose capture failed, also by the name of the error',
  Downtime: 'From the request to stop until the instance ran again',
  TimeToAvailable: 'From the request of an image until it was available',
  CopyLag: 'From the available image until all of its copies were, too',
  NewestImageAge: 'Since the slot of the newest complete image of all',
  Images: 'Images alive',
  Gigabytes: 'The size of their volumes; what is stored is less',
  Retired: 'Images deregistered',
  HeldByReference: 'Images that stay because something uses them, and no rule',
  Archived: 'Images stored in S3',
  EvidenceIncomplete: 'Regions and images left alone, as not all was known of them',
  BlastRadiusExceeded: 'Runs that would have retired more than they may',
  Stranded: 'Instances that stand still after a capture has left them',
  LeasesUnclear: 'Instances that stand still under a lease nobody can read',
  Rescued: 'Instances started again by a rescue',
  RescueFailed: 'Instances that a rescue could not start',
  RestartDelayed: 'Starts that EC2 refused for want of capacity, or that ended in a stop',
  Throttled: 'Tasks that AWS throttled for longer than the SDK bridges',
};

type NameIn<Unit extends Metric['unit']> = {
  [Name in MetricName]: (typeof metricCatalogue)[Name]['unit'] extends Unit ? Name : never;
}[MetricName];

export type MetricDimensions = Readonly<Partial<Record<MetricDimension, string>>>;

/** Takes numbers for CloudWatch, each by a name of the catalogue and in its unit. */
export interface Meter {
  count(name: NameIn<'Count'>, value: number, dimensions: MetricDimensions): void;
  seconds(name: NameIn<'Seconds'>, value: number, dimensions: MetricDimensions): void;
  gigabytes(name: NameIn<'Gigabytes'>, value: number, dimensions: MetricDimensions): void;
}

/** @throws Error for what is no metric of ours */
export function metricOf(name: string): Metric {
  const metric = Object.entries(metricCatalogue).find(([known]) => known === name)?.[1];
  if (!metric) throw new Error(`No metric is called ${name}; name one of shared/domain/metrics.ts, or add it there.`);
  return metric;
}
