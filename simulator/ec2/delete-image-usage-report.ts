import type { DeleteImageUsageReportCommandInput, DeleteImageUsageReportCommandOutput } from '@aws-sdk/client-ec2';
import { operation, required } from '../operation.ts';
import { reportOf } from './image-usage-report-records.ts';

export const deleteImageUsageReport = operation<
  DeleteImageUsageReportCommandInput,
  Omit<DeleteImageUsageReportCommandOutput, '$metadata'>
>({
  parameters: ['ReportId'],
  act(call, input) {
    const { id } = reportOf(call.region, required(input.ReportId, 'ReportId'), call.nowMs);
    call.region.usageReports.delete(id);
    return { Return: true };
  },
});
