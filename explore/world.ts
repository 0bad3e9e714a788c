import { type Observer, observe, type Run } from '../cli/simulation/observer.ts';
import { createStack, type Stack } from '../cli/simulation/stack.ts';
import { type VirtualClock, virtualClock } from '../engine/clock.ts';
import type { NamedPolicy } from '../shared/domain/policy.ts';
import { type Account, createAccount } from '../simulator/account.ts';
import type { AnsweredCall } from '../simulator/attempt.ts';
import type { Behaviour } from '../simulator/behaviour.ts';
import type { AccountContents } from '../simulator/contents.ts';
import type { Fault } from '../simulator/faults.ts';
import { home, type Server } from './servers.ts';
import { type SeenImage, type Tags, tagsOf, type Witness, witness } from './witness.ts';

/** What a story begins with. Everything left out is as plain as can be. */
export interface Beginning {
  at?: string;
  seed?: number;
  policies: readonly NamedPolicy[];
  servers: readonly Server[];
  groups?: NonNullable<AccountContents['autoScalingGroups']>;
  faults?: readonly Fault[];
  behaviour?: Partial<Behaviour>;
  /** Schedules run until then; without it runs are started by hand. */
  schedulesUntil?: string;
  /** Every five minutes until then somebody looks for stranded instances; by default as long as schedules run. */
  rescuesUntil?: string;
  /** How long a snapshot may be left of its image before the witness calls it a breach; by default half an hour. */
  snapshotGraceMs?: number;
}

export interface Story {
  /** Those that it began with. */
  policies: readonly NamedPolicy[];
  account: Account;
  clock: VirtualClock;
  stack: Stack;
  observer: Observer;
  witness: Witness;
  /** Runs that have ended, in the order of their ends. */
  readonly runs: readonly Run[];
  /** The run that ended last. */
  lastRun: () => Run;
  /** Starts a capture as if by hand, or as a schedule would at that instant, without waiting for it. */
  begin: (policy: string, scheduledAt?: string) => void;
  /** Captures now, and lets everything come to its end. */
  capture: (policy: string) => Promise<void>;
  /** Lets time pass until that instant. */
  until: (at: string) => Promise<void>;
  /** Lets everything that is under way come to its end. */
  rest: () => Promise<void>;
  /** Does something once: some seconds after the first answer to a call of that name. */
  onceAfter: (operation: string, seconds: number, action: () => void) => void;

  state: (of: Server) => string | undefined;
  tags: (of: Server) => Tags;
  /** Images of this system, at home unless a Region is named. */
  images: (region?: string) => SeenImage[];
  /** The one image that there is. */
  image: (region?: string) => SeenImage;
  /** Calls of that name that concern that server, refused ones included. */
  calls: (operation: string, about?: Server) => AnsweredCall[];
  /** Those of them that EC2 did not refuse. */
  accepted: (operation: string, about?: Server) => AnsweredCall[];
  /** The states that a server went through, as its events told. */
  journey: (of: Server) => string[];
}

/** Builds a world in which a story can be told: the account with its servers, the system deployed into it, and a witness. */
export async function build(beginning: Beginning): Promise<Story> {
  const clock = virtualClock(beginning.at ?? '2026-11-21T00:00:00Z');
  const { seed = 1, policies, servers, schedulesUntil, rescuesUntil } = beginning;
  const account = createAccount({
    accountId: '111122223333',
    homeRegion: home,
    clock,
    seed,
    faults: beginning.faults ?? [],
    behaviour: beginning.behaviour ?? {},
  });
  account.load({
    instances: servers.map(({ instance }) => instance),
    volumes: servers.flatMap(({ volumes }) => volumes),
    instanceExtras: Object.fromEntries(servers.map(({ id, extras }) => [id, extras])),
    ...(beginning.groups ? { autoScalingGroups: beginning.groups } : {}),
  });
  const untilMs = {
    ...(schedulesUntil === undefined ? {} : { schedulesUntilMs: Date.parse(schedulesUntil) }),
    ...(rescuesUntil === undefined ? {} : { rescuesUntilMs: Date.parse(rescuesUntil) }),
  };
  const { snapshotGraceMs } = beginning;
  const seen = witness(account, snapshotGraceMs === undefined ? {} : { snapshotGraceMs });
  const stack = await createStack({ account, clock, seed, policies, keepHistory: 'all', ...untilMs });
  const observer = observe(account, stack);
  const begin = (policyName: string, scheduledAt = new Date(clock.now()).toISOString()): void => {
    stack.capture({ policy: policyName, scheduledAt });
  };
  const instance = ({ id }: Server) => account.region(home).instances.get(id)?.description;
  const calls: Story['calls'] = (operation, about) =>
    seen.calls.filter((call) => call.operation === operation && (!about || concerns(call, about.id)));
  return {
    policies,
    account,
    clock,
    stack,
    observer,
    witness: seen,
    runs: observer.runs,
    lastRun() {
      const run = observer.runs.at(-1);
      if (!run) throw new Error('No run has ended yet.');
      return run;
    },
    begin,
    async capture(policyName) {
      begin(policyName);
      await clock.run();
    },
    until: (at) => clock.run(Date.parse(at)),
    rest: () => clock.run(),
    onceAfter(operation, seconds, action) {
      const stop = account.onCall((call) => {
        if (call.operation !== operation || call.errorCode !== undefined) return;
        stop();
        clock.after(call.atMs - clock.now() + seconds * 1000, action);
      });
    },
    state: (of) => instance(of)?.State?.Name,
    tags: (of) => tagsOf(instance(of)?.Tags),
    images: (region = home) => seen.images(region),
    image(region = home) {
      const [image, ...others] = seen.images(region);
      if (!image || others.length > 0)
        throw new Error(`There are ${others.length + (image ? 1 : 0)} images in ${region}.`);
      return image;
    },
    calls,
    accepted: (operation, about) => calls(operation, about).filter(({ errorCode }) => errorCode === undefined),
    journey: ({ id }) =>
      seen.events
        .filter((event) => event['detail-type'].startsWith('EC2 Instance') && event.detail['instance-id'] === id)
        .map(({ detail }) => String(detail.state)),
  };
}

function concerns({ input }: AnsweredCall, id: string): boolean {
  return Object.values(input).flat().includes(id);
}

/** What was left behind that somebody would have to look after, by its kind. */
export type Harm = 'standing instances' | 'leases' | 'failed images' | 'snapshots without an image';

/** The ids of all that is left behind now, by its kind. */
export function harmsIn({ account, witness: seen }: Story): Record<Harm, string[]> {
  const regions = account.regions();
  return {
    'standing instances': seen.watch.strandedInstances().map(({ instanceId }) => instanceId),
    leases: [...account.region(home).instances.values()]
      .filter(({ description }) => hasLease(tagsOf(description.Tags)))
      .map(({ id }) => id),
    'failed images': regions.flatMap(({ name }) =>
      seen.images(name).flatMap(({ id, state }) => (state === 'failed' ? [id] : [])),
    ),
    'snapshots without an image': regions.flatMap(({ name }) => seen.orphans(name)),
  };
}

/** A whole one, or half of one. */
export function hasLease(tags: Tags): boolean {
  return 'ami-lifecycle:stopped-by' in tags || 'ami-lifecycle:restart-by' in tags;
}

/** Executions that have not ended. */
export function executionsUnderWay({ stack }: Story): string[] {
  return stack.engine.listExecutions({ status: 'RUNNING' }).map(({ executionArn }) => executionArn);
}
