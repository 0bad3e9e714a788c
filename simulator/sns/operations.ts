import { publish } from './publish.ts';

export const snsOperations = { Publish: publish };
