import { describe, expect, it } from 'vitest';
import { calling, callingForMaybe, callingOnShown, hasCode } from '../../../shared/aws/aws-errors.ts';

/** As the SDK throws it. */
function refusal(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error('no'), { name: code }));
}

describe('What is no longer as it was shown', () => {
  it.each(['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable', 'InvalidSnapshot.NotFound', 'IncorrectState'])(
    'is looked at again, where it was just read: %s',
    async (code) => {
      const failed = await callingOnShown('ModifyImageAttribute ami-1', refusal(code)).catch((error: unknown) => error);
      expect(failed).toMatchObject({
        name: 'AwsUnavailable',
        disposition: 'retry',
        message: 'ModifyImageAttribute ami-1: no',
      });
      expect(hasCode(failed, code)).toBe(true);
    },
  );

  it('keeps the code of AWS where nobody was shown it', async () => {
    await expect(calling('DescribeImageReferences', refusal('InvalidAMIID.Unavailable'))).rejects.toMatchObject({
      name: 'InvalidAMIID.Unavailable',
    });
  });

  it('is none, where it need not be there', async () => {
    expect(await callingForMaybe('DescribeImages ami-1', refusal('InvalidAMIID.NotFound'))).toBeUndefined();
  });
});
