// All stories of the demo, by hand.
import { commonStories } from './common-stories.ts'
import { heatingStories } from './heating-stories.ts'
import { homeStories } from './home-stories.ts'
import { presentStories } from './present-stories.ts'
import { recordStories } from './record-stories.ts'
import type { Story } from './story.ts'
import { streetStories } from './street-stories.ts'
import { topicStories } from './topic-stories.ts'

/** What happened in the demo's year. */
export const stories: readonly Story[] = [
  ...recordStories,
  ...heatingStories,
  ...homeStories,
  ...streetStories,
  ...commonStories,
  ...topicStories,
  ...presentStories,
]
