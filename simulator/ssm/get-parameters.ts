import type { GetParametersCommandInput, GetParametersCommandOutput } from '@aws-sdk/client-ssm';
import { operation, required } from '../operation.ts';
import { printed } from './get-parameter.ts';

/** Names that there are not are no error here, but stand in the answer. */
export const getParameters = operation<GetParametersCommandInput, Omit<GetParametersCommandOutput, '$metadata'>>({
  parameters: ['Names', 'WithDecryption'],
  act(call, input) {
    const names = required(input.Names, 'Names');
    const found = names.flatMap((name) => call.region.parameters.get(name) ?? []);
    return {
      Parameters: found.map((parameter) => printed(call, parameter)),
      InvalidParameters: names.filter((name) => !call.region.parameters.has(name)),
    };
  },
});
