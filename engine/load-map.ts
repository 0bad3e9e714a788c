import type { DistributedFields, Machine, MapState } from './definition.ts';
import { isJsonArray, isJsonObject } from './json.ts';
import { type Fields, isPositiveInteger, isWholeNumber } from './load-fields.ts';
import { readCatchers, readRetriers } from './load-handlers.ts';
import type { StateFields } from './load-state.ts';

export const mapFields: readonly string[] = [
  'Items',
  'ItemReader',
  'ItemSelector',
  'ItemBatcher',
  'ItemProcessor',
  'ResultWriter',
  'MaxConcurrency',
  'ToleratedFailureCount',
  'ToleratedFailurePercentage',
  'Label',
  'Retry',
  'Catch',
  'Assign',
  'Output',
  'Next',
  'End',
];

const distributedOnly = ['ItemReader', 'ItemBatcher', 'ResultWriter', 'Label'] as const;

export function readMap(fields: Fields, common: StateFields, readMachine: (fields: Fields) => Machine): MapState {
  const processor = fields.inner('ItemProcessor');
  if (!processor) fields.report('ItemProcessor', 'is missing');
  const isDistributed = readIsDistributed(processor);
  if (!isDistributed) {
    for (const name of distributedOnly) if (fields.has(name)) fields.report(name, 'needs a Map in DISTRIBUTED mode');
  }
  if (fields.has('Items') && fields.has('ItemReader')) fields.report('Items', 'cannot stand beside ItemReader');
  return {
    ...common,
    type: 'Map',
    items: fields.templateOr('Items', 'an array', isJsonArray),
    itemSelector: fields.templateOr('ItemSelector', 'an object', isJsonObject),
    maxConcurrency: fields.templateOr('MaxConcurrency', 'a whole number', isWholeNumber),
    toleratedFailureCount: fields.templateOr('ToleratedFailureCount', 'a whole number', isWholeNumber),
    toleratedFailurePercentage: fields.templateOr(
      'ToleratedFailurePercentage',
      'a number from 0 to 100',
      (value) => typeof value === 'number' && value >= 0 && value <= 100,
    ),
    processor: processor ? readMachine(processor) : { startAt: '', states: new Map(), timeoutSeconds: undefined },
    distributed: isDistributed ? readDistributed(fields, common.name) : undefined,
    retriers: readRetriers(fields),
    catchers: readCatchers(fields),
  };
}

function readIsDistributed(processor: Fields | undefined): boolean {
  const config = processor?.inner('ProcessorConfig');
  if (!config) return false;
  config.allowOnly(['Mode', 'ExecutionType']);
  const mode = config.string('Mode') ?? 'INLINE';
  if (mode === 'INLINE') return false;
  if (mode !== 'DISTRIBUTED') config.report('Mode', "must be 'INLINE' or 'DISTRIBUTED'");
  else if (config.string('ExecutionType') !== 'STANDARD') {
    config.report('ExecutionType', "must be 'STANDARD' (EXPRESS children are not supported)");
  }
  return true;
}

function readDistributed(fields: Fields, stateName: string): DistributedFields {
  const label = fields.string('Label') ?? stateName.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 40);
  if (label === '' || label.length > 40 || /[\s?*<>{}[\]:;,\\|^~$#%&`"/]/.test(label)) {
    fields.report(
      'Label',
      'must have 1 to 40 characters and none of whitespace ? * < > { } [ ] : ; , \\ | ^ ~ $ # % & ` " /',
    );
  }
  return {
    label,
    itemReader: readItemReader(fields.inner('ItemReader')),
    itemBatcher: readItemBatcher(fields.inner('ItemBatcher')),
    resultWriter: readResultWriter(fields.inner('ResultWriter')),
  };
}

function readItemReader(reader: Fields | undefined): DistributedFields['itemReader'] {
  if (!reader) return undefined;
  reader.allowOnly(['Resource', 'Arguments', 'ReaderConfig']);
  requireResource(reader, 's3:getObject');
  const config = reader.inner('ReaderConfig');
  config?.allowOnly(['InputType', 'MaxItems']);
  if (config?.string('InputType') !== 'JSON') {
    reader.report('ReaderConfig/InputType', "must be 'JSON' (an object that holds an array)");
  }
  const argument = requireArguments(reader);
  return argument && { arguments: argument, maxItems: config?.templateOr('MaxItems', 'a whole number', isWholeNumber) };
}

function readItemBatcher(batcher: Fields | undefined): DistributedFields['itemBatcher'] {
  if (!batcher) return undefined;
  batcher.allowOnly(['MaxItemsPerBatch', 'BatchInput']);
  const maxItemsPerBatch = batcher.templateOr('MaxItemsPerBatch', 'a positive whole number', isPositiveInteger);
  if (!maxItemsPerBatch) {
    if (!batcher.has('MaxItemsPerBatch')) batcher.report('MaxItemsPerBatch', 'is missing');
    return undefined;
  }
  return { maxItemsPerBatch, batchInput: batcher.template('BatchInput') };
}

function readResultWriter(writer: Fields | undefined): DistributedFields['resultWriter'] {
  if (!writer) return undefined;
  writer.allowOnly(['Resource', 'Arguments']);
  requireResource(writer, 's3:putObject');
  return requireArguments(writer);
}

function requireResource(fields: Fields, suffix: string): void {
  const resource = fields.requiredString('Resource');
  if (!new RegExp(`^arn:aws[a-z-]*:states:::${suffix}$`).test(resource)) {
    fields.report('Resource', `must be 'arn:aws:states:::${suffix}'`);
  }
}

function requireArguments(fields: Fields): DistributedFields['resultWriter'] {
  if (!fields.has('Arguments')) fields.report('Arguments', 'is missing');
  return fields.templateOr('Arguments', 'an object', isJsonObject);
}
