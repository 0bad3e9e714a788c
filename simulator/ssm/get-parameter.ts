import type { GetParameterCommandInput, GetParameterCommandOutput } from '@aws-sdk/client-ssm';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';

export const getParameter = operation<GetParameterCommandInput, Omit<GetParameterCommandOutput, '$metadata'>>({
  parameters: ['Name', 'WithDecryption'],
  act(call, input) {
    const name = required(input.Name, 'Name');
    const parameter = call.region.parameters.get(name) ?? refuse('ParameterNotFound', `Parameter ${name} not found.`);
    return {
      Parameter: {
        Name: parameter.name,
        Type: parameter.type,
        Value: parameter.value,
        Version: parameter.version,
        LastModifiedDate: new Date(parameter.lastModifiedAtMs),
        ARN: `arn:aws:ssm:${call.region.name}:${call.world.accountId}:parameter/${name.replace(/^\//, '')}`,
        DataType: parameter.dataType,
      },
    };
  },
});
