import { worldNamed } from '../../explore/worlds.ts';

/** For a worker that is to explore a world which is never content. */
worldNamed('capture-of-group-member').lacking = () => ['Nothing is enough.'];
