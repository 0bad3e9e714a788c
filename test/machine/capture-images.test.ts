import { describe } from 'vitest';
import { deliveries } from './stories/deliveries.ts';
import { images } from './stories/images.ts';
import { interruptions } from './stories/interruptions.ts';
import { runs } from './stories/runs.ts';

describe('An instance', interruptions);
describe('An image', images);
describe('A delivery', deliveries);
describe('A run', runs);
