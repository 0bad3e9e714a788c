/**
 * The slot of an instant: the scheduled minute in UTC, `20261121T0300Z`. Colons are left out because EC2 refuses them
 * in image names.
 * @param instant ISO 8601 with offset or Z
 */
export function slotOf(instant: string): string {
  const iso = new Date(instant).toISOString();
  return `${iso.slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
}

/**
 * The instant of a slot in epoch milliseconds.
 * @throws RangeError for what is no slot: tags of images are in the hands of users
 */
export function slotMs(slot: string): number {
  const [, year, month, day, hour, minute] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z$/.exec(slot) ?? [];
  const atMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}Z`);
  // The parser takes 30 February for 2 March, and 24:00 for the next day.
  if (Number.isNaN(atMs) || new Date(atMs).getUTCDate() !== Number(day))
    throw new RangeError(`'${slot}' is no slot such as 20261121T0300Z`);
  return atMs;
}

/** Whether a text is a slot; people can edit the tags that hold them. */
export function isSlot(text: string | undefined): text is string {
  if (text === undefined) return false;
  try {
    slotMs(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The name of an image and of its copies. It is the idempotency key of CreateImage, which takes no client token: the
 * same policy, instance and slot always come to the same name, and EC2 refuses the second of a name in a Region.
 */
export function imageName(policyName: string, instanceId: string, slot: string): string {
  return `${policyName}/${instanceId}/${slot}`;
}

/**
 * CopyImage's client token. Replays of a token answer with the first image even when that one has failed, so an
 * attempt after a confirmed failure needs a token of its own. At most 64 ASCII characters.
 */
export function copyToken(imageId: string, region: string, attempt: number): string {
  return `${imageId}-to-${region}-${attempt}`;
}
