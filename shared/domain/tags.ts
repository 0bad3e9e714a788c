/** Tags as a map: EC2 allows each key once. */
export type Tags = Readonly<Record<string, string>>;

const prefix = 'ami-lifecycle:';

/** Every tag that the system reads or writes; the meanings are in docs/tags.md. */
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
} as const;

/** EC2's limit of user tags on one resource. */
const tagsPerResource = 50;

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
  const ours: Tags = {
    [tagKeys.policy]: input.policyName,
    [tagKeys.source]: input.instanceId,
    [tagKeys.slot]: input.slot,
    [tagKeys.consistency]: input.consistency,
    [tagKeys.state]: 'capturing',
  };
  const chosen: Tags = { ...input.policyTags, ...ours };
  const inherited = Object.entries(input.instanceTags)
    .filter(([key]) => isCopiable(key) && !(key in chosen))
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .slice(0, tagsPerResource - Object.keys(chosen).length);
  return { ...Object.fromEntries(inherited), ...chosen };
}

/** A copy's tags: those of its source image, where it came from, and its own state. */
export function copyTags(sourceTags: Tags, origin: { region: string; imageId: string }): Tags {
  return { ...sourceTags, [tagKeys.origin]: `${origin.region}/${origin.imageId}`, [tagKeys.state]: 'capturing' };
}

/** `aws:` is reserved to AWS, and `ami-lifecycle:` on an instance speaks of the instance. */
function isCopiable(key: string): boolean {
  return !key.startsWith('aws:') && !key.startsWith(prefix);
}

/** Whether an image or snapshot with these tags is the product of this policy, instance and slot. */
export function isProductOf(tags: Tags, product: { policyName: string; instanceId: string; slot: string }): boolean {
  return (
    tags[tagKeys.policy] === product.policyName &&
    tags[tagKeys.source] === product.instanceId &&
    tags[tagKeys.slot] === product.slot
  );
}
