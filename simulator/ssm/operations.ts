import { deleteParameter } from './delete-parameter.ts';
import { getParameter } from './get-parameter.ts';
import { getParameters } from './get-parameters.ts';
import { putParameter } from './put-parameter.ts';

export const ssmOperations = {
  DeleteParameter: deleteParameter,
  GetParameter: getParameter,
  GetParameters: getParameters,
  PutParameter: putParameter,
};
