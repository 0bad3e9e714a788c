import { refuse } from '../service-failure.ts';

interface Kind {
  prefix: string;
  malformed: string;
  notFound: string;
  /** The sentence of NotFound for one or several quoted identifiers. */
  sentence(ids: readonly string[]): string;
}

const kinds = {
  instance: {
    prefix: 'i',
    malformed: 'InvalidInstanceID.Malformed',
    notFound: 'InvalidInstanceID.NotFound',
    sentence: (ids) =>
      ids.length === 1
        ? `The instance ID '${ids.join()}' does not exist`
        : `The instance IDs '${ids.join(', ')}' do not exist`,
  },
  volume: {
    prefix: 'vol',
    malformed: 'InvalidVolumeID.Malformed',
    notFound: 'InvalidVolume.NotFound',
    sentence: (ids) => `The volume '${ids.join(', ')}' does not exist.`,
  },
  image: {
    prefix: 'ami',
    malformed: 'InvalidAMIID.Malformed',
    notFound: 'InvalidAMIID.NotFound',
    sentence: (ids) => `The image id '[${ids.join(', ')}]' does not exist`,
  },
  snapshot: {
    prefix: 'snap',
    malformed: 'InvalidSnapshotID.Malformed',
    notFound: 'InvalidSnapshot.NotFound',
    sentence: (ids) => `The snapshot '${ids.join(', ')}' does not exist.`,
  },
} satisfies Record<string, Kind>;

export type ResourceKind = keyof typeof kinds;

/** The kind of a resource by its identifier's prefix; undefined for kinds that are not simulated. */
export function kindOf(id: string): ResourceKind | undefined {
  if (id.startsWith('i-')) return 'instance';
  if (id.startsWith('ami-')) return 'image';
  if (id.startsWith('snap-')) return 'snapshot';
  return id.startsWith('vol-') ? 'volume' : undefined;
}

/** Ends the operation for identifiers that lead nowhere: Malformed if one could never be, else NotFound for all. */
export function refuseUnknown(kind: ResourceKind, ids: readonly string[]): never {
  const { prefix, malformed, notFound, sentence } = kinds[kind];
  const shape = new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`);
  const bad = ids.find((id) => !shape.test(id));
  if (bad !== undefined) refuse(malformed, `Invalid id: "${bad}" (expecting "${prefix}-...")`);
  return refuse(notFound, sentence(ids));
}

/** The resource under that identifier; otherwise the operation ends with NotFound or Malformed. */
export function known<Found>(kind: ResourceKind, map: ReadonlyMap<string, Found>, id: string): Found {
  return map.get(id) ?? refuseUnknown(kind, [id]);
}

/** The ARN as tag events and IAM have it: images and snapshots carry no account. */
export function arnOf(kind: ResourceKind, id: string, region: string, accountId: string): string {
  const owner = kind === 'image' || kind === 'snapshot' ? '' : accountId;
  return `arn:aws:ec2:${region}:${owner}:${kind}/${id}`;
}
