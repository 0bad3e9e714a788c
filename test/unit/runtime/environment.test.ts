import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { readEnvironment, variables } from '../../../shared/runtime/environment.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a function's environment", () => {
  it('is read as far as the function asks for it', () => {
    vi.stubEnv('AWS_REGION', 'eu-south-1');
    vi.stubEnv('WORK_BUCKET', 'work');
    expect(readEnvironment({ AWS_REGION: variables.AWS_REGION })).toEqual({ AWS_REGION: 'eu-south-1' });
  });

  it('needs no topic', () => {
    vi.stubEnv('NOTIFICATION_TOPIC_ARN', undefined);
    const { NOTIFICATION_TOPIC_ARN } = variables;
    expect(readEnvironment({ NOTIFICATION_TOPIC_ARN })).toEqual({ NOTIFICATION_TOPIC_ARN: '' });
  });

  it('that lacks something is refused at once, with all names that are missing', () => {
    vi.stubEnv('AWS_REGION', undefined);
    vi.stubEnv('WORK_BUCKET', '');
    const { AWS_REGION, WORK_BUCKET } = variables;
    const reading = () => readEnvironment({ AWS_REGION, WORK_BUCKET });
    expect(reading).toThrow(/environment is incomplete/);
    expect(reading).toThrow(/AWS_REGION/);
    expect(reading).toThrow(/WORK_BUCKET/);
  });

  it.each(['ami-lifecycle/policies/', '/ami-lifecycle/policies'])('refuses the policy prefix %s', (prefix) => {
    vi.stubEnv('POLICY_PREFIX', prefix);
    expect(() => readEnvironment({ POLICY_PREFIX: variables.POLICY_PREFIX })).toThrow(/POLICY_PREFIX/);
  });

  it('does not tell the value that it refuses', () => {
    vi.stubEnv('TOKEN', 'hush-hush');
    const reading = () => readEnvironment({ TOKEN: z.string().regex(/^\d+$/) });
    expect(reading).toThrow(/TOKEN/);
    expect(reading).not.toThrow(/hush-hush/);
  });
});
