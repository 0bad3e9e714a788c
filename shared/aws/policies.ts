import { GetParameterCommand } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import { LifecycleError } from '../domain/errors.ts';
import { type NamedPolicy, namedPolicySchema, policyNamePattern } from '../domain/policy.ts';
import { shortened, visible } from '../domain/visible.ts';
import { callingForMaybe } from './aws-errors.ts';
import * as clients from './clients.ts';

const mostOfName = 64;

/** The policies that are in force, published as parameters `<prefix><name>`, each the policy as JSON. */
export function policiesIn(region: string, parameterPrefix: string) {
  const ssm = clients.ssm(region);
  return {
    /** @throws PolicyNotFound, PolicyInvalid */
    async find(name: string): Promise<NamedPolicy> {
      const text = policyNamePattern.test(name) ? await read(`${parameterPrefix}${name}`) : undefined;
      if (text === undefined) {
        // It may be a text of any length that somebody wrote into a tag.
        const shown = shortened(visible(name), mostOfName);
        throw new LifecycleError('PolicyNotFound', `No policy is called '${shown}'.`, { policy: shown });
      }
      return parsePolicy(name, text);
    },
  };

  async function read(parameter: string): Promise<string | undefined> {
    const answer = await callingForMaybe(`GetParameter ${parameter}`, () =>
      ssm.send(new GetParameterCommand({ Name: parameter })),
    );
    return answer?.Parameter?.Value;
  }
}

function parsePolicy(name: string, text: string): NamedPolicy {
  const invalid = (problem: string, cause?: unknown): LifecycleError =>
    new LifecycleError('PolicyInvalid', `The policy '${name}' is not valid: ${problem}`, { policy: name }, cause);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw invalid('its parameter holds no JSON', error);
  }
  const parsed = namedPolicySchema.safeParse(content);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
  return parsed.data;
}
