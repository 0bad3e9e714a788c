import * as z from 'zod';
import { parts } from './contract.ts';
import type { NamedPolicy } from './policy.ts';

const audienceSchema = z.strictObject({
  accounts: z.array(z.string()),
  organizationArns: z.array(z.string()),
  organizationalUnitArns: z.array(z.string()),
  public: z.boolean(),
});

/** A Region in which an available image is to be had, and by whom. */
export const targetSchema = z.strictObject({
  region: parts.region,
  /** False in the Region where the image was made: there it is only shared. */
  copy: z.boolean(),
  kmsKeyId: z.string().nullable(),
  withinMinutes: z.int().min(15).max(2880).multipleOf(15).nullable(),
  audience: audienceSchema.nullable(),
});

export type Target = z.output<typeof targetSchema>;

/** What is to be done with an image once it is available: shared at home, copied to other Regions and shared there. */
export function targetsOf(policy: Pick<NamedPolicy, 'copies' | 'share'>, homeRegion: string): Target[] {
  const audience = policy.share ?? null;
  const home: Target = { region: homeRegion, copy: false, kmsKeyId: null, withinMinutes: null, audience };
  const copies = policy.copies.map(
    ({ region, kmsKeyId = null, withinMinutes = null }): Target => ({
      region,
      copy: true,
      kmsKeyId,
      withinMinutes,
      audience,
    }),
  );
  return audience ? [home, ...copies] : copies;
}
