import type { NamedPolicy } from '../shared/domain/policy.ts';

/** What only some policies need: a right that is marked `onlyWhere` is given where one of them does. */
export const needs = {
  'a policy archives': ({ archive }: NamedPolicy) => archive !== undefined,
  'a policy copies under a key': ({ copies }: NamedPolicy) => copies.some(({ kmsKeyId }) => kmsKeyId !== undefined),
  'a policy stops instances': ({ capture }: NamedPolicy) => capture.consistency === 'stop',
} as const satisfies Record<string, (policy: NamedPolicy) => boolean>;

export type Need = keyof typeof needs;

/** The policies' archives, each once; `${ArchiveBucket}` and `${ArchivePrefix}` in a resource stand for each of them. */
export function archivesOf(policies: readonly NamedPolicy[]): { bucket: string; prefix: string }[] {
  const byPlace = new Map(
    policies.flatMap(({ archive }) => {
      if (archive === undefined) return [];
      const { bucket, prefix } = archive;
      return [[`${bucket}/${prefix}`, { bucket, prefix }] as const];
    }),
  );
  return [...byPlace.values()];
}

/** The topics that policies name, each once; `${PolicyTopic}` in a resource stands for each of them. */
export function topicsOf(policies: readonly NamedPolicy[]): string[] {
  return [...new Set(policies.flatMap(({ notify }) => (notify ? [notify.topicArn] : [])))];
}
