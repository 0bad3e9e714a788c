import { keyStore } from './keys.ts';
import { lookupIndex } from './lookup-index.ts';
import { snapshotStorage } from './snapshot-storage.ts';
import type { RegionState } from './state.ts';

/** A Region in which nothing is yet. */
export function emptyRegion(name: string, accountId: string, newKeyId: () => string): RegionState {
  return {
    name,
    instances: new Map(),
    launchesByImage: new Map(),
    volumes: new Map(),
    images: new Map(),
    imageIndex: lookupIndex(),
    imageNames: new Map(),
    namesReleased: new Map(),
    tombstones: new Map(),
    recycleBinRules: [],
    recycledImages: new Map(),
    recycledSnapshots: new Map(),
    // New accounts begin with 'block-new-sharing', old ones as they were: tests that need the former ask for it.
    imageBlockPublicAccess: 'unblocked',
    snapshots: new Map(),
    snapshotIndex: lookupIndex(),
    storage: snapshotStorage(),
    copyTokens: new Map(),
    launchTokens: new Map(),
    copiesUnderWay: 0,
    storeTasks: new Map(),
    gigabytesBeingRestored: 0,
    multipartUploads: new Map(),
    keys: keyStore(name, accountId, newKeyId),
    addresses: new Map(),
    spotRequests: new Map(),
    spotFleets: new Map(),
    fleets: new Map(),
    autoScalingGroups: new Map(),
    launchConfigurations: new Map(),
    launchTemplates: new Map(),
    imageRecipes: [],
    foreignUse: [],
    usageReports: new Map(),
    requestTokens: new Map(),
    parameters: new Map(),
    tagVersions: new Map(),
    listings: new Map(),
  };
}
