import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds functions/, statemachines/ and policies/. */
export const projectDirectory = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
