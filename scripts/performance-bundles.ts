import { cpus } from 'node:os';
import { type BundleFigures, measureBundles } from './bench-bundles.ts';
import { markdownTable } from './markdown.ts';

const budgetKibibytes = 500;

/** A section of docs/performance.md, its heading included. */
export async function bundlesSection(): Promise<string[]> {
  console.error('bundling the functions, and importing some of them');
  const figures = await measureBundles();
  return [
    '## Bundles',
    `Every function is one file, minified, of ${budgetKibibytes} KiB at most. ${overBudget(figures)}`,
    markdownTable(
      ['Function', 'KiB'],
      figures.sizes.map(({ folder, kibibytes }) => [folder, kibibytes.toFixed(0)]),
    ),
    `Cold import of the largest and of the one in the middle, each in a fresh process, beside the same handler as \`esbuild --bundle --platform=node\` makes it: the median of ${figures.runs}, on ${cpus()[0]?.model.trim() ?? 'an unknown processor'} with Node ${process.versions.node}.`,
    markdownTable(
      ['Function', 'Shipped', 'Naive', 'Shipped imports in', 'Naive imports in', 'Naive takes'],
      figures.imports.map(({ folder, shipped, naive }) => [
        folder,
        `${shipped.kibibytes.toFixed(0)} KiB`,
        `${naive.kibibytes.toFixed(0)} KiB`,
        `${shipped.milliseconds.toFixed(0)} ms`,
        `${naive.milliseconds.toFixed(0)} ms`,
        `${(naive.milliseconds / shipped.milliseconds).toFixed(1)} ×`,
      ]),
    ),
  ];
}

function overBudget({ sizes }: BundleFigures): string {
  const over = sizes.filter(({ kibibytes }) => kibibytes > budgetKibibytes).map(({ folder }) => folder);
  return over.length === 0 ? 'None is larger.' : `Larger, for why see decisions/0016-deploying.md: ${over.join(', ')}.`;
}

/**
 * The page with one section measured anew, and the others as they are.
 * @param before the heading of the section that follows, where the page does not have this one yet
 */
export function withSection(page: string, section: readonly string[], before: string): string {
  const [heading = ''] = section;
  const text = `${section.join('\n\n')}\n\n`;
  const begin = page.indexOf(`${heading}\n`);
  const next = begin < 0 ? page.indexOf(`${before}\n`) : page.indexOf('\n## ', begin) + 1;
  const end = next > 0 ? next : page.length;
  return `${page.slice(0, begin < 0 ? end : begin)}${text}${page.slice(end)}`.trimEnd().concat('\n');
}
