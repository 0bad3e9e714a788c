import type { PutParameterCommandInput, PutParameterCommandOutput } from '@aws-sdk/client-ssm';
import { operation, required } from '../operation.ts';
import { refuse } from '../service-failure.ts';

/** Characters of a value: a standard parameter, and an advanced one, which longer values need. */
const standardLength = 4096;
const advancedLength = 8192;
/** Parameter Store keeps 100 versions, the current one among them. */
const earlierVersionsKept = 99;

export const putParameter = operation<PutParameterCommandInput, Omit<PutParameterCommandOutput, '$metadata'>>({
  parameters: ['Name', 'Value', 'Type', 'Overwrite', 'Description', 'Tier', 'DataType'],
  act(call, input) {
    const name = required(input.Name, 'Name');
    const value = required(input.Value, 'Value');
    const existing = call.region.parameters.get(name);
    if (existing && input.Overwrite !== true) {
      refuse(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option.',
      );
    }
    const isAdvanced = input.Tier === 'Advanced' || input.Tier === 'Intelligent-Tiering';
    if (value.length > (isAdvanced ? advancedLength : standardLength)) {
      refuse('ValidationException', `The value of ${name} is too long for its tier: ${value.length} characters.`);
    }
    const version = (existing?.version ?? 0) + 1;
    const type = input.Type ?? existing?.type ?? 'String';
    const dataType = input.DataType === 'aws:ec2:image' ? input.DataType : 'text';
    // The true service checks the image a little later and tells of a bad one by an event; here it must be well-formed.
    if (dataType === 'aws:ec2:image' && !/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(value)) {
      refuse('ValidationException', `The value of ${name} is no image ID: ${value}.`);
    }
    const earlierValues = existing ? [...existing.earlierValues, existing.value].slice(-earlierVersionsKept) : [];
    const lastModifiedAtMs = call.nowMs;
    call.region.parameters.set(name, { name, value, type, dataType, version, earlierValues, lastModifiedAtMs });
    return { Version: version, Tier: isAdvanced ? 'Advanced' : 'Standard' };
  },
});
