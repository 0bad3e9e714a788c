import type { Observer } from './observer.ts';

/** What rescues did, over all of their runs that found anything. */
export interface RescueReport {
  runs: number;
  instances: {
    instanceId: string;
    name: string;
    /** Started again; left stopped, as its owner had stopped it; found to need nothing; and not started, though it should be. */
    running: number;
    stoppedByOwner: number;
    left: number;
    /** By the name of the error. */
    failed: Record<string, number>;
  }[];
}

/** @param nameOf the name that an instance goes by */
export function rescueReport({ rescues }: Observer, nameOf: (instanceId: string) => string): RescueReport {
  const acting = rescues.filter(({ instances }) => instances.length > 0);
  const found = Map.groupBy(
    acting.flatMap(({ instances }) => instances),
    ({ instanceId }) => instanceId,
  );
  return {
    runs: acting.length,
    instances: [...found].map(([instanceId, all]) => {
      const counted = (outcome: string): number => all.filter((each) => each.outcome === outcome).length;
      const failed: Record<string, number> = {};
      for (const { outcome, error } of all) if (outcome === 'failed') failed[error] = (failed[error] ?? 0) + 1;
      return {
        instanceId,
        name: nameOf(instanceId),
        running: counted('running'),
        stoppedByOwner: counted('stopped-by-owner'),
        left: counted('left'),
        failed,
      };
    }),
  };
}
