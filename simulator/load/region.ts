/**
 * The Region of an Availability Zone, a Local Zone (`us-west-2-lax-1a`) or a Wavelength Zone
 * (`us-east-1-wl1-bos-wlz-1`); undefined for a text that is no zone.
 */
export function regionOfZone(zone: string): string | undefined {
  return /^([a-z]+(?:-[a-z]+)+-\d+)(?:[a-z]|-[a-z\d-]+)$/.exec(zone)?.[1];
}

/** The Region that an ARN names; undefined for anything else, such as a key's alias. */
export function regionOfArn(arn: string | undefined): string | undefined {
  return /^arn:[\w-]+:[\w-]+:([a-z]+(?:-[a-z]+)+-\d+):/.exec(arn ?? '')?.[1];
}
