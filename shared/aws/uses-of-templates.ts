import {
  type EC2Client,
  type LaunchTemplateVersion,
  paginateDescribeLaunchTemplateVersions,
} from '@aws-sdk/client-ec2';
import { calling, hasCode, told } from './aws-errors.ts';

/** What is asked about. Who mounts a snapshot tells whatever image he launches from, be it not even known. */
export type Subject = 'images' | 'snapshots';

/** What somebody launches: from an image, and with data disks that are made of snapshots. Either may be left out. */
export interface Launch {
  ImageId?: string | undefined;
  BlockDeviceMappings?: readonly { Ebs?: { SnapshotId?: string | undefined } | undefined }[] | undefined;
}

/** Takes note of one who needs what is launched: `in use by …`. */
export type Add = (launch: Launch, sentence: string) => void;

interface Template {
  LaunchTemplateId?: string | undefined;
  LaunchTemplateName?: string | undefined;
}

interface Specification extends Template {
  /** A number, `$Default` or `$Latest`; without one it is the default version. */
  Version?: string | undefined;
}

/** A version of a launch template by which somebody launches. */
export interface NamedVersion {
  /** In words: `Auto Scaling group farm`. */
  user: string;
  specification: Specification;
}

/** What is kept of a version. All else may be large, such as user data of 16 KB, and there may be thousands. */
interface ReadVersion {
  LaunchTemplateId: string;
  VersionNumber: number;
  launch: Launch;
}

/** Versions that were read: by template and number, and by template and `$Default` or `$Latest`. */
export type ReadVersions = Map<string, ReadVersion>;

/** The versions of every template that are launched where no version is named: they may be older than the depth. */
export async function addTemplates(ec2: EC2Client, subject: Subject, add: Add): Promise<ReadVersions> {
  const read: ReadVersions = new Map();
  await readVersions(ec2, subject, { versions: ['$Default', '$Latest'], read });
  // In the words of DescribeImageReferences, which finds most of them, too: a template is named once.
  for (const { LaunchTemplateId, launch } of new Set(read.values())) {
    add(launch, `in use by launch template ${LaunchTemplateId}`);
  }
  return read;
}

/**
 * What groups and fleets launch. Most name a version that was read before; of every other template, all the wanted versions are
 * read at once. `read` is what `addTemplates` read.
 */
export async function addNamedVersions(
  ec2: EC2Client,
  subject: Subject,
  { named, read }: { named: readonly NamedVersion[]; read: ReadVersions },
  add: Add,
): Promise<void> {
  const unread = named.filter(({ specification }) => !read.has(keyOf(specification)));
  const byTemplate = Map.groupBy(unread, ({ specification }) => keyOf({ ...specification, Version: '' }));
  for (const [first, ...others] of byTemplate.values()) {
    if (!first) continue;
    const { LaunchTemplateId, LaunchTemplateName } = first.specification;
    const template = LaunchTemplateId === undefined ? { LaunchTemplateName } : { LaunchTemplateId };
    const versions = new Set([first, ...others].map(({ specification: { Version = '$Default' } }) => Version));
    await readVersions(ec2, subject, { template, versions: [...versions], read });
  }
  for (const { user, specification } of named) {
    // Somebody may name a version that is gone: it launches nothing.
    const version = read.get(keyOf(specification));
    if (!version) continue;
    const { LaunchTemplateId, VersionNumber, launch } = version;
    const through = `launch template ${LaunchTemplateId} version ${VersionNumber}`;
    add(launch, `in use by ${user} through ${through}`);
  }
}

interface Wanted {
  /** Without one: every template, of which `$Default` and `$Latest` alone can be asked. */
  template?: Template;
  versions: readonly string[];
  read: ReadVersions;
}

async function readVersions(ec2: EC2Client, subject: Subject, wanted: Wanted): Promise<void> {
  const { template = {}, versions, read } = wanted;
  // It takes a right to the parameter that a version names, and a single one that is gone keeps the answer on all others back.
  const ResolveAlias = subject === 'images';
  const what = [template.LaunchTemplateId ?? template.LaunchTemplateName ?? 'of every template', ...versions].join(' ');
  try {
    await calling(`DescribeLaunchTemplateVersions ${what}`, async () => {
      const pages = paginateDescribeLaunchTemplateVersions(
        { client: ec2, pageSize: 200 },
        { ...template, Versions: [...versions], ResolveAlias },
      );
      for await (const page of pages) for (const version of page.LaunchTemplateVersions ?? []) note(version, read);
    });
  } catch (error) {
    if (!hasCode(error, 'InvalidLaunchTemplateId.VersionNotFound', ...goneTemplate)) throw error;
    // One version that is gone keeps the answer on all others back.
    if (versions.length === 1 || hasCode(error, ...goneTemplate)) return;
    for (const version of versions) await readVersions(ec2, subject, { ...wanted, versions: [version] });
  }
}

const goneTemplate = ['InvalidLaunchTemplateId.NotFound', 'InvalidLaunchTemplateName.NotFoundException'];

function note(version: LaunchTemplateVersion, read: ReadVersions): void {
  const { LaunchTemplateName, DefaultVersion } = version;
  const LaunchTemplateId = told(version.LaunchTemplateId, 'DescribeLaunchTemplateVersions: LaunchTemplateId');
  const VersionNumber = told(version.VersionNumber, 'DescribeLaunchTemplateVersions: VersionNumber');
  const { ImageId, BlockDeviceMappings } = version.LaunchTemplateData ?? {};
  const kept = { LaunchTemplateId, VersionNumber, launch: { ImageId, BlockDeviceMappings } };
  for (const template of [{ LaunchTemplateId }, { LaunchTemplateName }]) {
    const keep = (Version: string) => read.set(keyOf({ ...template, Version }), kept);
    keep(String(VersionNumber));
    if (DefaultVersion) keep('$Default');
    // Numbers only grow, and whoever asks for a template's newest version gets it, whatever other versions come with it.
    const newest = read.get(keyOf({ ...template, Version: '$Latest' }))?.VersionNumber ?? 0;
    if (VersionNumber >= newest) keep('$Latest');
  }
}

/** Names hold no spaces, so none can be taken for an ID. */
function keyOf({ LaunchTemplateId, LaunchTemplateName, Version = '$Default' }: Specification): string {
  return `${LaunchTemplateId ?? `named ${LaunchTemplateName}`} ${Version}`;
}
