/** List prices of us-east-1 in US dollars; other Regions differ a little. */
export const prices = {
  snapshotGigabyteMonth: 0.05,
} as const;
