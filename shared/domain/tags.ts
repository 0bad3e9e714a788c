/** Tags as a map: EC2 allows each key once. */
export type Tags = Readonly<Record<string, string>>;

const prefix = 'ami-lifecycle:';

/** Every tag that the system reads or writes. */
export const tagKeys = {
  policy: `${prefix}policy`,
  skip: `${prefix}skip`,
  stoppedBy: `${prefix}stopped-by`,
  restartBy: `${prefix}restart-by`,
  source: `${prefix}source`,
  slot: `${prefix}slot`,
  consistency: `${prefix}consistency`,
  origin: `${prefix}origin`,
  state: `${prefix}state`,
  hold: `${prefix}hold`,
  retiringSince: `${prefix}retiring-since`,
  rung: `${prefix}rung`,
  archivedTo: `${prefix}archived-to`,
  audience: `${prefix}audience`,
  sourceGoneSince: `${prefix}source-gone-since`,
  orphanedSince: `${prefix}orphaned-since`,
} as const;

/** AWS's own tag on the members of an Auto Scaling group. */
export const autoScalingGroupKey = 'aws:autoscaling:groupName';

interface TagMeaning {
  on: string;
  writer: 'you' | 'the system';
  meaning: string;
}

/** What each tag means, for docs/reference.md. */
export const tagMeanings: Readonly<Record<keyof typeof tagKeys, readonly TagMeaning[]>> = {
  policy: [
    { on: 'instance', writer: 'you', meaning: 'which policies select it, with spaces between them' },
    { on: 'image, snapshot', writer: 'the system', meaning: 'the policy that it was made for' },
  ],
  skip: [{ on: 'instance', writer: 'you', meaning: 'leave it alone; the value is the reason' }],
  stoppedBy: [
    { on: 'instance', writer: 'the system', meaning: 'the execution that stopped it and will start it again' },
  ],
  restartBy: [
    { on: 'instance', writer: 'the system', meaning: 'by when it must run again, and which launch of it was stopped' },
  ],
  source: [{ on: 'image, snapshot', writer: 'the system', meaning: 'the instance that it is an image of' }],
  slot: [{ on: 'image, snapshot', writer: 'the system', meaning: 'the scheduled time of its capture' }],
  consistency: [
    {
      on: 'image, snapshot',
      writer: 'the system',
      meaning: '`stopped` or `rebooted`: after a clean shutdown; `crash`: of a running system',
    },
  ],
  origin: [
    {
      on: 'copy, restored image, their snapshots',
      writer: 'the system',
      meaning: 'the Region and image that it was made from: by it a stack knows its own',
    },
  ],
  state: [{ on: 'image', writer: 'the system', meaning: '`capturing`, `complete`, then `retiring`' }],
  hold: [
    { on: 'image', writer: 'you', meaning: 'never retire it; the value is the reason' },
    { on: 'snapshot', writer: 'you', meaning: 'never delete it, nor deregister its image; the value is the reason' },
    { on: 'restored image', writer: 'the system', meaning: 'what was restored is kept until you take the tag away' },
  ],
  retiringSince: [{ on: 'image', writer: 'the system', meaning: 'when it began to be retired' }],
  rung: [
    {
      on: 'image',
      writer: 'the system',
      meaning: 'the last step of its retirement, since when, and `by-hand` where a person took it',
    },
  ],
  archivedTo: [{ on: 'image', writer: 'the system', meaning: 'the object in S3, once it is verified' }],
  audience: [
    {
      on: 'image',
      writer: 'the system',
      meaning: 'a digest of whom it is shared with; `unsettled` while that changes',
    },
  ],
  sourceGoneSince: [
    { on: 'image', writer: 'the system', meaning: 'since when its instance is known to be terminated' },
  ],
  orphanedSince: [
    {
      on: 'snapshot',
      writer: 'the system',
      meaning: 'since when it is seen to belong to no image: its grace has begun',
    },
  ],
};

/** EC2's limit of tags on a resource; those of AWS itself do not count. */
const mostTags = 50;

/** Some are kept for ours, as more of them come in the life of an image. */
const ownTags = 14;
export const othersTags = mostTags - ownTags;

/** Which pictures of the disks an image holds: after a clean stop, after a reboot by EC2, or of a running system. */
export type Consistency = 'stopped' | 'rebooted' | 'crash';

interface ImageTagsInput {
  policyName: string;
  instanceId: string;
  slot: string;
  consistency: Consistency;
  policyTags: Tags;
  /** The tags of the instance, if the policy wants them on its images; else empty. */
  instanceTags: Tags;
}

/**
 * The tags that an image and its snapshots are created with. Where all do not fit into EC2's fifty, the instance's own
 * give way, last in alphabetical order first: ours carry the safety of everything that follows.
 */
export function imageTags(input: ImageTagsInput): Tags {
  return {
    ...filledUp(input.policyTags, input.instanceTags),
    [tagKeys.policy]: input.policyName,
    [tagKeys.source]: input.instanceId,
    [tagKeys.slot]: input.slot,
    [tagKeys.consistency]: input.consistency,
    [tagKeys.state]: 'capturing',
  };
}

/** What an image is born with and passes on; all else that we write on it speaks of that one image. */
const inherited: readonly string[] = [tagKeys.policy, tagKeys.source, tagKeys.slot, tagKeys.consistency];

/** A copy's tags: those of its source image, where it came from, and its own state. People may have added some since. */
export function copyTags(sourceTags: Tags, origin: { region: string; imageId: string }): Tags {
  const ours = Object.entries(sourceTags).filter(([key]) => inherited.includes(key));
  return {
    ...filledUp({}, sourceTags),
    ...Object.fromEntries(ours),
    [tagKeys.origin]: `${origin.region}/${origin.imageId}`,
    [tagKeys.state]: 'capturing',
  };
}

/** What a restored image carries beside what it carried when it was archived. */
interface Restoration {
  origin: string;
  archivedTo: string;
  /** Why it must not be retired: its slot is of old, so by its policy it would go at once. */
  hold: string;
}

/**
 * A restored image's tags. They win over those that its object has kept, so that nothing of its former retirement is left.
 */
export function restoredTags(archivedTags: Tags, { origin, archivedTo, hold }: Restoration): Tags {
  const ours = Object.entries(archivedTags).filter(([key]) => inherited.includes(key));
  return {
    ...filledUp({}, archivedTags),
    ...Object.fromEntries(ours),
    [tagKeys.origin]: origin,
    [tagKeys.archivedTo]: archivedTo,
    [tagKeys.hold]: hold,
    [tagKeys.state]: 'capturing',
  };
}

/** The chosen tags, and as many of the others as there is room for; never those that speak for AWS or for us. */
function filledUp(chosen: Tags, others: Tags): Tags {
  const fitting = Object.entries(others)
    .filter(([key]) => isCopiable(key) && !Object.hasOwn(chosen, key))
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .slice(0, Math.max(0, othersTags - Object.keys(chosen).length));
  return { ...Object.fromEntries(fitting), ...chosen };
}

/** What `ami-lifecycle:` says on an instance speaks of the instance. */
function isCopiable(key: string): boolean {
  return !isReserved(key) && !key.startsWith(prefix);
}

/** Only AWS writes tags that begin so. */
function isReserved(key: string): boolean {
  return key.startsWith('aws:');
}

/** Whether the two tags of a lease fit on an instance beside its own. One that carries a lease has room for the next. */
export function hasRoomForLease(tags: Tags): boolean {
  const lease: readonly string[] = [tagKeys.stoppedBy, tagKeys.restartBy];
  const others = Object.keys(tags).filter((key) => !isReserved(key) && !lease.includes(key));
  return others.length + lease.length <= mostTags;
}

/** Where something of an account is looked at, and where the stack is that looks. */
export interface Place {
  region: string;
  homeRegion: string;
}

/**
 * Whether an image or snapshot with these tags is one that this stack has made: another stack of the account may copy into this
 * Region, or have its home here, under a policy of the same name. Only what is captured at home says no origin; copies say the
 * home of their stack, and so does what is restored of its archives.
 */
export function isOfStack(tags: Tags, { region, homeRegion }: Place): boolean {
  const origin = tags[tagKeys.origin];
  return origin === undefined ? region === homeRegion : origin.startsWith(`${homeRegion}/`);
}

/** Why an image or snapshot with these tags is none of ours to take from anybody; undefined where it is. */
export function foreignTo(tags: Tags, policyName: string, place: Place): string | undefined {
  if (tags[tagKeys.policy] !== policyName || tags[tagKeys.source] === undefined) {
    return 'its tags do not say that it is of this policy';
  }
  return isOfStack(tags, place) ? undefined : notOfStack;
}

export const notOfStack = `its tag ${tagKeys.origin} does not say that this stack made it`;

/** What tells one capture from all others. */
export interface Product {
  policyName: string;
  instanceId: string;
  slot: string;
}

/** Whether an image or snapshot with these tags is the product of this policy, instance and slot. */
export function isProductOf(tags: Tags, product: Product): boolean {
  return (
    tags[tagKeys.policy] === product.policyName &&
    tags[tagKeys.source] === product.instanceId &&
    tags[tagKeys.slot] === product.slot
  );
}
