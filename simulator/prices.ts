/** List prices of us-east-1 in US dollars; other Regions differ a little. */
export const prices = {
  snapshotGigabyteMonth: 0.05,
  snapshotArchiveGigabyteMonth: 0.0125,
} as const;

/** AWS bills storage by the hour, and a month as thirty days. */
const hoursPerMonth = 30 * 24;

/** What standard snapshots cost, in US dollars, from gigabytes times hours. */
export function snapshotCost(gigabyteHours: number): number {
  return (gigabyteHours / hoursPerMonth) * prices.snapshotGigabyteMonth;
}
