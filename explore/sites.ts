import type { Fault, FaultName, FaultOccasion, Faults } from '../simulator/faults.ts';
import { catalogue, isAwaited, type SiteKind } from './catalogue.ts';
import type { Placement } from './placements.ts';

/** What a run without faults came by: where each fault of the catalogue could have struck. */
export interface Sites {
  placements: Placement[];
  /** How many places of each kind there are, whatever can strike there. */
  counts: Record<SiteKind, number>;
}

export interface SiteRecorder {
  /** What was seen until now; what comes later is not of interest. */
  end(): Sites;
}

const kinds = new Map<FaultName, SiteKind>(catalogue.map(({ fault, at }) => [fault, at]));

/** The fault that is asked for once at every place of a kind. */
const everywhere: Readonly<Record<SiteKind, FaultName>> = {
  call: 'access-denied',
  invocation: 'killed-before',
  event: 'lost-event',
};

/**
 * Listens to a run for every occasion that a fault of the catalogue has. Each fault is counted by its own occasions, as
 * the fault plan counts them, so that `#3` of a placement is what `nth: 3` hits.
 */
export function recordSites(faults: Faults): SiteRecorder {
  const occasions = new Map<FaultName, Map<string, number>>();
  const placements: Placement[] = [];
  const counts: Record<SiteKind, number> = { call: 0, invocation: 0, event: 0 };
  const stop = faults.onOccasion((name, occasion, struck) => {
    const kind = kinds.get(name);
    if (kind === undefined) return;
    const at = placeOf(kind, occasion);
    const ofFault = occasions.get(name) ?? new Map<string, number>();
    occasions.set(name, ofFault);
    const nth = (ofFault.get(at) ?? 0) + 1;
    ofFault.set(at, nth);
    if (kind === 'event' && !isAwaited(occasion)) return;
    if (name === everywhere[kind]) counts[kind]++;
    for (const { fault, word, settings } of catalogue) {
      if (fault === name && hasTurn(settings, struck)) placements.push({ at, nth, word });
    }
  });
  return {
    end() {
      stop();
      return { placements, counts };
    },
  };
}

/** Of two of the same kind the first strikes: a world's own, or that of the run already. Only what lasts longer has its turn after it. */
function hasTurn({ times = 1 }: Pick<Fault, 'times'>, struck: Fault | undefined): boolean {
  return struck === undefined || (struck.nth !== undefined && times > (struck.times ?? 1));
}

/** `create-image/ec2:CreateImage@eu-west-1`, `create-image`, `event:Tag Change on Resource@eu-west-1`. */
function placeOf(kind: SiteKind, { function: name, service, operation, region }: FaultOccasion): string {
  if (kind === 'invocation') return name ?? '';
  if (kind === 'event') return `event:${operation}@${region}`;
  return `${name}/${service}:${operation}@${region}`;
}
