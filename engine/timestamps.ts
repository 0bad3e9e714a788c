const timestampPattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * The instant of an ISO 8601 extended offset date-time, in epoch milliseconds; `undefined` if it is none. Stricter than
 * `Date.parse`, which lets 31 February pass. Step Functions waits in whole seconds, so fractions are cut off.
 */
export function parseTimestamp(text: string): number | undefined {
  const match = timestampPattern.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second = '00', , zone = 'Z'] = match;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const localMs = Date.parse(`${local}.000Z`);
  if (Number.isNaN(localMs) || !new Date(localMs).toISOString().startsWith(local)) return undefined;
  const instantMs = Date.parse(`${local}.000${zone}`);
  return Number.isNaN(instantMs) ? undefined : instantMs;
}
