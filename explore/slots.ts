/** The slot of an instant: `20261121T0300Z`. */
export function slotAt(atMs: number): string {
  return new Date(atMs)
    .toISOString()
    .replaceAll(/[-:]/g, '')
    .replace(/\d\d\.\d{3}Z$/, 'Z');
}

/** The instant of a slot in epoch milliseconds; NaN for what is none. */
export function slotMs(slot: string): number {
  return Date.parse(slot.replace(/^(....)(..)(..T..)(..)Z$/, '$1-$2-$3:$4:00Z'));
}
