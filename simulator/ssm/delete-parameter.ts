import type { DeleteParameterCommandInput, DeleteParameterCommandOutput } from '@aws-sdk/client-ssm';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';

export const deleteParameter = operation<DeleteParameterCommandInput, Omit<DeleteParameterCommandOutput, '$metadata'>>({
  parameters: ['Name'],
  act(call, input) {
    const name = required(input.Name, 'Name');
    if (!call.region.parameters.delete(name)) refuse('ParameterNotFound', `Parameter ${name} not found.`);
    return {};
  },
});
