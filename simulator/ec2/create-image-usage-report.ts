import type {
  CreateImageUsageReportCommandInput,
  CreateImageUsageReportCommandOutput,
  ImageUsageReport,
} from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { UsageReportRecord } from '../state.ts';
import { type Call, created } from '../world.ts';
import { madeOnce } from './client-tokens.ts';
import { known } from './identifiers.ts';
import { specifiedTags } from './tags.ts';

const reportDays = 30;
const reportedTypes = [
  'ec2:Instance',
  'ec2:LaunchTemplate',
  'imagebuilder:ImageRecipe',
  'imagebuilder:ContainerRecipe',
];

/** What other accounts do with an image of ours, as it is when the report is asked for. */
export const createImageUsageReport = operation<
  CreateImageUsageReportCommandInput,
  Omit<CreateImageUsageReportCommandOutput, '$metadata'>
>({
  parameters: ['ImageId', 'ResourceTypes', 'AccountIds', 'ClientToken', 'TagSpecifications'],
  act(call, input) {
    const { world, region } = call;
    const image = known('image', region.images, required(input.ImageId, 'ImageId'));
    if (image.description.OwnerId !== world.accountId) {
      refuse('AuthFailure', `Not authorized for image:${image.id}`, 401);
    }
    const types = required(input.ResourceTypes, 'ResourceType').map(({ ResourceType = '' }) => ResourceType);
    const unknown = types.find((type) => !reportedTypes.includes(type));
    if (unknown !== undefined) refuse('InvalidParameterValue', `'${unknown}' is not a resource type of usage reports.`);
    if ((input.AccountIds ?? []).length > 200) refuse('InvalidParameterValue', 'At most 200 accounts can be named.');
    const tags = specifiedTags(input.TagSpecifications, ['image-usage-report']);
    const ReportId = madeOnce(call, input, () => {
      checkQuotas(call, image.id);
      const record = reportFrom(call, input, image.id, types);
      record.description.Tags = tags['image-usage-report'];
      region.usageReports.set(record.id, created<ImageUsageReport, UsageReportRecord>(world, record, call.nowMs));
      return record.id;
    });
    return { ReportId };
  },
});

/** Reports that are under way, of an image and in a Region. AWS documents these quotas, but no code for them. */
function checkQuotas({ region, nowMs }: Call, imageId: string): void {
  const pending = [...region.usageReports.values()].filter(({ settlesAtMs }) => nowMs < settlesAtMs);
  if (pending.length >= 2000 || pending.some(({ description }) => description.ImageId === imageId)) {
    refuse('ResourceLimitExceeded', `Too many image usage reports of ${imageId} or of this account are pending.`);
  }
}

function reportFrom(
  call: Call,
  { ResourceTypes, AccountIds }: CreateImageUsageReportCommandInput,
  ImageId: string,
  types: readonly string[],
): UsageReportRecord {
  const { world, region, nowMs } = call;
  const id = world.newId('amiur');
  const CreationTime = new Date(nowMs);
  const minutes = world.behaviour.usageReportMinutes(world.random.stream('usage-report', id));
  const found = region.foreignUse.filter(
    ({ imageId, accountId, resourceType }) =>
      imageId === ImageId && types.includes(resourceType) && (AccountIds?.includes(accountId) ?? true),
  );
  return {
    id,
    description: {
      ReportId: id,
      ImageId,
      ResourceTypes: copied(ResourceTypes),
      AccountIds: AccountIds && [...AccountIds],
      CreationTime,
      ExpirationTime: new Date(nowMs + reportDays * 86_400_000),
    },
    entries: found.map(({ accountId, resourceType, count }) => ({
      ReportId: id,
      ImageId,
      AccountId: accountId,
      ResourceType: resourceType,
      UsageCount: count,
      ReportCreationTime: CreationTime,
    })),
    settlesAtMs: nowMs + minutes * 60_000,
    fails: call.strikes('usage-report-fails') !== undefined,
  };
}
