/* Writes the JSON Schema of policy files, for editors. Run it after a change of the policy's schema: `npm run docs`. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { policyJsonSchema } from '../cli/policies/json-schema.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = fileURLToPath(new URL('../policies/policy.schema.json', import.meta.url));

writeFileSync(file, `${JSON.stringify(policyJsonSchema(), null, 2)}\n`);
// Every file of the repository is formatted, also those that are written for it.
execFileSync(process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'format', '--write', file], { cwd: root });
console.log('wrote policies/policy.schema.json');
