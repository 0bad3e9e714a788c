import {
  type EC2Client,
  type ImageUsageReport,
  paginateDescribeImageUsageReportEntries,
  paginateDescribeImageUsageReports,
} from '@aws-sdk/client-ec2';
import type { UsageReport } from '../domain/usage-report.ts';
import { calling, told } from './aws-errors.ts';

/** Both describe calls take so many images at once. */
const imagesAtOnce = 200;

/** What a report must tell of, and all that it can. */
export const reportedTypes = [
  'ec2:Instance',
  'ec2:LaunchTemplate',
  'imagebuilder:ImageRecipe',
  'imagebuilder:ContainerRecipe',
] as const;

/**
 * What reports tell of other accounts. Reports are read before their entries: one that is there has all of them, whereas
 * entries that were read too early would be taken for "nobody".
 * @param images not empty; @param add is told of each use
 * @returns the newest report on each image that has one
 */
export async function readUsageReports(
  ec2: EC2Client,
  images: readonly string[],
  add: (imageId: string | undefined, sentence: string) => void,
): Promise<ReadonlyMap<string, UsageReport>> {
  const newest = new Map<string, UsageReport>();
  /** Since when entries count: a newer report that is there says all that an older one did, if it is still so. */
  const since = new Map<string, number>();
  for (let index = 0; index < images.length; index += imagesAtOnce) {
    const ImageIds = images.slice(index, index + imagesAtOnce);
    await calling('DescribeImageUsageReports', async () => {
      const pages = paginateDescribeImageUsageReports({ client: ec2, pageSize: 500 }, { ImageIds });
      for await (const { ImageUsageReports = [] } of pages) {
        for (const report of ImageUsageReports.filter(isComplete)) note(report, newest, since);
      }
    });
    await calling('DescribeImageUsageReportEntries', async () => {
      const pages = paginateDescribeImageUsageReportEntries({ client: ec2, pageSize: 500 }, { ImageIds });
      for await (const { ImageUsageReportEntries = [] } of pages) {
        for (const {
          AccountId = 'that is not named',
          ResourceType = 'resources',
          ...entry
        } of ImageUsageReportEntries) {
          const ImageId = told(entry.ImageId, 'DescribeImageUsageReportEntries: ImageId');
          const UsageCount = told(entry.UsageCount, 'DescribeImageUsageReportEntries: UsageCount');
          const isOutdated = (entry.ReportCreationTime?.getTime() ?? Infinity) < (since.get(ImageId) ?? 0);
          if (UsageCount > 0 && !isOutdated)
            add(ImageId, `in use by ${UsageCount} ${ResourceType} of account ${AccountId}`);
        }
      }
    });
  }
  return newest;
}

/** People may ask for reports on some accounts or kinds of use alone; such a one proves nothing. */
function isComplete({ AccountIds = [], ResourceTypes = [] }: ImageUsageReport): boolean {
  return (
    AccountIds.length === 0 && reportedTypes.every((type) => ResourceTypes.some((each) => each.ResourceType === type))
  );
}

function note(
  { ImageId: named, State, CreationTime }: ImageUsageReport,
  newest: Map<string, UsageReport>,
  since: Map<string, number>,
): void {
  const ImageId = told(named, 'DescribeImageUsageReports: ImageId');
  const createdAt = told(CreationTime, 'DescribeImageUsageReports: CreationTime').toISOString();
  const state = State === 'available' || State === 'pending' ? State : 'error';
  if (createdAt >= (newest.get(ImageId)?.createdAt ?? '')) newest.set(ImageId, { state, createdAt });
  if (state === 'available') since.set(ImageId, Math.max(since.get(ImageId) ?? 0, CreationTime?.getTime() ?? 0));
}
