import type { Account } from '../account.ts';
import type { AnsweredCall, Request } from '../attempt.ts';
import { kindOf } from '../ec2/identifiers.ts';
import { NotSimulated } from '../service-failure.ts';
import type { RegionState } from '../state.ts';
import { type Changes, changesOf, type StoredAt } from './changed-resources.ts';
import { isMadeFrom, isOurs, listIn, prefix, type TagTexts, tagKeysIn, tagsOf } from './records.ts';

export interface OwnershipOptions {
  /**
   * Whether a policy selects an instance with these tags: one in force, or one that runs under way may have begun by.
   * Without it, which instances are stopped and imaged is not watched.
   */
  isSelected?: (tags: TagTexts) => boolean;
}

const lease = `${prefix}stopped-by`;
/** All that functions write on an instance. Which policies select it is for people to say. */
const leaseKeys: ReadonlySet<string> = new Set([lease, `${prefix}restart-by`]);

type Breach = (invariant: 3 | 9, found: string) => void;

/** Watches that functions change nothing but what is ours. */
export function watchOwnership(account: Account, { isSelected }: OwnershipOptions, breach: Breach) {
  /** Objects that functions made, or EC2 at their word, by bucket and key; what people put over them is ours to replace. */
  const written = new Set<string>();

  /** @throws NotSimulated for an operation of which nobody has said what it changes: a breach, too, as functions catch much */
  const before = ({ service, operation, input, region: name }: Request): void => {
    const changes = changesOf(service, operation, input);
    if (!changes) {
      breach(3, `nobody judges ${service}:${operation}.`);
      throw new NotSimulated(
        `the judgement of ${service}:${operation}`,
        'say in simulator/invariants/changed-resources.ts what it changes',
      );
    }
    const region = account.region(name);
    checkResources(region, operation, input, changes);
    checkCaptured(region, operation, input, changes);
    checkObjects(operation, changes);
  };

  const checkResources = (
    region: RegionState,
    operation: string,
    input: object,
    { resources = [], copied }: Changes,
  ) => {
    for (const id of resources) {
      const instance = region.instances.get(id);
      if (instance) {
        const keys = tagKeysIn(input);
        const foreign = keys.filter((key) => !leaseKeys.has(key));
        if (!/Tags$/.test(operation)) breach(3, `${operation} would change the instance ${id}.`);
        // DeleteTags without any key takes all of them.
        else if (keys.length === 0) breach(3, `${operation} would change every tag of ${id}.`);
        else if (foreign.length > 0) breach(3, `${operation} would change ${foreign.join(', ')} of ${id}.`);
        continue;
      }
      const found = region.images.get(id) ?? region.snapshots.get(id);
      if (found ? !isOurs(found) : !canBeOurs(id)) breach(3, `${operation} would change ${id}.`);
      else if (found && !isMadeFrom(account.homeRegion, region.name, found)) {
        breach(3, `${operation} would change ${id} in ${region.name}, which another stack made.`);
      }
    }
    if (!copied) return;
    const source = (copied.region === undefined ? region : account.region(copied.region)).images.get(copied.imageId);
    if (source && !isOurs(source)) breach(3, `${operation} would take ${copied.imageId}, which is not ours.`);
  };

  /**
   * What is stopped, imaged or claimed must be selected. What carries our lease was when that was written, so its capture is
   * brought to its end, whatever people edit; but a lease is no leave to stop what runs.
   */
  const checkCaptured = (region: RegionState, operation: string, input: object, { captured = [] }: Changes): void => {
    if (!isSelected) return;
    const isClaim = operation === 'CreateTags' && tagKeysIn(input).includes(lease);
    for (const id of isClaim ? listIn(input, 'Resources') : captured) {
      const instance = region.instances.get(id);
      if (!instance) continue;
      const tags = tagsOf(instance);
      const isStop = operation === 'StopInstances';
      if (isStop && instance.description.State?.Name !== 'running') continue;
      const isHeld = tags[lease] !== undefined && !isStop;
      if (!isHeld && !isSelected(tags)) breach(3, `${operation} would take ${id}, which no policy selects.`);
    }
  };

  const checkObjects = (operation: string, { objects = [], woken }: Changes): void => {
    for (const at of objects) {
      if (objectAt(at) && !written.has(addressOf(at))) breach(3, `${operation} would replace ${addressOf(at)}.`);
      const imageId = operation === 'DeleteObject' ? onlyArchiveOf(at) : undefined;
      if (imageId !== undefined) breach(9, `${operation} would take ${addressOf(at)}, all that is left of ${imageId}.`);
    }
    const sleeping = woken && objectAt(woken);
    // Whatever holds an image may be restored, whoever has stored it.
    if (woken && sleeping && !sleeping.image) breach(3, `${operation} would wake ${addressOf(woken)}.`);
  };

  /** The image whose archive this is, or the record of it, where the image itself is gone. */
  const onlyArchiveOf = ({ bucket, key }: StoredAt): string | undefined => {
    const stored = objectAt({ bucket, key: key.replace(/\.json$/, '') })?.image;
    const [imageId] = stored ? (/\bami-[0-9a-f]+(?=\.bin)/.exec(key) ?? []) : [];
    const isThere = account.regions().some(({ images }) => images.has(imageId ?? ''));
    return isThere ? undefined : imageId;
  };

  const objectAt = ({ bucket, key }: StoredAt) => account.answering.world.buckets.get(bucket)?.objects.get(key);

  const after = ({ service, operation, input }: AnsweredCall): void => {
    for (const at of changesOf(service, operation, input)?.objects ?? []) written.add(addressOf(at));
  };

  return { before, after };
}

/** Only images and snapshots carry our tags, and of an instance the lease is ours: anything else is somebody's, whatever it is. */
function canBeOurs(id: string): boolean {
  const kind = kindOf(id);
  return kind === 'image' || kind === 'snapshot' || kind === 'instance';
}

function addressOf({ bucket, key }: StoredAt): string {
  return `s3://${bucket}/${key}`;
}
