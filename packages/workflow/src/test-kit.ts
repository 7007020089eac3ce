// The second entry of this package, `@linli/workflow/test-kit`: what tests of workflows share.
// Nothing that runs may import it.
export type {
  Exploration,
  ExploreOptions,
  Fault,
  Samples,
  Transition,
  Visit,
} from './exploration.ts'
export { assertLively, explore, faultsOf } from './exploration.ts'
export type { Answer, Line, Sample, Story, StoryOptions } from './story.ts'
export { elapsedTime, given, HOUR_MS, STORY_START, sample } from './story.ts'
