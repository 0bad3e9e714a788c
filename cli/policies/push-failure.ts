import { isKnownRegion, regionMeantBy } from './regions.ts';

/** What kept AWS from answering, in a sentence. */
export function failureOf(error: unknown, region: string): string {
  if (!(error instanceof Error)) return `${String(error)}.`;
  const code = 'code' in error ? String(error.code) : '';
  if (error.name === 'CredentialsProviderError') {
    return 'There are no AWS credentials in this shell: name a profile that has some, as AWS_PROFILE, or log in.';
  }
  if (code === 'ENOTFOUND') {
    const mend = isKnownRegion(region) ? '; is there a network?' : regionMeantBy(region) || '.';
    return `AWS is not found in ${region} (${error.message})${mend}`;
  }
  // Of several addresses that were tried, Node tells no message but the code.
  const told = error.message.replace(/\.$/, '') || code;
  return error.name === 'Error' || error.name === 'AggregateError' ? `${told}.` : `${error.name}: ${told}.`;
}
