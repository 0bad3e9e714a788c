import type { Clock } from '../engine/clock.ts';
import { type AnsweredCall, type Answering, attempt, type Request } from './attempt.ts';
import { type Behaviour, defaultBehaviour } from './behaviour.ts';
import type { AccountContents, LoadNote } from './contents.ts';
import { serviceException } from './exceptions.ts';
import { type Fault, type FaultOccasion, type Faults, faultPlan } from './faults.ts';
import { type CallCounts, emptyHistory } from './history.ts';
import type { Rights } from './iam/rights.ts';
import { loadContents } from './load-contents.ts';
import { type SeededRandom, seededRandom } from './random.ts';
import { emptyRegion } from './region.ts';
import { ServiceFailure } from './service-failure.ts';
import type { Services } from './services.ts';
import type { Bucket, Notification, RegionState, SnapshotRecord } from './state.ts';
import type { Executions } from './states/executions.ts';
import { tokenBuckets } from './token-buckets.ts';
import type { AccountEvent, World } from './world.ts';

export interface AccountOptions {
  /** Twelve digits. */
  accountId: string;
  homeRegion: string;
  clock: Clock;
  /** The same seed and the same calls give the same history, byte for byte. */
  seed: string | number;
  behaviour?: Partial<Behaviour>;
  faults?: readonly Fault[];
}

type InputOf<Op> = Op extends { act(call: never, input: infer Input extends object): object } ? Input : never;
type OutputOf<Op> = Op extends { act(call: never, input: never): infer Output } ? Output : never;

/** A simulated AWS account. */
export interface Account {
  readonly accountId: string;
  readonly homeRegion: string;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly faults: Faults;
  /** Every message that was published, in order. */
  readonly notifications: readonly Notification[];
  /** How often which operation was called, and by whom. */
  readonly calls: CallCounts;
  /** All that one Region holds; to look at, and for `keys.add`. Made empty when first asked for. */
  region(name: string): RegionState;
  /** The Regions in use, in order of first use. */
  regions(): RegionState[];
  /** Puts resources into a Region (the home Region, if none is named). Says what it had to make up or leave out. */
  load(contents: AccountContents, region?: string): LoadNote[];
  createBucket(name: string, region?: string): Bucket;
  /**
   * A user's own action, outside of functions: no faults, no rate limits, no lag. Throws what the SDK's client throws.
   * `account.call('ec2', 'CreateTags', { Resources: [id], Tags: [{ Key: 'a', Value: 'b' }] })`
   */
  call<Service extends keyof Services, Name extends keyof Services[Service] & string>(
    service: Service,
    name: Name,
    input: InputOf<Services[Service][Name]>,
    region?: string,
  ): OutputOf<Services[Service][Name]>;
  /** Lets the account answer for executions that run elsewhere, in its home Region. */
  runExecutions(executions: Executions): void;
  /** From now on each call of a function is judged by the rights of its role; users' own calls are not. */
  judgeBy(rights: Rights): void;
  /** Sends an event that another service of the account brings about; it may be late, lost or doubled as any. */
  sendEvent(event: Pick<AccountEvent, 'detail-type' | 'source' | 'resources' | 'detail'>): void;
  /** What a schedule does that starts `what`: at least once, unless a fault says otherwise. */
  fire(what: string, start: () => void): void;
  /** Hears every EventBridge event when it is delivered. Returns what ends the hearing. */
  onEvent(listener: (event: AccountEvent) => void): () => void;
  /** Hears every call after it was answered, `output` or `errorCode` included. */
  onCall(listener: (call: AnsweredCall) => void): () => void;
  /** Hears every call before it takes effect. */
  beforeCall(listener: (request: Request) => void): () => void;
  /** Hears of every snapshot at the instant that fixes its content. */
  onSnapshot(listener: (region: RegionState, snapshot: SnapshotRecord) => void): () => void;
  /** Whether a fault kills this invocation, for whoever runs functions. Each question counts as an occasion. */
  killsInvocation(functionName: string, phase: 'before' | 'after'): boolean;
  /** The last twenty calls and events, oldest first, one line each. */
  recentHistory(): string[];
  /** Snapshot storage of all Regions: gigabytes now, and gigabytes times hours so far. */
  snapshotStorage(): { gigabytes: number; gigabyteHours: number };
  /** For simulator/under-clients.ts: answers one attempt of one call. */
  readonly answering: Answering;
}

export function createAccount(options: AccountOptions): Account {
  const { accountId, homeRegion, clock } = options;
  const random = seededRandom(options.seed);
  const faults = faultPlan(options.faults ?? [], random.running('faults'));
  const history = emptyHistory();
  const regions = new Map<string, RegionState>();
  const notifications: Notification[] = [];
  const eventListeners = listeners<AccountEvent>();
  const callListeners = listeners<AnsweredCall>();
  const requestListeners = listeners<Request>();
  const snapshotListeners = listeners<[RegionState, SnapshotRecord]>();
  let idsGiven = 0;
  let directCalls = 0;

  const world: World = {
    accountId,
    homeRegion,
    clock,
    random,
    behaviour: { ...defaultBehaviour, ...options.behaviour },
    faults,
    buckets: new Map(),
    notifications,
    executions: undefined,
    rights: undefined,
    region(name) {
      const known = regions.get(name);
      if (known) return known;
      const made = emptyRegion(name, accountId, () => uuid(random, `key ${idsGiven++}`));
      regions.set(name, made);
      return made;
    },
    newId: (prefix) => `${prefix}-0${random.hexadecimal(16, 'id', prefix, idsGiven++)}`,
    // AWS goes on while executions stand still for hours.
    at: (atMs, action) => clock.after(Math.max(0, atMs - clock.now()), action, 'punctual'),
    snapshotStarted: (region, snapshot) => snapshotListeners.tell([region, snapshot]),
    emit(region, event) {
      const atMs = clock.now();
      const whole: AccountEvent = {
        version: '0',
        id: uuid(random, `event ${idsGiven++}`),
        'detail-type': event['detail-type'],
        source: event.source,
        account: accountId,
        time: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
        region,
        resources: event.resources,
        detail: event.detail,
      };
      const { resources } = event;
      onItsWay({ operation: event['detail-type'], region, resources, event: whole, atMs }, (lateMs) => {
        const delayMs = world.behaviour.eventDelayMs(random.running('event-delay'));
        clock.after(delayMs + lateMs, () => deliver(whole));
      });
    },
  };

  /** Whatever EventBridge carries comes at least once, and in time; a fault may change that. */
  const onItsWay = (occasion: FaultOccasion, send: (lateMs: number) => void): void => {
    if (faults.strikes('lost-event', occasion)) return;
    const late = faults.strikes('late-event', occasion);
    const copies = faults.strikes('duplicate-event', occasion) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) send(late ? (late.seconds ?? 3600) * 1000 : 0);
  };

  const deliver = (event: AccountEvent): void => {
    const what = event['detail-type'];
    const state = event.detail.state ?? event.detail.State;
    const outcome = typeof state === 'string' ? state : '';
    history.add({ atMs: clock.now(), what, region: event.region, by: 'event', resources: event.resources, outcome });
    eventListeners.tell(event);
  };

  const answering: Answering = {
    world,
    buckets: tokenBuckets(),
    history,
    before: requestListeners.tell,
    after: callListeners.tell,
  };

  return {
    accountId,
    homeRegion,
    clock,
    random,
    faults,
    notifications,
    calls: history.counts,
    region: world.region,
    regions: () => [...regions.values()],
    load: (contents, region = homeRegion) => loadContents(world, world.region(region), contents),
    createBucket(name, region = homeRegion) {
      const bucket: Bucket = { name, region, objects: new Map() };
      world.buckets.set(name, bucket);
      return bucket;
    },
    call(service, name, input, region = homeRegion) {
      const requestId = uuid(random, `direct ${directCalls++}`);
      const request = { service, operation: name, region, input, caller: undefined, requestId, sendId: requestId };
      try {
        const output = attempt(answering, { ...request, nowMs: clock.now(), direct: true });
        // The table pairs this operation's input with this output; only looking it up by name loses that.
        return output as OutputOf<Services[typeof service][typeof name]>;
      } catch (error) {
        if (error instanceof ServiceFailure) throw serviceException(service, error, requestId, 1, 0);
        throw error;
      }
    },
    runExecutions(executions) {
      world.executions = executions;
    },
    judgeBy(rights) {
      world.rights = rights;
    },
    sendEvent: (event) => world.emit(homeRegion, event),
    fire(what, start) {
      onItsWay({ operation: `Scheduled ${what}`, region: homeRegion, atMs: clock.now() }, (lateMs) => {
        if (lateMs > 0) clock.after(lateMs, start);
        else start();
      });
    },
    onEvent: eventListeners.add,
    onCall: callListeners.add,
    beforeCall: requestListeners.add,
    onSnapshot: (listener) => snapshotListeners.add(([region, snapshot]) => listener(region, snapshot)),
    killsInvocation: (functionName, phase) =>
      faults.strikes(phase === 'before' ? 'killed-before' : 'killed-after', {
        function: functionName,
        atMs: clock.now(),
      }) !== undefined,
    recentHistory: history.recent,
    snapshotStorage() {
      let gigabytes = 0;
      let gigabyteHours = 0;
      for (const { storage } of regions.values()) {
        gigabytes += storage.gigabytes;
        gigabyteHours += storage.gigabyteHours(clock.now());
      }
      return { gigabytes, gigabyteHours };
    },
    answering,
  };
}

function listeners<Heard>() {
  const all = new Set<(heard: Heard) => void>();
  return {
    add: (listener: (heard: Heard) => void): (() => void) => {
      all.add(listener);
      return () => {
        all.delete(listener);
      };
    },
    tell: (heard: Heard): void => {
      for (const listener of all) listener(heard);
    },
  };
}

/** A version 4 UUID by its look. */
function uuid(random: SeededRandom, purpose: string): string {
  const digits = random.hexadecimal(32, purpose);
  const parts = [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`, `a${digits.slice(17, 20)}`];
  return [...parts, digits.slice(20)].join('-');
}
