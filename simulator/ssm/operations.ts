import { getParameter } from './get-parameter.ts';
import { putParameter } from './put-parameter.ts';

export const ssmOperations = { GetParameter: getParameter, PutParameter: putParameter };
