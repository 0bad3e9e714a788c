import * as z from 'zod';

/**
 * A word of a set that AWS extends at will. The SDK's types list the words of its day; a new instance type must not
 * keep an account from being loaded, so any text is taken as one of them.
 */
export const word = <T extends string>(): z.ZodType<T> =>
  z.custom<T>((value) => typeof value === 'string', { error: 'expected string' });

const isoInstant = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * An instant in any form that the AWS CLI prints: ISO 8601 with an offset or `Z`, or epoch seconds. A time without an
 * offset is refused: it would mean something else on each machine.
 */
export const instant = z.union([z.string(), z.number()], { error: 'expected a time' }).transform((value, context) => {
  const isReadable = typeof value === 'number' || isoInstant.test(value);
  const date = new Date(typeof value === 'number' ? value * 1000 : value);
  if (isReadable && Number.isFinite(date.getTime())) return date;
  context.addIssue({
    code: 'custom',
    message: `expected a time as 2026-11-21T03:00:00+00:00 or in epoch seconds, received ${JSON.stringify(value)}`,
  });
  return z.NEVER;
});

/** For the times that the SDK hands on as text, such as an image's CreationDate. */
export const instantText = instant.transform((date) => date.toISOString());

export const text = z.string().optional();
export const flag = z.boolean().optional();
export const amount = z.number().optional();

export const tags = z.array(z.object({ Key: z.string(), Value: z.string().default('') })).optional();
export const stateReason = z.object({ Code: text, Message: text }).optional();
export const productCodes = z
  .array(z.object({ ProductCodeId: text, ProductCodeType: word<'devpay' | 'marketplace'>().optional() }))
  .optional();
