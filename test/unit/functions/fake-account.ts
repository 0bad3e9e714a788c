import type { LaunchPermission } from '../../../shared/domain/archive.ts';
import { permissionChanges } from '../../../shared/domain/audience.ts';
import { LifecycleError } from '../../../shared/domain/errors.ts';
import type { Image, OwnSnapshot } from '../../../shared/domain/image.ts';
import { isOfStack, type Tags, tagKeys } from '../../../shared/domain/tags.ts';
import type { UsageReport } from '../../../shared/domain/usage-report.ts';
import type { Uses } from '../../../shared/domain/uses.ts';
import { throttled } from './fakes.ts';
import { home } from './retirement-examples.ts';

interface FakeSnapshot {
  region: string;
  tags: Tags;
  startedAt: string;
  accounts: string[];
  /** How often EC2 still says that it is in use. */
  inUseTimes: number;
  isLocked: boolean;
}

/** What EC2 and S3 hold, and what the next calls are to find; a test changes it as the world would. */
interface World {
  images: Map<string, Image & { region: string }>;
  snapshots: Map<string, FakeSnapshot>;
  permissions: Map<string, LaunchPermission[]>;
  uses: Map<string, string[]>;
  /** Who mounts snapshots, by their ids. */
  mounts: Map<string, string[]>;
  /** For each Region, what is being copied into it. */
  copies: Map<string, Uses>;
  objects: Map<string, string>;
  goneInstances: Set<string>;
  publicBlockedIn: Set<string>;
  /** Return codes of DeregisterImage; what is not named is a success. */
  returnCodes: Map<string, string>;
  /** The newest report on each image; what it tells of is in `uses`. */
  usageReports: Map<string, UsageReport>;
  /** What is wrong with archives, by address; all others are as they should be. */
  flaws: Map<string, string>;
}

/**
 * An account that keeps what it is told. `calls` has every call, `changes` those that change something. A call whose text
 * begins with a key of `refusals` is refused with that error; `breakOff` lets one call fail, before or after it took effect.
 */
export function fakeAccount(images: Readonly<Record<string, readonly Image[]>> = {}) {
  const world: World = {
    images: new Map(
      Object.entries(images).flatMap(([region, list]) => list.map((image) => [image.imageId, { ...image, region }])),
    ),
    snapshots: new Map(),
    permissions: new Map(),
    uses: new Map(),
    mounts: new Map(),
    copies: new Map(),
    objects: new Map(),
    goneInstances: new Set(),
    publicBlockedIn: new Set(),
    returnCodes: new Map(),
    usageReports: new Map(),
    flaws: new Map(),
  };
  const calls: string[] = [];
  const changes: string[] = [];
  const refusals = new Map<string, Error>();
  let breach: { callNumber: number; takesEffect: boolean } | undefined;

  async function called<Answer>(what: string, act: () => Answer): Promise<Answer> {
    calls.push(what);
    const refusal = [...refusals].find(([beginning]) => what.startsWith(beginning));
    if (refusal) throw refusal[1];
    const isBroken = breach?.callNumber === calls.length;
    if (isBroken && breach?.takesEffect !== true) throw throttled;
    const answer = act();
    if (isBroken) throw throttled;
    return answer;
  }

  const changing = <Answer>(what: string, act: () => Answer): Promise<Answer> =>
    called(what, () => {
      changes.push(what);
      return act();
    });

  function change(imageId: string, different: Partial<Image>): void {
    const image = world.images.get(imageId);
    if (!image) throw new Error(`InvalidAMIID.NotFound ${imageId}`);
    world.images.set(imageId, { ...image, ...different });
  }

  /** EC2 refuses to take a step from a state that does not allow it. */
  function mustBe(imageId: string, state: Image['state']): void {
    const found = world.images.get(imageId)?.state;
    if (found !== state) throw new LifecycleError('AwsUnavailable', `${imageId} is ${found}, not ${state}`);
  }

  const usersOf = (snapshotId: string): Image[] =>
    [...world.images.values()].filter(({ snapshotIds }) => snapshotIds.includes(snapshotId));

  const imagesIn = (region: string) => ({
    describe: (imageId: string): Promise<Image | undefined> =>
      called(`describe ${imageId}`, () => {
        const image = world.images.get(imageId);
        return image?.region === region ? image : undefined;
      }),
    listOf: (policyName: string, homeRegion: string, instanceId?: string): Promise<Image[]> =>
      called(`list images in ${region}`, () =>
        [...world.images.values()].filter(
          (image) =>
            image.region === region &&
            image.tags[tagKeys.policy] === policyName &&
            isOfStack(image.tags, { region, homeRegion }) &&
            (instanceId === undefined || image.tags[tagKeys.source] === instanceId),
        ),
      ),
    writeTags: (imageId: string, tags: Tags): Promise<void> =>
      changing(`tag ${imageId}`, () => change(imageId, { tags: { ...world.images.get(imageId)?.tags, ...tags } })),
    removeTags: (imageId: string, keys: readonly string[]): Promise<void> =>
      changing(`untag ${imageId}`, () => {
        const rest = Object.entries(world.images.get(imageId)?.tags ?? {}).filter(([key]) => !keys.includes(key));
        change(imageId, { tags: Object.fromEntries(rest) });
      }),
  });

  const retirementIn = (_region: string) => ({
    deprecate: (imageId: string, at: string): Promise<void> =>
      changing(`deprecate ${imageId}`, () => change(imageId, { deprecatesAt: at })),
    cancelDeprecation: (imageId: string): Promise<void> =>
      changing(`cancel deprecation of ${imageId}`, () => change(imageId, { deprecatesAt: '' })),
    disable: (imageId: string): Promise<void> =>
      changing(`disable ${imageId}`, () => {
        mustBe(imageId, 'available');
        change(imageId, { state: 'disabled' });
        world.permissions.delete(imageId);
      }),
    enable: (imageId: string): Promise<void> =>
      changing(`enable ${imageId}`, () => {
        mustBe(imageId, 'disabled');
        change(imageId, { state: 'available' });
      }),
    deregisterWithSnapshots: (imageId: string): Promise<{ snapshotId: string; code: string }[] | undefined> =>
      changing(`deregister ${imageId}`, () => {
        const image = world.images.get(imageId);
        if (!image) return undefined;
        world.images.delete(imageId);
        return image.snapshotIds.flatMap((snapshotId) => {
          const code = usersOf(snapshotId).length > 0 ? 'skipped' : (world.returnCodes.get(snapshotId) ?? 'success');
          if (code === 'success') world.snapshots.delete(snapshotId);
          return code === 'success' ? [] : [{ snapshotId, code }];
        });
      }),
    requestUsageReport: (imageId: string, at: string): Promise<boolean> =>
      changing(`usage report of ${imageId}`, () => {
        const report = world.usageReports.get(imageId);
        const hasRoom = report?.state !== 'pending' || report.createdAt === at;
        if (hasRoom) world.usageReports.set(imageId, { state: 'pending', createdAt: at });
        return hasRoom;
      }),
  });

  const sharingIn = (region: string) => ({
    launchPermissions: (imageId: string): Promise<LaunchPermission[]> =>
      called(`launch permissions of ${imageId}`, () => world.permissions.get(imageId) ?? []),
    changeLaunchPermissions: async (
      imageId: string,
      { add, remove }: { add: readonly LaunchPermission[]; remove: readonly LaunchPermission[] },
    ): Promise<void> => {
      if (add.length + remove.length === 0) return;
      await changing(`permit launches of ${imageId}`, () => {
        mustBe(imageId, 'available');
        const present = [...(world.permissions.get(imageId) ?? []), ...add];
        world.permissions.set(imageId, permissionChanges(remove, present).add);
      });
    },
    snapshotAccounts: (snapshotId: string): Promise<string[]> =>
      called(`accounts of ${snapshotId}`, () => world.snapshots.get(snapshotId)?.accounts ?? []),
    changeSnapshotAccounts: async (
      snapshotId: string,
      { add, remove }: { add: readonly string[]; remove: readonly string[] },
    ): Promise<void> => {
      if (add.length + remove.length === 0) return;
      await changing(`permit copies of ${snapshotId}`, () => {
        const snapshot = world.snapshots.get(snapshotId);
        if (snapshot) snapshot.accounts = [...snapshot.accounts, ...add].filter((each) => !remove.includes(each));
      });
    },
    blocksPublicAccess: (): Promise<boolean> =>
      called(`public access in ${region}`, () => world.publicBlockedIn.has(region)),
  });

  const snapshotsIn = (region: string) => ({
    listOf: (policyName: string, homeRegion: string): Promise<OwnSnapshot[]> =>
      called(`list snapshots in ${region}`, () =>
        [...world.snapshots]
          .filter(([, snapshot]) => snapshot.region === region && snapshot.tags[tagKeys.policy] === policyName)
          .filter(([, { tags }]) => isOfStack(tags, { region, homeRegion }))
          .map(([snapshotId, { startedAt, tags }]) => ({
            snapshotId,
            startedAt,
            isHeld: tags[tagKeys.hold] !== undefined,
            orphanedSince: tags[tagKeys.orphanedSince],
          })),
      ),
    usedOf: (snapshotIds: readonly string[]): Promise<ReadonlySet<string>> =>
      called(`users of ${snapshotIds.join(' ')}`, () => new Set(snapshotIds.filter((id) => usersOf(id).length > 0))),
    holdsOn: (snapshotIds: readonly string[]): Promise<ReadonlyMap<string, string>> =>
      called(`holds on ${snapshotIds.join(' ')}`, () => {
        const holds = snapshotIds.map((id) => [id, world.snapshots.get(id)?.tags[tagKeys.hold]] as const);
        return new Map(holds.flatMap(([id, hold]) => (hold === undefined ? [] : [[id, hold]])));
      }),
    noteOrphan: (snapshotId: string, since: string): Promise<void> =>
      changing(`tag ${snapshotId}`, () => {
        const snapshot = world.snapshots.get(snapshotId);
        if (snapshot) snapshot.tags = { ...snapshot.tags, [tagKeys.orphanedSince]: since };
      }),
    forgetOrphan: (snapshotId: string): Promise<void> =>
      changing(`untag ${snapshotId}`, () => {
        const snapshot = world.snapshots.get(snapshotId);
        const rest = Object.entries(snapshot?.tags ?? {}).filter(([key]) => key !== tagKeys.orphanedSince);
        if (snapshot) snapshot.tags = Object.fromEntries(rest);
      }),
    tagsOf: (snapshotId: string): Promise<Tags | undefined> =>
      called(`tags of ${snapshotId}`, () => world.snapshots.get(snapshotId)?.tags),
    delete: (snapshotId: string): Promise<boolean> =>
      changing(`delete ${snapshotId}`, () => {
        const snapshot = world.snapshots.get(snapshotId);
        if (snapshot?.isLocked) throw new LifecycleError('ImageHeld', `${snapshotId} cannot be deleted: it is locked`);
        if (snapshot && snapshot.inUseTimes-- > 0) return false;
        world.snapshots.delete(snapshotId);
        return true;
      }),
  });

  const archivesIn = (_region: string) => ({
    flaw: (bucket: string, key: string): Promise<string | undefined> =>
      called(`look at s3://${bucket}/${key}`, () => world.flaws.get(`s3://${bucket}/${key}`)),
  });

  const usesIn = (region: string) => ({
    of: (
      images: readonly { imageId: string }[],
      depth: { launchTemplateVersions: number },
    ): Promise<{ uses: Uses; reports: ReadonlyMap<string, UsageReport> }> =>
      called(
        `uses in ${region} of ${images.map(({ imageId }) => imageId).join(' ')} to depth ${depth.launchTemplateVersions}`,
        () => {
          const imageIds = images.map(({ imageId }) => imageId);
          const asked = <Known>(all: Map<string, Known>) => new Map([...all].filter(([id]) => imageIds.includes(id)));
          return { uses: asked(world.uses), reports: asked(world.usageReports) };
        },
      ),
    mounting: (snapshotIds: readonly string[]): Promise<Uses> =>
      called(`mounts in ${region} of ${snapshotIds.join(' ')}`, () => world.mounts),
    copying: (): Promise<Uses> => called(`copies into ${region}`, () => world.copies.get(region) ?? new Map()),
  });

  const instances = {
    goneOf: (instanceIds: readonly string[]): Promise<ReadonlySet<string>> =>
      called(
        `gone of ${instanceIds.join(' ')}`,
        () => new Set(instanceIds.filter((id) => world.goneInstances.has(id))),
      ),
  };

  const objects = {
    bucket: 'work',
    readJsonIfAny: (key: string): Promise<unknown> =>
      called(`read ${key}`, () => {
        const text = world.objects.get(key);
        return text === undefined ? undefined : JSON.parse(text);
      }),
    writeJson: (key: string, content: unknown): Promise<void> =>
      changing(`write ${key}`, () => void world.objects.set(key, JSON.stringify(content))),
    remove: (key: string): Promise<void> => changing(`remove ${key}`, () => void world.objects.delete(key)),
  };

  return {
    world,
    calls,
    changes,
    refusals,
    change,
    /** Lets the call of this number, from now on, fail once. */
    breakOff: (callNumber: number, how: { takesEffect: boolean }): void => {
      breach = { callNumber: calls.length + callNumber, ...how };
    },
    /** Puts a snapshot of ours into a Region, and gives back its id. */
    addSnapshot: (snapshotId: string, different: Partial<FakeSnapshot> = {}): string => {
      const { region = home } = different;
      const origin = region === home ? {} : { [tagKeys.origin]: `${home}/ami-20261110` };
      const tags = { [tagKeys.policy]: 'gold', [tagKeys.source]: 'i-0123456789abcdef0', ...origin };
      const usual = { region, tags, startedAt: '2026-01-01T03:00:00Z', accounts: [] };
      world.snapshots.set(snapshotId, { ...usual, inUseTimes: 0, isLocked: false, ...different });
      return snapshotId;
    },
    tagsOf: (imageId: string): Tags => world.images.get(imageId)?.tags ?? {},
    imagesIn,
    retirementIn,
    sharingIn,
    snapshotsIn,
    archivesIn,
    usesIn,
    instances,
    objects,
  };
}
