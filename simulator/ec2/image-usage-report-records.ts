import type { ImageUsageReport } from '@aws-sdk/client-ec2';
import { refuse } from '../service-failure.ts';
import type { RegionState, UsageReportRecord } from '../state.ts';
import { type Call, seen } from '../world.ts';

/** The reports that a request names, or all; one that is unknown, too new to be seen or expired ends the operation. */
export function chosenReports(
  call: Call,
  input: { ReportIds?: string[] | undefined; ImageIds?: string[] | undefined },
): UsageReportRecord[] {
  const { usageReports } = call.region;
  const named = input.ReportIds && [...new Set(input.ReportIds)].map((id) => reportOf(call.region, id, call.nowMs));
  for (const record of named ?? []) if (!seen(call, record)) refuseUnknownReport(record.id);
  const isWanted = ({ description: { ImageId = '' } }: UsageReportRecord) => input.ImageIds?.includes(ImageId) ?? true;
  if (named) return named.filter(isWanted);
  return [...usageReports.values()].filter((each) => isWanted(each) && seen(call, each) && !isExpired(each, call));
}

export function reportOf(region: RegionState, id: string, nowMs: number): UsageReportRecord {
  const record = region.usageReports.get(id);
  return record && !isExpired(record, { nowMs }) ? record : refuseUnknownReport(id);
}

/** The report as it is now: its state is a matter of time alone. */
export function presentReport(call: Call, record: UsageReportRecord): ImageUsageReport {
  if (call.nowMs < record.settlesAtMs) return { ...record.description, State: 'pending' };
  if (!record.fails) return { ...record.description, State: 'available' };
  return { ...record.description, State: 'error', StateReason: 'The report could not be created.' };
}

function isExpired({ description }: UsageReportRecord, { nowMs }: { nowMs: number }): boolean {
  return nowMs >= (description.ExpirationTime?.getTime() ?? 0);
}

/** AWS documents no code for this; the name follows its others. */
function refuseUnknownReport(id: string): never {
  return refuse('InvalidImageUsageReportId.NotFound', `There is no image usage report ${id}.`);
}
