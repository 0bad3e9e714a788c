import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * What a real account answered: many Regions, dates of many years, references that lead nowhere. The recordings lie
 * beside the repository, not in it; RECORDED_ACCOUNT names another place, RECORDED=required makes their absence a fault.
 */
export const folder =
  process.env.RECORDED_ACCOUNT ?? resolve(import.meta.dirname, '../../../shared/data/recorded-account');
export const isPresent = existsSync(folder);
