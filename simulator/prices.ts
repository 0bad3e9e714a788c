/** List prices of us-east-1 in US dollars; other Regions differ a little. */
export const prices = {
  snapshotGigabyteMonth: 0.05,
  /** By storage class; what it costs to write, wake and read objects is not in it. */
  objectGigabyteMonth: {
    STANDARD: 0.023,
    REDUCED_REDUNDANCY: 0.023,
    INTELLIGENT_TIERING: 0.023,
    STANDARD_IA: 0.0125,
    ONEZONE_IA: 0.01,
    GLACIER_IR: 0.004,
    GLACIER: 0.0036,
    DEEP_ARCHIVE: 0.00099,
  },
} as const;
