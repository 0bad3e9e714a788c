import type {
  DescribeImageUsageReportEntriesCommandInput,
  DescribeImageUsageReportEntriesCommandOutput,
  ImageUsageReportEntry,
} from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { type FilterTable, filterTest } from '../filters.ts';
import { operation, operationFile } from '../operation.ts';
import { page } from '../paging.ts';
import { chosenReports, presentReport } from './image-usage-report-records.ts';

const filters: FilterTable<ImageUsageReportEntry & { Tags?: undefined }> = {
  'account-id': ({ AccountId }) => AccountId,
  'resource-type': ({ ResourceType }) => ResourceType,
  'creation-time': ({ ReportCreationTime }) => ReportCreationTime?.toISOString(),
};

/** A report that is still pending, or failed, has no entries: the same as one of an image that nobody uses. */
export const describeImageUsageReportEntries = operation<
  DescribeImageUsageReportEntriesCommandInput,
  Omit<DescribeImageUsageReportEntriesCommandOutput, '$metadata'>
>({
  parameters: ['ImageIds', 'ReportIds', 'Filters', 'MaxResults', 'NextToken'],
  act(call, input) {
    const passes = filterTest(filters, input.Filters, operationFile(call.service, call.operation));
    const { ids, nextToken } = page(call, input, { idsGiven: undefined, least: 1, most: 500, unasked: 500 }, () =>
      chosenReports(call, input)
        .filter((record) => presentReport(call, record).State === 'available')
        .flatMap(({ id, entries }) => entries.flatMap((entry, index) => (passes(entry) ? [`${id} ${index}`] : []))),
    );
    const ImageUsageReportEntries = ids.flatMap((key) => {
      const [id = '', index] = key.split(' ');
      const entry = call.region.usageReports.get(id)?.entries[Number(index)];
      return entry ? [copied(entry)] : [];
    });
    return { ImageUsageReportEntries, ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});
