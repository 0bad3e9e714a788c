import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { type Bundle, bundleFunctions } from '../deploy/bundle.ts';
import { inProject } from '../deploy/names.ts';

/** One function as it ships, beside the same as people usually bundle: `esbuild --bundle --platform=node`. */
export interface ColdImport {
  folder: string;
  shipped: { kibibytes: number; milliseconds: number };
  naive: { kibibytes: number; milliseconds: number };
}

export interface BundleFigures {
  /** Largest first. */
  sizes: { folder: string; kibibytes: number }[];
  imports: ColdImport[];
  /** How often each was imported. */
  runs: number;
}

const runs = 21;
const run = promisify(execFile);
/** What handlers read when they are loaded. */
const variables = { AWS_REGION: 'eu-west-1', WORK_BUCKET: 'b', POLICY_PREFIX: '/p/', NOTIFICATION_TOPIC_ARN: '' };

/** Bundles all functions, and imports the largest and the one in the middle in fresh processes. */
export async function measureBundles(): Promise<BundleFigures> {
  const bundles = (await bundleFunctions()).toSorted((left, right) => right.content.length - left.content.length);
  const imports: ColdImport[] = [];
  for (const bundle of [bundles[0], bundles[bundles.length >> 1]]) if (bundle) imports.push(await coldImport(bundle));
  const sizes = bundles.map(({ folder, content }) => ({ folder, kibibytes: content.length / 1024 }));
  return { sizes, imports, runs };
}

async function coldImport({ folder, content }: Bundle): Promise<ColdImport> {
  const { outputFiles } = await build({
    entryPoints: [inProject('functions', folder, 'handler.ts')],
    ...{ bundle: true, platform: 'node', format: 'cjs', write: false, logLevel: 'warning' },
  });
  const naive = outputFiles[0]?.contents ?? new Uint8Array();
  const directory = await mkdtemp(join(tmpdir(), 'ami-lifecycle-bundles-'));
  try {
    const [shippedFile, naiveFile] = [join(directory, 'shipped.mjs'), join(directory, 'naive.cjs')];
    await Promise.all([writeFile(shippedFile, content), writeFile(naiveFile, naive)]);
    const milliseconds: [shipped: number, naive: number][] = [];
    // In turns, so that whatever else the machine does befalls both.
    for (let turn = 0; turn < runs; turn++) {
      milliseconds.push([await importOnce(shippedFile), await importOnce(naiveFile)]);
    }
    return {
      folder,
      shipped: { kibibytes: content.length / 1024, milliseconds: median(milliseconds.map(([each]) => each)) },
      naive: { kibibytes: naive.length / 1024, milliseconds: median(milliseconds.map(([, each]) => each)) },
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The import alone: a process that has just begun, without the time that it took to begin. */
async function importOnce(file: string): Promise<number> {
  const script = `const began = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - began); process.exit();`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { env: variables });
  return Number(stdout.trim().split('\n').at(-1));
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((left, right) => left - right)[numbers.length >> 1] ?? Number.NaN;
