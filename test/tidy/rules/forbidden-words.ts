import { isTypeScript, type Rule } from '../files.ts';
import { scan } from '../source.ts';

const clockPlaces = /^(?:engine\/clock\.ts|simulator\/random\.ts|shared\/runtime\/.*)$/;
const clockWords = new Map([
  ['Date.now', /(?<![.\w$])Date\s*\.\s*now\b/],
  ['new Date()', /(?<![.\w$])new\s+Date\s*(?:\(\s*\)|(?![\w$\s(]))/],
  ['Date()', /(?<!new\s+)(?<![.\w$])Date\s*\(/],
  ['Temporal.Now', /(?<![.\w$])Temporal\s*\.\s*Now\b/],
  ['Math.random', /(?<![.\w$])Math\s*\.\s*random\b/],
  ['randomUUID', /(?<![\w$])random(?:UUID|Bytes|Int)\b/],
  ['setTimeout', /(?<![.\w$])setTimeout\b/],
  ['setInterval', /(?<![.\w$])setInterval\b/],
]);

/** Time and chance are data: a seed gives the same history only if they come in by one door. */
export const clocksAndChance: Rule = (files) =>
  files
    .filter((file) => isTypeScript(file) && !clockPlaces.test(file.path))
    .flatMap(({ path, text }) => {
      const { code } = scan(text);
      return [...clockWords].flatMap(([word, pattern]) =>
        pattern.test(code)
          ? `${path} uses ${word}; take the time (or the random source) as an argument: it lives in engine/clock.ts, simulator/random.ts and shared/runtime/ only.`
          : [],
      );
    });

/** `any` switches the compiler off for everything that it touches. */
export const noAny: Rule = (files) =>
  files
    .filter(isTypeScript)
    .filter(({ text }) => /(?<![.\w$])any(?![\w$])/.test(scan(text).code))
    .map(({ path }) => `${path} uses the type any; say unknown and parse it with zod, or write the type.`);

/** A skipped test is a hole that nobody sees. */
export const noSkippedTests: Rule = (files) =>
  files
    .filter(({ path }) => path.endsWith('.test.ts'))
    .filter(({ text }) => /\b(?:it|test|describe)\s*\.\s*(?:skip|only|todo|skipIf|runIf|fails)\b/.test(scan(text).code))
    .map(({ path }) => `${path} skips tests or runs only some; mend the test or delete it.`);

// Written in parts, so that this file does not break its own rule.
const machinePath = new RegExp(`(?<![w.~-])/(?:${['work', 'root', 'farm'].join('|')})/|/tmp/${'bash'}_jobs`);
const registryHost = /\bregistry\.[\w.-]+\.\w{2,}|\bregistry\s*=/;
const resolvedElsewhere = /"resolved": "(?!https:\/\/registry\.npmjs\.org\/)([^"]*)"/;

/** The repository means the same on every machine, and names none. */
export const namesNoMachine: Rule = (files) =>
  files.flatMap(({ path, text }) => {
    const place = machinePath.exec(text)?.[0];
    const faults = place
      ? [`${path} names ${place}, a path of somebody's machine; make it relative to the repository.`]
      : [];
    if (path === 'package-lock.json') {
      const host = resolvedElsewhere.exec(text)?.[1];
      if (host) faults.push(`${path} resolves to ${host}; install from the public registry, so that others can.`);
    } else if (registryHost.test(text) && path !== 'test/tidy/rules/forbidden-words.ts') {
      faults.push(`${path} names a package registry; leave that to each machine's own npm configuration.`);
    }
    return faults;
  });
