import type {
  DescribeLaunchTemplatesCommandInput,
  DescribeLaunchTemplatesCommandOutput,
  LaunchTemplate,
} from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { type FilterTable, filterTest } from '../filters.ts';
import { operation, operationFile } from '../operation.ts';
import { page } from '../paging.ts';
import { seen } from '../world.ts';
import { presentTemplate, seenTemplate, templateById, templateByName } from './launch-template-records.ts';

const filters: FilterTable<LaunchTemplate> = {
  'launch-template-name': ({ LaunchTemplateName }) => LaunchTemplateName,
  'create-time': ({ CreateTime }) => CreateTime?.toISOString(),
};

export const describeLaunchTemplates = operation<
  DescribeLaunchTemplatesCommandInput,
  Omit<DescribeLaunchTemplatesCommandOutput, '$metadata'>
>({
  parameters: ['LaunchTemplateIds', 'LaunchTemplateNames', 'Filters', 'MaxResults', 'NextToken'],
  act(call, input) {
    const { region } = call;
    const passes = filterTest(filters, input.Filters, operationFile(call.service, call.operation));
    const show = (id: string): LaunchTemplate[] => {
      const record = region.launchTemplates.get(id);
      const template = record && seen(call, record);
      return template && passes(template) ? [presentTemplate(template)] : [];
    };
    const { ids, nextToken } = page(call, input, { idsGiven: undefined, least: 1, most: 200, unasked: 200 }, () => {
      const { LaunchTemplateIds, LaunchTemplateNames } = input;
      const named = [
        ...(LaunchTemplateIds ?? []).map((id) => templateById(region, id)),
        ...(LaunchTemplateNames ?? []).map((name) => templateByName(region, name)),
      ].map((record) => seenTemplate(call, record).LaunchTemplateId ?? '');
      const isNamed = LaunchTemplateIds !== undefined || LaunchTemplateNames !== undefined;
      return [...new Set(isNamed ? named : region.launchTemplates.keys())].filter((id) => show(id).length > 0);
    });
    return { LaunchTemplates: ids.flatMap(show).map(copied), ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});
