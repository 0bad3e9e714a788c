/** Where a function's package stands, seen from the service's folder; osls empties the folder before it packages. */
export const zipPath = (folder: string): string => `.serverless/${folder}.zip`;
