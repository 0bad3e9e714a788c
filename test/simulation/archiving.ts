import { home, type Server, type ServerOptions, server } from '../../explore/servers.ts';
import { type Tags, tagsOf } from '../../explore/witness.ts';
import type { NamedPolicy } from '../../shared/domain/policy.ts';
import type { Fault } from '../../simulator/faults.ts';
import type { Bucket, StoredObject } from '../../simulator/state.ts';
import { hang, impatient } from './retiring.ts';
import { type Beginning, given, type Story } from './story.ts';

export const noon = '2026-11-21T12:00:00Z';
export const vaultName = 'my-ami-archive';

/** The policy gold, which archives the image of every day that is over, and keeps two. */
export function archiving(
  archive: Readonly<Record<string, unknown>> = {},
  fields: Readonly<Record<string, unknown>> = {},
): NamedPolicy {
  return impatient({ archive: { bucket: vaultName, prefix: 'gold/', when: { daily: 30 }, ...archive }, ...fields });
}

export interface ArchiveStory extends Story {
  vault: Bucket;
}

/** A story at noon, with a bucket for archives. */
export async function givenVault(beginning: Partial<Beginning> & { vaultRegion?: string } = {}): Promise<ArchiveStory> {
  const { vaultRegion = home, ...rest } = beginning;
  const story = await given({ at: noon, policies: [archiving()], servers: [server('web')], ...rest });
  return { ...story, vault: story.account.createBucket(vaultName, vaultRegion) };
}

/** A server whose volumes are so large; only its images are of interest. */
export function sized(name: string, gigabytes: number, options: ServerOptions = {}): Server {
  const { volumes, ...rest } = server(name, options);
  return { ...rest, volumes: volumes.map((volume) => ({ ...volume, Size: gigabytes })) };
}

/** One image of a server, of a night that is over. */
export function hangOne(story: Story, of: Server, hanging: Parameters<typeof hang>[3] = {}, slot = '20261119T0300Z') {
  const [imageId = ''] = hang(story, of, [slot], hanging);
  return { imageId, key: `gold/${imageId}.bin`, url: `s3://${vaultName}/gold/${imageId}.bin` };
}

/** How an execution came to its end. */
export interface Ended {
  status: string;
  error: string;
  cause: string;
  output: unknown;
  elapsedMs: number;
}

/** Lets time pass until that execution is over. */
export async function ended({ stack, clock }: Story, arn: string): Promise<Ended> {
  do await clock.run(clock.now() + 60_000);
  while (stack.engine.describeExecution(arn).status === 'RUNNING');
  const { status, error = '', cause = '', output, startDate, stopDate } = stack.engine.describeExecution(arn);
  return { status, error, cause, output, elapsedMs: (stopDate?.getTime() ?? 0) - startDate.getTime() };
}

/** Archives one image by hand. */
export function archiveNow(story: Story, imageId: string, storageClass = 'STANDARD'): Promise<Ended> {
  return ended(story, beginArchive(story, imageId, storageClass));
}

export function beginArchive({ stack }: Story, imageId: string, storageClass = 'STANDARD'): string {
  return stack.archive({ imageId, archive: { bucket: vaultName, prefix: 'gold/', storageClass } });
}

/** Restores by hand from the vault. */
export function restoreNow(story: Story, key: string, name?: string): Promise<Ended> {
  return ended(story, story.stack.restore({ bucket: vaultName, key, ...(name === undefined ? {} : { name }) }));
}

/** The tags of an image as they are, whoever it belongs to. */
export function tagsOfImage({ account }: Story, imageId: string): Tags {
  return tagsOf(account.region(home).images.get(imageId)?.description.Tags);
}

/** What is in the vault, whatever it is. */
export function stored({ vault }: ArchiveStory, key: string): StoredObject {
  const object = vault.objects.get(key);
  if (!object) throw new Error(`There is no ${key} in the vault.`);
  return object;
}

/** Uploads that were begun and are neither complete nor aborted: S3 charges for their parts for ever. */
export function unfinishedUploads({ account }: Story): string[] {
  return [...account.region(home).multipartUploads.values()].map(({ object }) => object.key);
}

/** Faults with a name for each, as a test wants them. */
export function named(faults: readonly Fault[]): [string, Fault][] {
  return faults.map((fault) => [`${fault.fault} ${fault.function ?? fault.operation}`, fault]);
}

/** Takes an image away with its snapshots, as a person would. */
export function removeImage({ account }: Story, imageId: string): void {
  account.call('ec2', 'DeregisterImage', { ImageId: imageId, DeleteAssociatedSnapshots: true });
}
