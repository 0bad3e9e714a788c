import type { GetParameterCommandInput, GetParameterCommandOutput, Parameter } from '@aws-sdk/client-ssm';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';
import type { StoredParameter } from '../state.ts';
import type { Call } from '../world.ts';

export const getParameter = operation<GetParameterCommandInput, Omit<GetParameterCommandOutput, '$metadata'>>({
  parameters: ['Name', 'WithDecryption'],
  act(call, input) {
    const name = required(input.Name, 'Name');
    const parameter = call.region.parameters.get(name) ?? refuse('ParameterNotFound', `Parameter ${name} not found.`);
    return { Parameter: printed(call, parameter) };
  },
});

export function printed({ region, world }: Call, parameter: StoredParameter): Parameter {
  return {
    Name: parameter.name,
    Type: parameter.type,
    Value: parameter.value,
    Version: parameter.version,
    LastModifiedDate: new Date(parameter.lastModifiedAtMs),
    ARN: `arn:aws:ssm:${region.name}:${world.accountId}:parameter/${parameter.name.replace(/^\//, '')}`,
    DataType: parameter.dataType,
  };
}
