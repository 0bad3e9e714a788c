import { describe, expect, it } from 'vitest';
import { calling, callingForMaybe, hasCode } from '../../../shared/aws/aws-errors.ts';

/** As the SDK throws it. */
function refusal(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error('no'), { name: code }));
}

describe('An image that is no longer as it was shown', () => {
  it.each(['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable'])('is looked at again: %s', async (code) => {
    const failed = await calling('ModifyImageAttribute ami-1', refusal(code)).catch((error: unknown) => error);
    expect(failed).toMatchObject({ name: 'AwsUnavailable', disposition: 'retry' });
    expect(hasCode(failed, code)).toBe(true);
  });

  it('is none, where it need not be there', async () => {
    expect(await callingForMaybe('DescribeImages ami-1', refusal('InvalidAMIID.NotFound'))).toBeUndefined();
  });
});
